/** @module The shop's search as a page uses it: finds and completes; what was typed goes nowhere. */
import type { SearchOptions } from 'minisearch'
import type { Item } from '../../core/catalog/item.ts'
import { foldWord, wordsOf } from '../../core/catalog/words.ts'
import {
  buildIndex,
  fuzzy,
  retrieve,
  type SearchHit,
  type SearchIndex,
  SHIPPED_SETTINGS,
} from './retrieve.ts'
import { foldSynonyms, type Synonyms } from './synonyms.ts'

/** A search over the shop’s products. */
export interface ProductSearch {
  /** Best first. An empty query finds nothing. */
  find(query: string, limit?: number): readonly SearchHit[]
  /** Completions of what is being typed, most promising first. */
  suggest(query: string, limit?: number): readonly string[]
}

/** Only the word at the end is still being typed; a description's words are no names of products. */
const SUGGEST: SearchOptions = {
  fields: ['title', 'category', 'brand', 'id'],
  boost: SHIPPED_SETTINGS.boost,
  weights: { prefix: 0.6, fuzzy: 0.3 },
  fuzzy,
  prefix: (_, i, all) => i === all.length - 1,
}

/**
 * At once, which holds the page, for 8,700 products with descriptions 0.7 s: of more than
 * a thousand, `prepareProductSearch` is the one to take.
 * @param synonyms wordings that mean the same in this shop; default none
 * @example createProductSearch(items, [['notebook', 'jotter']]).find('jotter')
 */
export function createProductSearch(
  items: readonly Item[],
  synonyms: Synonyms = [],
): ProductSearch {
  const distinct = distinctById(items)
  const spelling = new Spelling()
  spelling.add(distinct)
  return searchOver(buildIndex(distinct), spelling, synonyms)
}

/** Products that are indexed between two pauses: a few milliseconds on a slow phone. */
const SLICE = 25

/**
 * The same without holding the thread: a page stays at the shopper's hand meanwhile.
 * @param pause lets whoever waits for the thread have it; default: a timer
 * @example const search = await prepareProductSearch(items)
 */
export async function prepareProductSearch(
  items: readonly Item[],
  synonyms: Synonyms = [],
  pause: () => Promise<void> = () => new Promise((next) => setTimeout(next)),
): Promise<ProductSearch> {
  const distinct = distinctById(items)
  const index = buildIndex([])
  const spelling = new Spelling()
  for (let from = 0; from < distinct.length; from += SLICE) {
    const some = distinct.slice(from, from + SLICE)
    index.addAll(some)
    spelling.add(some)
    await pause()
  }
  return searchOver(index, spelling, synonyms)
}

function distinctById(items: readonly Item[]): readonly Item[] {
  const ids = new Set<string>()
  return items.filter(({ id }) => !ids.has(id) && ids.add(id))
}

function searchOver(index: SearchIndex, spelling: Spelling, synonyms: Synonyms): ProductSearch {
  const folded = foldSynonyms(synonyms)

  return {
    find: (query, limit = 200) => retrieve(index, query, limit, SHIPPED_SETTINGS, folded),
    suggest(query, limit = 6) {
      const suggestions = new Set<string>()
      for (const { terms } of index.autoSuggest(query, SUGGEST)) {
        suggestions.add(terms.map((term) => spelling.of(term)).join(' '))
        if (suggestions.size === limit) break
      }
      return [...suggestions]
    },
  }
}

/** How the shop most often spells a word, in lower case. */
class Spelling {
  /** Folded word → its spellings → how often. */
  readonly #forms = new Map<string, Map<string, number>>()

  add(items: readonly Item[]): void {
    for (const item of items) {
      for (const { text } of wordsOf(`${item.title ?? ''} ${item.category ?? ''}`)) {
        const folded = foldWord(text)
        const forms = this.#forms.get(folded) ?? new Map<string, number>()
        const form = text.toLowerCase()
        forms.set(form, (forms.get(form) ?? 0) + 1)
        this.#forms.set(folded, forms)
      }
    }
  }

  /** The folded word itself where the shop doesn't have it. */
  of(folded: string): string {
    const forms = this.#forms.get(folded)
    return forms ? [...forms].reduce((a, b) => (b[1] > a[1] ? b : a))[0] : folded
  }
}
