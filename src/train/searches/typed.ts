/**
 * @module Queries of the shop's log that led to a purchase: within a day the same shopper bought an item that the query
 * finds. Such items are the targets. The history is that of the device when the query was typed.
 */
import type { FindByTitle } from '@nearside/core/catalog/titleIndex.ts'
import { searchEntries } from '@nearside/core/events/history.ts'
import type { ShopperHistory } from '@nearside/core/features/cases.ts'
import type { Case, Interaction } from '@nearside/core/features/history.ts'
import type { SearchHit } from '@nearside/core/search/hit.ts'
import { DAY } from '@nearside/core/time.ts'
import type { ShopSearch } from '../shop/shop.ts'

/** A query as a case, whose `targets` are the purchased items among its hits. */
export interface TypedQuery extends Case {
  readonly hits: readonly SearchHit[]
}

/** Maximum number of queries per shopper, so that heavy searchers don't dominate. */
const MOST_QUERIES = 10

/**
 * @param from milliseconds; earlier queries count only as history
 * @param rows rows of the model, by item id
 * @returns queries by shopper, without shoppers that have none; and `missed`, the number of queries that found none of
 *   the purchases after them
 */
export function typedQueries(
  searches: readonly ShopSearch[],
  shoppers: readonly ShopperHistory[],
  from: number,
  rows: ReadonlyMap<string, number>,
  find: (query: string) => readonly SearchHit[],
  isAbout: FindByTitle,
) {
  const searchesOf = new Map<string, ShopSearch[]>(shoppers.map(({ id }) => [id, []]))
  for (const search of searches) searchesOf.get(search.shopper)?.push(search)
  let missed = 0
  const perShopper = shoppers.map(({ id, interactions }): TypedQuery[] => {
    const searched: Interaction[] = []
    const queries: TypedQuery[] = []
    for (const search of searchesOf.get(id) ?? []) {
      const { time, query } = search
      const bought = interactions.filter(
        (one) => one.name === 'purchase' && one.time >= time && one.time < time + DAY,
      )
      if (time >= from && bought.length > 0 && queries.length < MOST_QUERIES) {
        const hits = find(query)
        const found = new Set(hits.map((hit) => rows.get(hit.id)))
        const targets = [...new Set(bought.map(({ item }) => item))].filter((row) => found.has(row))
        const history = [...interactions, ...searched]
          .filter((one) => one.time < time)
          .sort((a, b) => a.time - b.time)
        if (targets.length > 0) queries.push({ shopper: id, time, history, targets, hits })
        else missed++
      }
      const about = isAbout(query).map((found) => rows.get(found))
      searched.push(...searchEntries(search, about))
    }
    return queries
  })
  return { perShopper: perShopper.filter((own) => own.length > 0), missed }
}

/** Ids of the hits in a shopper's personal order, by the scores of the model's rows, [N]. */
export function likedOf(
  rows: ReadonlyMap<string, number>,
  hits: readonly SearchHit[],
  scores: Float32Array,
): readonly string[] {
  const score = (id: string) => scores[rows.get(id) ?? -1] ?? -Number.MAX_VALUE
  return hits.map((hit) => hit.id).sort((a, b) => score(b) - score(a))
}
