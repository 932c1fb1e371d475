/**
 * @module Retrieval of products by words: title, category and brand, with prefixes and small typing
 * errors (BM25+ by MiniSearch). Runs on the page; what was typed goes nowhere.
 */
import MiniSearch from 'minisearch'
import type { Item } from '../catalog/item.ts'
import { foldWord, wordsOf } from './text.ts'

export interface SearchHit {
  readonly id: string
  /** BM25+ with field boosts; comparable within one result only. */
  readonly relevance: number
  /** True when every word of the query was found; such hits precede all others. */
  readonly complete: boolean
  /** Folded words of the item that matched, for highlighting. */
  readonly terms: readonly string[]
}

export interface ProductSearch {
  /** Best first. An empty query finds nothing. */
  find(query: string, limit?: number): readonly SearchHit[]
  /** Completions of what is being typed, most promising first. */
  suggest(query: string, limit?: number): readonly string[]
}

const FIELDS = ['title', 'category', 'brand', 'id'] as const
const BOOST = { title: 3, category: 1.5, brand: 1, id: 4 }
/** With this many products for all words of a query, those for some of them are only noise. */
const ENOUGH = 12
/** Typing errors are forgiven from four letters on, one per five letters. */
const fuzzy = (term: string) => (term.length < 4 ? false : 0.2)

/** @example createProductSearch(items).find('hartl t-light') */
export function createProductSearch(items: readonly Item[]): ProductSearch {
  const index = new MiniSearch<Item>({
    fields: [...FIELDS],
    tokenize: (text) => wordsOf(text).map((word) => word.text),
    processTerm: (term) => foldWord(term) || null,
    searchOptions: { boost: BOOST, prefix: true, fuzzy, weights: { prefix: 0.6, fuzzy: 0.3 } },
  })
  const ids = new Set<string>()
  const sold = items.filter((item) => {
    if (ids.has(item.id)) return false
    ids.add(item.id)
    return true
  })
  index.addAll(sold)
  const spelling = spellings(sold)

  function find(query: string, limit = 200): readonly SearchHit[] {
    const words = new Set(wordsOf(query).map((word) => foldWord(word.text)))
    if (words.size === 0) return []
    const hits = index.search(query, { combineWith: 'OR' }).map((result) => ({
      id: String(result.id),
      relevance: result.score,
      complete: new Set(result.queryTerms).size >= words.size,
      terms: result.terms,
    }))
    const complete = hits.filter((hit) => hit.complete)
    if (complete.length >= ENOUGH) return complete.slice(0, limit)
    // A stable sort: within each half MiniSearch's order by relevance stays.
    hits.sort((a, b) => Number(b.complete) - Number(a.complete))
    return hits.slice(0, limit)
  }

  function suggest(query: string, limit = 6): readonly string[] {
    const typed = wordsOf(query).map((word) => foldWord(word.text))
    if (typed.length === 0) return []
    const found = index.autoSuggest(query, { fuzzy, prefix: (_, i, all) => i === all.length - 1 })
    const suggestions = new Set<string>()
    for (const { terms } of found) {
      suggestions.add(terms.map((term) => spelling.get(term) ?? term).join(' '))
      if (suggestions.size === limit) break
    }
    return [...suggestions]
  }

  return { find, suggest }
}

/** Folded word → how the shop most often spells it, in lower case. */
function spellings(items: readonly Item[]): Map<string, string> {
  const counts = new Map<string, Map<string, number>>()
  for (const item of items) {
    for (const { text } of wordsOf(`${item.title ?? ''} ${item.category ?? ''}`)) {
      const folded = foldWord(text)
      const forms = counts.get(folded) ?? new Map<string, number>()
      const form = text.toLowerCase()
      forms.set(form, (forms.get(form) ?? 0) + 1)
      counts.set(folded, forms)
    }
  }
  const best = new Map<string, string>()
  for (const [folded, forms] of counts) {
    const [form] = [...forms].reduce((a, b) => (b[1] > a[1] ? b : a))
    best.set(folded, form)
  }
  return best
}
