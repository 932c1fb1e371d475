/**
 * @module Metrics of one search result against graded judgements, and their mean with an interval.
 * A product without a judgement counts as not relevant, as in TREC.
 */
import type { Random } from '@nearside/core/model/random.ts'
import { type Lift, pairedBootstrap, weightedMean } from '../bootstrap.ts'
import type { Estimate } from '../report/numbers.ts'

/** Product id → rating, 0 (not relevant) and up. */
export type Ratings = ReadonlyMap<string, number>

export const SEARCH_METRICS = ['ndcg@10', 'hitRate@10', 'recall@20', 'mrr@20'] as const

type SearchMetric = (typeof SEARCH_METRICS)[number]

/**
 * Graded NDCG: gain 2^rating − 1, discount log2(place + 1), divided by the best order of all judged products.
 * @see Burges et al. 2005, doi 10.1145/1102351.1102363
 * @param ranking ids, best first, each once
 * @returns in [0, 1]; 0 where nothing is relevant
 */
export function gradedNdcg(ranking: readonly string[], ratings: Ratings, k: number): number {
  const gained = discounted(
    ranking.slice(0, k).map((id) => ratings.get(id) ?? 0),
    k,
  )
  const ideal = discounted(
    [...ratings.values()].sort((a, b) => b - a),
    k,
  )
  return ideal > 0 ? gained / ideal : 0
}

function discounted(ratings: readonly number[], k: number): number {
  return ratings
    .slice(0, k)
    .reduce((sum, rating, place) => sum + (2 ** rating - 1) / Math.log2(place + 2), 0)
}

/** All of SEARCH_METRICS; for the last three a product is relevant when its rating is above 0. */
export function measureRanking(
  ranking: readonly string[],
  ratings: Ratings,
): Readonly<Record<SearchMetric, number>> {
  const relevant = (id: string) => (ratings.get(id) ?? 0) > 0
  const wanted = [...ratings.values()].filter((rating) => rating > 0).length
  const first = ranking.slice(0, 20).findIndex(relevant)
  return {
    'ndcg@10': gradedNdcg(ranking, ratings, 10),
    'hitRate@10': first >= 0 && first < 10 ? 1 : 0,
    'recall@20': wanted > 0 ? ranking.slice(0, 20).filter(relevant).length / wanted : 0,
    'mrr@20': first >= 0 ? 1 / (first + 1) : 0,
  }
}

/** Values of one arm, one for each unit (a query or a shopper); NaN where a unit has none. */
export type UnitValues = readonly number[]

/** Units without a value, the same in both arms, get weight 0. */
function paired(values: UnitValues, over: UnitValues) {
  const known = values.map((value, unit) => !Number.isNaN(value) && !Number.isNaN(over[unit]))
  return {
    values: Float64Array.from(values, (value, unit) => (known[unit] ? value : 0)),
    over: Float64Array.from(over, (value, unit) => (known[unit] ? value : 0)),
    weights: Float64Array.from(known, Number),
  }
}

export function meanOf(values: UnitValues): number {
  const { values: clean, weights } = paired(values, values)
  return weightedMean(clean, weights)
}

/** Interval by bootstrap over units. A mean is the ratio to an arm that is always at 1. */
export function intervalOf(values: UnitValues, random: Random): Estimate {
  const ones = values.map(() => 1)
  const [lift] = pairedBootstrap([paired(values, ones)], values.length, random)
  if (!lift) return { mean: 0, lo: 0, hi: 0 }
  return { mean: lift.relative + 1, lo: lift.lo + 1, hi: lift.hi + 1 }
}

/** Lift with both arms on the same draws; null where the reference arm is at 0. */
export function liftOf(values: UnitValues, over: UnitValues, random: Random): Lift | null {
  return pairedBootstrap([paired(values, over)], values.length, random)[0]
}
