/** @module The list that a model gives of a query. */
import type { ListQuery, Recommendation } from '../apiLists.ts'
import type { Lifting } from './liftScores.ts'
import type { Ranker, Scored } from './ranker.ts'
import type { Selection } from './selectPlaces.ts'

/** @param scoresOf asked for by lists that are the shopper's own */
export function rankedList(
  ranker: Ranker,
  query: ListQuery,
  scoresOf: () => Scored,
  selection: Selection = {},
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
