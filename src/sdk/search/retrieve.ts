/**
 * @module Finding products by words: one inverted index (BM25+ by MiniSearch) over title, category,
 * brand, description and id, with word beginnings and small typing errors forgiven.
 */
import MiniSearch, { type SearchOptions } from 'minisearch'
import type { Item } from '../../core/catalog/item.ts'
import { foldWord, wordsOf } from '../../core/catalog/words.ts'
import { type FoldedSynonyms, otherWordings } from './synonyms.ts'

/** A product that was found. */
export interface SearchHit {
  /** The catalog’s id. */
  readonly id: string
  /** BM25+ with field boosts; comparable within one result only. */
  readonly relevance: number
  /** True when every word of the query was found; such hits precede all others. */
  readonly complete: boolean
  /** Folded words of the item that matched, for highlighting. */
  readonly terms: readonly string[]
}

const FIELDS = ['title', 'category', 'brand', 'description', 'id'] as const

export interface SearchSettings {
  /** What a match in a field counts. */
  readonly boost: Readonly<Record<(typeof FIELDS)[number], number>>
  /** What a word counts that only begins like the query's, and one a typing error away; exact is 1. */
  readonly prefixWeight: number
  readonly fuzzyWeight: number
}

/**
 * Chosen on human judgements by `nearside evaluate --protocol search`: a description says what a
 * title leaves out, and a word that is merely similar must not outweigh the word itself.
 */
export const SHIPPED_SETTINGS: SearchSettings = {
  boost: { title: 3, category: 1.5, brand: 1, description: 1, id: 4 },
  prefixWeight: 0.1,
  fuzzyWeight: 0.1,
}

/** What a hit counts that only another wording of the query found. */
const SYNONYM_WEIGHT = 0.8

/** With this many products for all words of a query, those for some of them are only noise. */
const ENOUGH = 12

/** Letters of a word that may be wrong, as a share: from four letters on, one per five letters. */
export function fuzzy(term: string): number | false {
  return term.length < 4 ? false : 0.2
}

export type SearchIndex = MiniSearch<Item>

/** @param items ids distinct. */
export function buildIndex(items: readonly Item[]): SearchIndex {
  const index = new MiniSearch<Item>({
    fields: [...FIELDS],
    tokenize: (text) => wordsOf(text).map((word) => word.text),
    processTerm: (term) => foldWord(term) || null,
  })
  index.addAll(items)
  return index
}

/** Best first: hits for all words, then, where those are few, hits for some of them. */
export function retrieve(
  index: SearchIndex,
  query: string,
  limit: number,
  settings: SearchSettings = SHIPPED_SETTINGS,
  synonyms: FoldedSynonyms = [],
): readonly SearchHit[] {
  const words = wordsOf(query).map((word) => word.text)
  if (words.length === 0) return []
  let hits = matchAll(index, words, settings, synonyms)
  if (!hits.some((hit) => hit.complete)) {
    const swapped = words.map((word) => unswap(index, word))
    if (swapped.some((word, place) => word !== words[place]))
      hits = matchAll(index, swapped, settings, synonyms)
  }
  const complete = hits.filter((hit) => hit.complete)
  if (complete.length >= ENOUGH) return complete.slice(0, limit)
  // A stable sort: within each half MiniSearch's order by relevance stays.
  hits.sort((a, b) => Number(b.complete) - Number(a.complete))
  return hits.slice(0, limit)
}

/** Each product once, by its best wording. */
function matchAll(
  index: SearchIndex,
  words: readonly string[],
  settings: SearchSettings,
  synonyms: FoldedSynonyms,
): SearchHit[] {
  const hits = match(index, words, settings)
  const others = otherWordings(words, synonyms)
  if (others.length === 0) return hits
  const best = new Map(hits.map((hit) => [hit.id, hit]))
  for (const other of others) {
    for (const found of match(index, other, settings, beginsAWord)) {
      const hit = { ...found, relevance: found.relevance * SYNONYM_WEIGHT }
      const known = best.get(hit.id)
      if (!known || isBetter(hit, known)) best.set(hit.id, hit)
    }
  }
  return [...best.values()].sort((a, b) => b.relevance - a.relevance)
}

/** Nobody is typing a synonym: the T of "t-light" is no beginning of "triple". */
const beginsAWord = (term: string): boolean => term.length > 1

const isBetter = (a: SearchHit, b: SearchHit): boolean =>
  a.complete === b.complete ? a.relevance > b.relevance : a.complete

function match(
  index: SearchIndex,
  words: readonly string[],
  { boost, prefixWeight, fuzzyWeight }: SearchSettings,
  prefix: SearchOptions['prefix'] = true,
): SearchHit[] {
  const weights = { prefix: prefixWeight, fuzzy: fuzzyWeight }
  const asked = new Set(words.map(foldWord)).size
  return index
    .search(words.join(' '), { combineWith: 'OR', boost, prefix, fuzzy, weights })
    .map((result) => ({
      id: String(result.id),
      relevance: result.score,
      complete: new Set(result.queryTerms).size >= asked,
      terms: result.terms,
    }))
}

/**
 * Two neighbouring letters in each other's place are one slip of the fingers, but two edits by the
 * distance that MiniSearch counts. The word that the shop knows instead, or the word as it is.
 */
function unswap(index: SearchIndex, word: string): string {
  const isKnown = (term: string) => index.search(term).length > 0
  if (word.length < 4 || isKnown(word)) return word
  for (let i = 0; i + 1 < word.length; i++) {
    const swapped = word.slice(0, i) + word[i + 1] + word[i] + word.slice(i + 2)
    if (swapped !== word && isKnown(swapped)) return swapped
  }
  return word
}
