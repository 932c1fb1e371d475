/** @module Metrics of a search result by graded judgements. As in TREC, unjudged products count as irrelevant. */

import { hitRate, placesIn, recall, reciprocalRank } from '@nearside/train/metrics.ts'

/** Rating of each product, by id: 0 if it is not relevant, otherwise above 0. */
export type Ratings = ReadonlyMap<string, number>

export const SEARCH_METRICS = ['ndcg@10', 'hitRate@10', 'recall@20', 'mrr@20'] as const

type SearchMetric = (typeof SEARCH_METRICS)[number]

/**
 * Graded NDCG: the sum of gains 2^rating − 1, each divided by log2(place + 1). This sum is divided by the sum for the
 * best possible ranking of all judged products.
 * @see Burges et al. 2005, doi 10.1145/1102351.1102363
 * @param ranking ids, best first, each once
 * @returns in [0, 1]; 0 if nothing is relevant
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

/** All of SEARCH_METRICS; for the last three metrics a product is relevant when its rating is above 0. */
export function measureRanking(
  ranking: readonly string[],
  ratings: Ratings,
): Readonly<Record<SearchMetric, number>> {
  const relevant = [...ratings.keys()].filter((id) => (ratings.get(id) ?? 0) > 0)
  const places = placesIn(ranking, relevant)
  return {
    'ndcg@10': gradedNdcg(ranking, ratings, 10),
    'hitRate@10': hitRate(places, 10),
    'recall@20': recall(places, 20),
    'mrr@20': reciprocalRank(places, 20),
  }
}
