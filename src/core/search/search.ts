/** @module The shop's search as a page uses it: it finds and completes. The query never leaves the page. */
import type { SearchOptions } from 'minisearch'
import type { Item } from '../catalog/item.ts'
import { atPrice } from '../catalog/sale.ts'
import { foldWord, rememberingFold, textWords, wordsOf } from '../catalog/words.ts'
import type { SearchHit } from './hit.ts'
import { takePrice } from './price.ts'
import { BOOST, buildIndex, fuzzy, retrieve, type SearchIndex } from './retrieve.ts'
import { foldSynonyms, MOST_WORDINGS, otherWordings, reworded, type Synonyms } from './synonyms.ts'

/** Search over the shop's products. */
export interface ProductSearch {
  /**
   * Finds products, best first.
   * - A sold-out product comes after available products that match as completely. It is first only if nothing
   *   that matches is available.
   * - A product code (an id with a digit) finds exactly that product.
   * - "under £5" or "£2.95" finds only products at such a price.
   * - A misspelt word is also searched as the shop spells it.
   * - If no word is known, the most similarly spelt words are searched, and no hit is `complete`.
   * - An empty query finds nothing.
   * @param now time of the prices, milliseconds since the epoch; default: the clock
   */
  find(query: string, limit?: number, now?: number): readonly SearchHit[]
  /** Completions of the query being typed, most promising first. */
  suggest(query: string, limit?: number): readonly string[]
}

/** Only the last word is still being typed. Descriptions are excluded, because their words don't name products. */
const SUGGEST: SearchOptions = {
  fields: ['title', 'category', 'brand', 'id'],
  boost: BOOST,
  weights: { prefix: 0.6, fuzzy: 0.3 },
  fuzzy,
  prefix: (_, i, all) => i === all.length - 1,
}

/**
 * Builds a search synchronously, which blocks the page. For 8,700 products with a line of description it
 * takes 0.3 s; above a thousand products, use `prepareProductSearch`.
 * @param synonyms wordings that mean the same in this shop; default none
 * @example createProductSearch(items, [['notebook', 'jotter']]).find('jotter')
 */
export function createProductSearch(
  items: readonly Item[],
  synonyms: Synonyms = [],
): ProductSearch {
  const distinct = distinctById(items)
  const vocabulary = new Vocabulary()
  vocabulary.add(distinct)
  return searchOver(distinct, buildIndex(distinct), vocabulary, synonyms)
}

/** Number of products indexed per slice; a slice takes a few milliseconds on a slow phone. */
const SLICE = 25

/**
 * Builds the same search in slices, so that the page stays responsive.
 * @param nextTask yields the thread between two slices; default: a timer
 * @example const search = await prepareProductSearch(items)
 */
export async function prepareProductSearch(
  items: readonly Item[],
  synonyms: Synonyms = [],
  nextTask: () => Promise<void> = () => new Promise((next) => setTimeout(next)),
): Promise<ProductSearch> {
  const distinct = distinctById(items)
  const index = buildIndex([])
  const vocabulary = new Vocabulary()
  for (let from = 0; from < distinct.length; from += SLICE) {
    const some = distinct.slice(from, from + SLICE)
    index.addAll(some)
    vocabulary.add(some)
    await nextTask()
  }
  return searchOver(distinct, index, vocabulary, synonyms)
}

function distinctById(items: readonly Item[]): readonly Item[] {
  const ids = new Set<string>()
  return items.filter(({ id }) => !ids.has(id) && ids.add(id))
}

