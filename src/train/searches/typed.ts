/**
 * @module Queries that shoppers really typed, from the shop's own log: those after which the same
 * shopper bought, within a day, something that the query finds. What was bought is the answer; it is
 * ranked by what the device knew when the query was typed, its earlier queries included.
 */

import type { FindByTitle } from '../../core/catalog/titleIndex.ts'
import { searchEntries } from '../../core/events/history.ts'
import type { ShopperHistory } from '../../core/features/cases.ts'
import type { Case, Interaction } from '../../core/features/history.ts'
import type { SearchHit } from '../../core/search/hit.ts'
import { DAY } from '../../core/time.ts'
import type { ShopSearch } from '../shop/shop.ts'

/** `targets`: what was bought of what the query finds. */
export interface TypedQuery extends Case {
  readonly hits: readonly SearchHit[]
}

/** Somebody who searches all day says no more than that. */
const MOST_QUERIES = 10

/**
 * @param shoppers who are asked for; queries before `from` count as their past
 * @param rows of the model, by item id
 * @returns by shopper, those who have any; and how many queries were `missed`: a purchase followed of nothing
 *   that they find, another errand or a bad search
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

/** Ids of the hits as a shopper likes them. @param scores [N], by the model's rows */
export function likedOf(
  rows: ReadonlyMap<string, number>,
  hits: readonly SearchHit[],
  scores: Float32Array,
): readonly string[] {
  const score = (id: string) => scores[rows.get(id) ?? -1] ?? -Number.MAX_VALUE
  return hits.map((hit) => hit.id).sort((a, b) => score(b) - score(a))
}
