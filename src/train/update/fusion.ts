/**
 * @module Updates the ranker's weights by fusion, θ = λ·θ_new + (1−λ)·θ_old. θ_new is fitted to new cases, with θ_old
 * as the centre of the L2 term; λ is the value that ranks the newest cases best.
 */
import { FEATURE_COUNT } from '@nearside/core/features/features.ts'
import type { Case } from '@nearside/core/features/history.ts'
import { mean, shopperMeans } from '../estimates.ts'
import { ndcgOfCases, partOf, type RankerDataset, rowScores } from '../ranker/dataset.ts'
import { fitNewton } from '../ranker/newton.ts'
import { DEFAULT_RANKER } from '../ranker/trainRanker.ts'

export interface Fusion {
  /** Weights for scaled features, [F]. */
  readonly weights: Float32Array
  readonly fusionWeight: number
}

const FUSION_WEIGHTS = [0.25, 0.5, 0.75, 1] as const
/** Divisor 1, because `serveCases` has already scaled the features. */
const SCALED = new Float32Array(FEATURE_COUNT).fill(1)

/**
 * @param table new cases, from `serveCases`
 * @param old the model's weights
 * @param isNewest selects the cases that choose λ; the weights are fitted to the other cases
 */
export function fuseWeights(
  table: RankerDataset,
  old: Float32Array,
  isNewest: (one: Case) => boolean,
): Fusion {
  const centre = Float64Array.from(old)
  const frozen = new Set([...old.keys()].filter((f) => old[f] === 0))
  const fitted = (part: RankerDataset) =>
    fitNewton(part, SCALED, { l2: DEFAULT_RANKER.l2, frozen, centre }).weights
  const blend = (fresh: Float64Array, share: number) =>
    fresh.map((value, f) => share * value + (1 - share) * centre[f])
  const newest = partOf(table, isNewest)
  const earlier = partOf(table, (one) => !isNewest(one))
  if (newest.cases.length === 0 || earlier.cases.length === 0)
    return { weights: old, fusionWeight: 0 }
  const reached = (weights: Float64Array) => {
    const scores = rowScores(newest, SCALED, weights).map(
      (score, k) => score + newest.correction[k],
    )
    const ndcgs = ndcgOfCases(newest, scores)
    return mean(shopperMeans(newest.cases, (_, c) => ndcgs[c]))
  }
  const fresh = fitted(earlier)
  let best = { share: 0, ndcg: reached(centre) }
  for (const share of FUSION_WEIGHTS) {
    const ndcg = reached(blend(fresh, share))
    if (ndcg > best.ndcg) best = { share, ndcg }
  }
  if (best.share === 0) return { weights: old, fusionWeight: 0 }
  return { weights: Float32Array.from(blend(fitted(table), best.share)), fusionWeight: best.share }
}
