/** @module Answers a list query with the ranker. */
import type { ListOptions, ListQuery, Recommendation } from './apiLists.ts'
import type { Ranker, Scored, SelectOptions } from './ranker.ts'
import type { Lifting } from './ruledList.ts'

/** @param scoresOf computes the shopper's scores; called only for personal lists */
export function rankedList(
  ranker: Ranker,
  query: ListQuery,
  scoresOf: () => Scored,
  selection: Omit<SelectOptions, keyof ListOptions> = {},
  lifting?: Lifting,
): Recommendation[] {
  const options = { ...query.options, ...selection }
  const scored = () => lifting?.of(scoresOf()) ?? scoresOf()
  switch (query.kind) {
    case 'recommend':
      return ranker.recommend(scored(), options)
    case 'similar':
      return ranker.similar(query.item, options, lifting)
    case 'boughtTogether':
      return ranker.boughtTogether(query.item, options, lifting)
    case 'rerank':
      return ranker.rerank(query.items, scored(), query.options ?? {})
  }
}
