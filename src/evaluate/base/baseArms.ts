/**
 * @module The base model and its parts as arms of their own: what the encoder ranks alone, what
 * co-occurrence adds to it, what the features rank without it. Nothing is learned on a device, so
 * a log of tens of thousands of shoppers is asked in minutes.
 */
import { FEATURE_COUNT, FEATURES } from '../../core/features/features.ts'
import type { Case, History } from '../../core/features/history.ts'
import { addScores, linearTerms, project, scoreTerms } from '../../core/model/score.ts'
import { hitRate, ndcg, placesOf, recall, reciprocalRank } from '../../train/metrics.ts'
import type { Walk } from '../walk.ts'

export const BASE_ARMS = [
  'popular',
  'item-knn',
  'encoder',
  'encoder+cooccurrence',
  'features',
  'without-trees',
  'base-fresh',
] as const

export type BaseArm = (typeof BASE_ARMS)[number]

export const BASE_ARM_MEANINGS: Readonly<Record<BaseArm, string>> = {
  popular: 'most shoppers ever',
  'item-knn': 'neighbours of the own history, decayed, filled up with popular-30d',
  encoder: 'A·h·E + b: the sequence model alone',
  'encoder+cooccurrence':
    'the same and the co-occurrence features, as they are weighed in the base',
  features: 'w·f: the base without the encoder',
  'without-trees': 'A·h·E + b + w·f: all of the base but its trees',
  'base-fresh': 'the base model, as it ships',
}

/** No likelihood: a part of the model is no distribution. */
export const BASE_METRICS = ['ndcg@10', 'hitRate@10', 'recall@20', 'mrr@20'] as const

export type BaseMetric = (typeof BASE_METRICS)[number]

/** Metrics of one case: [arm][all items, then new items only][metric]. */
export interface BaseResult {
  readonly shopper: string
  /** Whether a target is new to the shopper; where not, the second half of each arm is 0. */
  readonly hasNew: boolean
  readonly metrics: Float32Array
}

/** Where a metric lies in `BaseResult.metrics`. */
export function baseMetricAt(arm: number, metric: number, onlyNew: boolean): number {
  return (2 * arm + (onlyNew ? 1 : 0)) * BASE_METRICS.length + metric
}

/** Scores by arm, [N] each. @param time milliseconds since the epoch */
export function baseScores(
  walk: Walk,
  history: History,
  time: number,
): Readonly<Record<BaseArm, Float32Array>> {
  const model = { ...walk.model, statistics: walk.statisticsAt(time) }
  const context = { history, time, popularity: walk.popularityAt(time) }
  const baseline = (name: 'popular' | 'item-knn') => {
    const out = new Float32Array(model.itemIds.length)
    walk.baselines[name](context, out)
    return out
  }
  const terms = scoreTerms(model, history, time)
  const { base: linear } = linearTerms(model, history, time, terms.hidden)
  const encoder = new Float32Array(model.bias)
  addScores(encoder, model.itemVectors, project(model.projection, terms.hidden))
  const features = new Float32Array(model.itemIds.length)
  addScores(features, terms.features, model.featureWeights)
  const withCooccurrence = new Float32Array(encoder)
  addScores(withCooccurrence, terms.features, onlyCooccurrence(model.featureWeights))
  return {
    popular: baseline('popular'),
    'item-knn': baseline('item-knn'),
    encoder,
    'encoder+cooccurrence': withCooccurrence,
    features,
    'without-trees': linear,
    'base-fresh': terms.base,
  }
}

/** The case's metrics under every arm. */
export function measureBase(walk: Walk, one: Case): BaseResult {
  const { shopper, history, time, targets } = one
  const scores = baseScores(walk, history, time)
  const seen = new Uint8Array(walk.model.itemIds.length)
  for (const { item } of history) seen[item] = 1
  const fresh = targets.filter((target) => !seen[target])
  const metrics = new Float32Array(BASE_ARMS.length * 2 * BASE_METRICS.length)
  BASE_ARMS.forEach((arm, a) => {
    write(placesOf(scores[arm], targets), baseMetricAt(a, 0, false))
    if (fresh.length > 0) write(placesOf(scores[arm], fresh, seen), baseMetricAt(a, 0, true))
  })
  return { shopper, hasNew: fresh.length > 0, metrics }

  function write(places: Int32Array, at: number): void {
    metrics.set([ndcg(places, 10), hitRate(places, 10), recall(places, 20)], at)
    metrics[at + 3] = reciprocalRank(places, 20)
  }
}

function onlyCooccurrence(weights: Float32Array): Float32Array {
  const kept = new Float32Array(FEATURE_COUNT)
  FEATURES.forEach(({ group }, f) => {
    if (group === 'cooccurrence') kept[f] = weights[f]
  })
  return kept
}
