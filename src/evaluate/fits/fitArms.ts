/**
 * @module Fits of different objectives side by side: among the base's candidates, which is what ships,
 * and against the whole catalogue. Same shoppers, same prior, same λ, no guard.
 */
import type { Case } from '../../core/features/history.ts'
import { DIMENSION } from '../../core/model/baseModel.ts'
import { personalScores, scoreTerms } from '../../core/model/score.ts'
import {
  buildCatalogueProblem,
  type CatalogueProblem,
} from '../../core/personal/catalogueProblem.ts'
import { buildFitProblem } from '../../core/personal/fitProblem.ts'
import { evidenceOf, fuse } from '../../core/personal/fuse.ts'
import type { FitProblem } from '../../core/personal/problem.ts'
import { ndcg, negativeLogLikelihood, placesOf } from '../../train/metrics.ts'
import type { Walk } from '../walk.ts'

export const FIT_ARMS = [
  'base-fresh',
  'candidates',
  'candidates u',
  'catalogue u',
  'catalogue u + w',
] as const

export type FitArm = (typeof FIT_ARMS)[number]

export const FIT_ARM_MEANINGS: Readonly<Record<FitArm, string>> = {
  'base-fresh': 'nothing learned',
  candidates: 'what ships: u and w fitted among the 64 that the base ranks highest, unguarded',
  'candidates u': 'u alone, likewise',
  'catalogue u': 'u alone, fitted against every item: the exact softmax',
  'catalogue u + w': 'the u of the one and the w of what ships',
}

export const FIT_METRICS = ['ndcg@10', 'ndcg@10:new', 'nll'] as const

/** One case: [arm][metric]. */
export interface FitResultOfCase {
  readonly shopper: string
  /** Whether a target is new to the shopper; where not, `ndcg@10:new` is 0. */
  readonly hasNew: boolean
  readonly metrics: Float32Array
}

/** @returns u, [d] */
export type FitCatalogue = (
  problem: CatalogueProblem,
) => Promise<{ readonly parameters: Float32Array }>

export async function measureFits(
  walk: Walk,
  fitCatalogue: FitCatalogue,
  { shopper, history, time, targets }: Case,
): Promise<FitResultOfCase> {
  const model = { ...walk.model, statistics: walk.statisticsAt(time) }
  const terms = scoreTerms(model, history, time)
  const scores = new Map<FitArm, Float32Array>(FIT_ARMS.map((arm) => [arm, terms.base]))
  const now = Math.max(history.at(-1)?.time ?? 0, walk.installed)
  const then = { ...walk.model, statistics: walk.statisticsAt(now) }
  const problem = buildFitProblem(then, history, now)
  const catalogue = buildCatalogueProblem(then, history, now)
  if (problem && catalogue) {
    const shipped = fuse(await walk.fit(problem), then.prior, evidenceOf(problem))
    const among = (await walk.fit(onlyVectors(problem))).parameters
    const { parameters: u } = await fitCatalogue(catalogue)
    const none = new Float32Array(shipped.w.length)
    const put = (arm: FitArm, parameters: { u: Float32Array; w: Float32Array }) =>
      scores.set(arm, personalScores(model, terms, parameters, shipped.fusionWeight))
    put('candidates', shipped)
    put('candidates u', { u: among.slice(0, DIMENSION), w: none })
    put('catalogue u', { u, w: none })
    put('catalogue u + w', { u, w: shipped.w })
  }
  const seen = new Uint8Array(model.itemIds.length)
  for (const { item } of history) seen[item] = 1
  const fresh = targets.filter((target) => !seen[target])
  const metrics = FIT_ARMS.flatMap((arm) => {
    const ranked = scores.get(arm) ?? terms.base
    return [
      ndcg(placesOf(ranked, targets), 10),
      fresh.length > 0 ? ndcg(placesOf(ranked, fresh, seen), 10) : 0,
      negativeLogLikelihood(ranked, targets),
    ]
  })
  return { shopper, hasNew: fresh.length > 0, metrics: Float32Array.from(metrics) }
}

/** The weights of features stay the base's. */
function onlyVectors(problem: FitProblem): FitProblem {
  const first = (values: Float32Array) => values.map((value, j) => (j < DIMENSION ? value : 0))
  return { ...problem, mean: first(problem.mean), stepSize: first(problem.stepSize) }
}
