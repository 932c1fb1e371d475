/** @module Answers the queries of a search box as soon as the index is built. */
import type { Item } from '../catalog/item.ts'
import { blend } from './blend.ts'
import type { SearchHit } from './hit.ts'
import { prepareProductSearch } from './search.ts'
import type { Synonyms } from './synonymList.ts'

/** Question to the shop's search. */
export interface SearchQuestion {
  /** Query as typed. */
  readonly query: string
  /** Maximum number of hits. Default: unlimited, because a search box shows the number of hits. */
  readonly limit?: number
  /** Maximum number of completions. Default 0. */
  readonly suggestions?: number
}

/** Answer of the shop's search. */
export interface SearchAnswer {
  /** Hits, best first; tied hits in the order of the products. */
  readonly hits: readonly SearchHit[]
  /** Completions, most promising first. */
  readonly suggestions: readonly string[]
}

/** The shop's search, in the page or in a separate thread that receives the question by message. */
export type AskSearch = (question: SearchQuestion) => Promise<SearchAnswer>

/**
 * Starts building the index at once, in slices that leave the page responsive.
 *
 * - A sold-out product comes after available products that match as completely.
 * - A product code (an id with a digit) finds exactly that product.
 * - "under £5" or "£2.95" finds only products at such a price.
 * - A misspelt word is also searched as the shop spells it.
 * - If no word is known, the most similarly spelt words are searched, and no hit is `complete`.
 * @param items products, whose order breaks ties; best is the order for a new shopper
 * @param synonyms wordings that mean the same in this shop; default none
 * @param nextTask yields the thread between two slices; default: a timer
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
