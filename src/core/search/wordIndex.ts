/**
 * @module Inverted index over the words of the products, which ranks by BM25+ and accepts beginnings of words and typing
 * errors. It uses MiniSearch's radix tree, and a test compares its scores with those of MiniSearch.
 */
import SearchableMap from 'minisearch/SearchableMap'
import type { Item } from '../catalog/item.ts'
import { foldWord, rememberingFold, textWords } from '../catalog/words.ts'

const FIELDS = ['title', 'category', 'brand', 'description', 'id'] as const
type Field = (typeof FIELDS)[number]

/** Indices of the fields whose words name a product; the words of a description don't. */
const NAMING = [0, 1, 2, 4]

/** Number of occurrences of a word, by field and product. */
type Postings = Map<number, Map<number, number>>

/** Settings for matching a query's words with the products' words. */
export interface Matching {
  readonly boost: Readonly<Record<Field, number>>
  /** Weights of a match by a word's beginning and of a match with typing errors; an exact match weighs 1. */
  readonly weights: { readonly prefix: number; readonly fuzzy: number }
  readonly prefix: (term: string) => boolean
  /** Maximum number of typing errors as a share of the word's letters; false for none. */
  readonly fuzzy: (term: string) => number | false
}

export interface Match {
  /** Index of the product, in the order of `add`. */
  readonly product: number
  score: number
  /** Folded words of the query that matched. */
  readonly asked: string[]
  /** Folded words of the product that matched. */
  readonly terms: string[]
}

/** Constants of BM25+, as in MiniSearch: saturation by frequency, weight of a field's length, least gain per match. */
const [K, B, D] = [1.2, 0.7, 0.5]

export class WordIndex {
  readonly #terms = new SearchableMap<Postings>()
  /** Number of distinct words, by field and product. */
  readonly #lengths: number[][] = FIELDS.map(() => [])
  /** Sum of `#lengths`, and number of products with a text, by field. */
  readonly #total: number[] = FIELDS.map(() => 0)
  readonly #texts: number[] = FIELDS.map(() => 0)
  readonly #titles: (readonly string[])[] = []
  readonly #fold = rememberingFold()
  #size = 0

  add(items: readonly Item[]): void {
    for (const item of items) {
      const product = this.#size++
      this.#titles.push(textWords(item.title ?? '').map(this.#fold))
      for (const [f, field] of FIELDS.entries()) {
        const words = textWords(item[field] ?? '')
        const length = new Set(words).size
        this.#lengths[f][product] = length
        this.#total[f] += length
        this.#texts[f] += Math.sign(length)
        for (const word of words) {
          const term = this.#fold(word)
          if (term === '') continue
          const postings = this.#terms.fetch(term, () => new Map())
          const products = postings.get(f)
          if (products) products.set(product, (products.get(product) ?? 0) + 1)
          else postings.set(f, new Map([[product, 1]]))
        }
      }
    }
  }

  get size(): number {
    return this.#size
  }

  /** Whether a product has exactly this word. */
  knows(word: string): boolean {
    return this.#terms.has(foldWord(word))
  }

  beginning(prefix: string): readonly string[] {
    return [...this.#terms.atPrefix(prefix).keys()]
  }

  near(term: string, errors: number): readonly { readonly term: string; readonly edits: number }[] {
    return [...this.#terms.fuzzyGet(term, errors)].map(([term, [, edits]]) => ({ term, edits }))
  }

  /** Largest number of products that have the word in the same field. */
  frequency(term: string): number {
    const postings = this.#terms.get(term)?.values() ?? []
    return Math.max(0, ...[...postings].map(({ size }) => size))
  }

  /** Products that have each of the words in a field that names a product. */
  named(words: readonly string[]): readonly number[] {
    const [first = [], ...others] = words.map((word) => {
      const postings = this.#terms.get(foldWord(word))
      return new Set(NAMING.flatMap((field) => [...(postings?.get(field)?.keys() ?? [])]))
    })
    return [...first].filter((product) => others.every((named) => named.has(product)))
  }

  /** Share of the pairs of neighbouring words in the query that also stand side by side in the title, 0 … 1. */
  togetherness(product: number, words: readonly string[]): number {
    if (words.length < 2) return 0
    const title = this.#titles[product]
    const pairs = words
      .slice(1)
      .filter((word, i) => title.some((one, at) => one === words[i] && title[at + 1] === word))
    return pairs.length / (words.length - 1)
  }

  /** Products with any of the words, best first. A product's score is multiplied by the number of query words found. */
  search(words: readonly string[], matching: Matching): Match[] {
    const found = new Map<number, Match>()
    for (const word of words) {
      const asked = foldWord(word)
      for (const [term, weight] of this.#similar(asked, matching))
        this.#score(found, asked, term, weight, matching.boost)
    }
    for (const match of found.values()) match.score *= match.asked.length
    return [...found.values()].sort((a, b) => b.score - a.score)
  }

  /** Words that match a query's word, with their weights. */
  #similar(asked: string, { weights, prefix, fuzzy }: Matching): ReadonlyMap<string, number> {
    const similar = new Map<string, number>()
    const errors = Math.round(asked.length * (fuzzy(asked) || 0))
    if (errors > 0)
      for (const { term, edits } of this.near(asked, errors))
        similar.set(term, (weights.fuzzy * term.length) / (term.length + edits))
    if (prefix(asked))
      for (const term of this.beginning(asked)) {
        const further = term.length - asked.length
        similar.set(term, (weights.prefix * term.length) / (term.length + 0.3 * further))
      }
    if (this.#terms.has(asked)) similar.set(asked, 1)
    return similar
  }

  #score(
    found: Map<number, Match>,
    asked: string,
    term: string,
    weight: number,
    boost: Matching['boost'],
  ): void {
    for (const [f, products] of this.#terms.get(term)?.entries() ?? []) {
      const rarity = Math.log(1 + (this.#size - products.size + 0.5) / (products.size + 0.5))
      const average = this.#total[f] / this.#texts[f]
      for (const [product, count] of products) {
        const length = 1 - B + (B * this.#lengths[f][product]) / average
        const score = rarity * (D + (count * (K + 1)) / (count + K * length))
        const match = found.get(product)
        const gain = weight * boost[FIELDS[f]] * score
        if (match) {
          match.score += gain
          if (!match.asked.includes(asked)) match.asked.push(asked)
          if (!match.terms.includes(term)) match.terms.push(term)
        } else found.set(product, { product, score: gain, asked: [asked], terms: [term] })
      }
    }
  }
}
