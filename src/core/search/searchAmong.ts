/** @module What a search box asks: one question at a time, answered when the index is built. */
import type { Item } from '../catalog/item.ts'
import { blend } from './blend.ts'
import type { SearchHit } from './hit.ts'
import { prepareProductSearch } from './search.ts'
import type { Synonyms } from './synonyms.ts'

/** What is asked of the shop's search. */
export interface SearchQuestion {
  /** As it was typed. */
  readonly query: string
  /** Default: all that are found. A cap would be shown as their number. */
  readonly limit?: number
  /** Completions of the query. Default 0. */
  readonly suggestions?: number
}

/** What it answers. */
export interface SearchAnswer {
  /** Best first; those that are tied in the products' order. */
  readonly hits: readonly SearchHit[]
  /** Most promising first. */
  readonly suggestions: readonly string[]
}

/** The shop's search, in the page or in a thread of its own: a question can be posted to one. */
export type AskSearch = (question: SearchQuestion) => Promise<SearchAnswer>

/**
 * Begins at once to build the index, in slices between which the page has its turn.
 * @param items their order decides between hits that are equally relevant: a new shopper's, at best
 * @param nextTask as of `prepareProductSearch`
 * @example <SearchBox search={searchAmong(items)} />
 */
export function searchAmong(
  items: readonly Item[],
  synonyms?: Synonyms,
  nextTask?: () => Promise<void>,
): AskSearch {
  const prepared = prepareProductSearch(items, synonyms, nextTask)
  const order = items.map(({ id }) => id)
  return async ({ query, limit, suggestions = 0 }) => {
    const search = await prepared
    return {
      hits: blend(search.find(query, limit ?? items.length), order),
      suggestions: suggestions > 0 ? search.suggest(query, suggestions) : [],
    }
  }
}