function searchOver(
  items: readonly Item[],
  index: SearchIndex,
  vocabulary: Vocabulary,
  synonyms: Synonyms,
): ProductSearch {
  const folded = foldSynonyms(synonyms)
  const byId = new Map(items.map((item) => [item.id, item]))
  const byCode = new Map(items.map((item) => [item.id.toLowerCase(), item]))
  const ofCode = (word: string) =>
    /\d/.test(word) ? (byId.get(word) ?? byCode.get(word.toLowerCase())) : undefined

  const priceOf = (id: string, now: number) => {
    const item = byId.get(id)
    return (item && atPrice(item, now).price) ?? Number.NaN
  }

  const equal = (id: string): SearchHit => ({ id, relevance: 1, complete: true, terms: [] })

  function search(query: string): readonly SearchHit[] {
    const typed = query.split(/[\s,#]+/).filter((word) => word !== '')
    const codes = typed.flatMap((word) => ofCode(word) ?? [])
    if (codes.length > 0 && codes.length === typed.length)
      return [...new Set(codes)].map(({ id }) => ({ ...equal(id), terms: [foldWord(id)] }))
    const words = wordsOf(query).map((word) => word.text)
    if (words.length === 0) return []
    const asked = reworded(words, folded)
    const spelt = asked.map((one) => one.map((word) => index.meant(word)))
    const meant =
      String(spelt) === String(asked) ? [] : spelt.flatMap((one) => reworded(one, folded))
    const alike = [...asked, ...meant].flatMap((one) => [
      ...vocabulary.compounds(one),
      ...otherWordings(one, folded),
    ])
    const others = [...meant, ...alike].slice(0, MOST_WORDINGS)
    return retrieve(index, { asked, others })
  }

  return {
    find(query, limit = 200, now = Date.now()) {
      const priced = takePrice(query)
      const words = priced ? priced.rest : query
      const found =
        priced && wordsOf(words).length === 0 ? items.map(({ id }) => equal(id)) : search(words)
      const fitting = priced ? found.filter((hit) => priced.fits(priceOf(hit.id, now))) : found
      const soldOut = (hit: SearchHit) => byId.get(hit.id)?.available === false
      const whole = fitting.some((hit) => hit.complete && !soldOut(hit))
      const rank = (hit: SearchHit) => (whole && hit.complete ? 0 : 2) + (hit.soldOut ? 1 : 0)
      return fitting
        .map((hit) => (soldOut(hit) ? { ...hit, soldOut: true } : hit))
        .sort((a, b) => rank(a) - rank(b))
        .slice(0, limit)
    },
    suggest(query, limit = 6) {
      const suggestions = new Set<string>()
      const words = wordsOf(query).length
      const asTyped = index.autoSuggest(query, { ...SUGGEST, fuzzy: false })
      for (const { terms } of asTyped.length > 0 ? asTyped : index.autoSuggest(query, SUGGEST)) {
        // A title with two words that match the last word would suggest a word that nobody typed.
        if (terms.length > words) continue
        suggestions.add(terms.map((term) => vocabulary.spelling(term)).join(' '))
        if (suggestions.size === limit) break
      }
      return [...suggestions]
    },
  }
}

/** The shop's vocabulary: its usual spellings and its compound words. */
class Vocabulary {
  /** Folded word → spelling → number of occurrences. */
  readonly #forms = new Map<string, Map<string, number>>()
  readonly #titles: (readonly string[])[] = []
  readonly #fold = rememberingFold()

  add(items: readonly Item[]): void {
    for (const item of items) {
      const title = textWords(`${item.title ?? ''} ${item.category ?? ''}`.toLowerCase())
      this.#titles.push(title)
      for (const form of title) {
        const folded = this.#fold(form)
        const forms = this.#forms.get(folded)
        if (forms) forms.set(form, (forms.get(form) ?? 0) + 1)
        else this.#forms.set(folded, new Map([[form, 1]]))
      }
    }
  }

  /** Variants of the query with two words joined, or one word split, as the shop writes them. */
  compounds(words: readonly string[]): readonly (readonly string[])[] {
    return words.flatMap((word, at) => {
      const others: (readonly string[])[] = []
      const replace = (count: number, ...by: readonly string[]) =>
        others.push([...words.slice(0, at), ...by, ...words.slice(at + count)])
      const pair = this.#pairOf(foldWord(word))
      if (pair) replace(1, ...pair)
      const joined = word.toLowerCase() + (words[at + 1] ?? '').toLowerCase()
      if (at + 1 < words.length && this.#forms.has(foldWord(joined))) replace(2, joined)
      return others
    })
  }

  /** Two words that are adjacent in a title and spell the given word when joined. */
  #pairOf(folded: string): readonly [string, string] | undefined {
    for (let at = LEAST_PART; at <= folded.length - LEAST_PART; at++) {
      const [first, second] = [folded.slice(0, at), folded.slice(at)]
      const isPair = (word: string, i: number, title: readonly string[]) =>
        word === first && this.#fold(title[i + 1] ?? '') === second
      if (this.#forms.has(second) && this.#titles.some((title) => title.some(isPair)))
        return [first, second]
    }
    return undefined
  }

  /** The shop's most frequent spelling; the folded word itself if the shop doesn't have it. */
  spelling(folded: string): string {
    const forms = this.#forms.get(folded)
    return forms ? [...forms].reduce((a, b) => (b[1] > a[1] ? b : a))[0] : folded
  }
}

/** Minimum number of letters of each part of a compound: "no" and "te" don't make "note". */
const LEAST_PART = 3
