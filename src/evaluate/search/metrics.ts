/** @module Metrics of a search result, from ratings of products. As in TREC, unrated products count as irrelevant. */

import { hitRate, placesIn, recall, reciprocalRank } from '@nearside/train/metrics.ts'

/** Rating of each product, by id: 0 if it is not relevant, otherwise above 0. */
export type Ratings = ReadonlyMap<string, number>

export const SEARCH_METRICS = ['ndcg@10', 'hitRate@10', 'recall@20', 'mrr@20'] as const

/**
 * Graded NDCG: the sum of gains 2^rating − 1, each divided by log2(place + 1), relative to that sum for the best
 * possible ranking of all rated products.
 * @see Burges et al. 2005, doi 10.1145/1102351.1102363
 * @param ranking ids, best first, each once
 * @returns in [0, 1]; 0 if nothing is relevant
 */
export function gradedNdcg(ranking: readonly string[], ratings: Ratings, k: number): number {
  const gain = (all: readonly number[]) =>
    all.slice(0, k).reduce((sum, rating, at) => sum + (2 ** rating - 1) / Math.log2(at + 2), 0)
  const ideal = gain([...ratings.values()].sort((a, b) => b - a))
  return ideal > 0 ? gain(ranking.map((id) => ratings.get(id) ?? 0)) / ideal : 0
}

/** Values of all SEARCH_METRICS. Except NDCG, they count a product as relevant if its rating is above 0. */
export function measureRanking(
  ranking: readonly string[],
  ratings: Ratings,
): Readonly<Record<(typeof SEARCH_METRICS)[number], number>> {
  const relevant = [...ratings.keys()].filter((id) => (ratings.get(id) ?? 0) > 0)
  const places = placesIn(ranking, relevant)
  return {
    'ndcg@10': gradedNdcg(ranking, ratings, 10),
    'hitRate@10': hitRate(places, 10),
    'recall@20': recall(places, 20),
    'mrr@20': reciprocalRank(places, 20),
  }
}
