/**
 * @module Quality against λ, from the one fit that the walk makes anyway: a personal score is linear
 * in λ, so every λ of the grid is scored beside the one that ships.
 */
import { ndcg, negativeLogLikelihood, placesOf } from '../../train/metrics.ts'

/** From certainty there would be no way back. */
const MOST = 0.999

/** λ = 0 is the base model, λ = 1 the fit as it came. */
export const FUSION_GRID = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1] as const

/**
 * Beside the fixed ones: `shipped` is the population's λ scaled down by how little the shopper has
 * given; `own` starts there and follows this shopper's own earlier cases.
 */
export const ADAPTIVE_FUSIONS = ['shipped', 'own'] as const

export const FUSIONS = FUSION_GRID.length + ADAPTIVE_FUSIONS.length

/** Of one case. Arrays are in the order of the grid, then of the adaptive ones. */
export interface FusionResult {
  readonly ndcg: Float32Array
  readonly nll: Float32Array
  /** The λ that the adaptive ones chose. */
  readonly chosen: Readonly<Record<(typeof ADAPTIVE_FUSIONS)[number], number>>
}

/**
 * λ by the odds that the whole fit has earned against the base on the shopper's earlier cases, one
 * step of Bayes' rule a case: the rule of the incremental learner, here for the personal head.
 */
export class OwnFusion {
  #evidence = 0

  /** @param prior λ as it would be served. */
  weight(prior: number): number {
    if (prior <= 0) return 0
    const start = Math.min(MOST, prior)
    const odds = (start / (1 - start)) * Math.exp(this.#evidence)
    return odds === Number.POSITIVE_INFINITY ? 1 : odds / (1 + odds)
  }

  /** After a case: how much better the whole fit predicted it than the base did, in nats. */
  observe(gain: number): void {
    if (Number.isFinite(gain)) this.#evidence += gain
  }
}

/**
 * @param base scores at λ = 0, [N].
 * @param whole scores at λ = 1, [N].
 */
export function measureFusions(
  base: Float32Array,
  whole: Float32Array,
  chosen: FusionResult['chosen'],
  targets: readonly number[],
): FusionResult {
  const weights = [...FUSION_GRID, ...ADAPTIVE_FUSIONS.map((name) => chosen[name])]
  const scores = new Float32Array(base.length)
  const result = { ndcg: new Float32Array(FUSIONS), nll: new Float32Array(FUSIONS), chosen }
  weights.forEach((weight, k) => {
    for (let i = 0; i < base.length; i++) scores[i] = base[i] + weight * (whole[i] - base[i])
    result.ndcg[k] = ndcg(placesOf(scores, targets), 10)
    result.nll[k] = negativeLogLikelihood(scores, targets)
  })
  return result
}
