/** @module What the search answers, in whichever thread it is asked. */
import type { Item } from '../../index.ts'
import { blend, prepareProductSearch, type SearchHit } from '../../search.ts'
import { SYNONYMS } from '../synonyms.ts'

export interface Question {
  readonly query: string
  /** Default: all that are found. A cap would be shown as their number. */
  readonly limit?: number
  /** Completions of the query. Default 0. */
  readonly suggestions?: number
}

export interface Found {
  /** Best first; of those that are tied, what a new shopper's device would have first. */
  readonly hits: readonly SearchHit[]
  readonly suggestions: readonly string[]
}

export type Search = (question: Question) => Promise<Found>

/**
 * @param items in a new shopper's order
 * @param breathe between slices of the work; the index is built once, beginning now
 */
export function searchAmong(items: readonly Item[], breathe: () => Promise<void>): Search {
  const prepared = prepareProductSearch(items, SYNONYMS, breathe)
  const order = items.map(({ id }) => id)
  return async ({ query, limit, suggestions = 0 }) => {
    const search = await prepared
    return {
      hits: blend(search.find(query, limit ?? items.length), order),
      suggestions: suggestions > 0 ? search.suggest(query, suggestions) : [],
    }
  }
}
