/**
 * @module Finds products by words, with one inverted index (BM25+ by MiniSearch). It covers title, category,
 * brand, description and id, and accepts word beginnings and small typing errors.
 */
import MiniSearch, { type SearchOptions } from 'minisearch'
import type { Item } from '../catalog/item.ts'
import { foldWord, rememberingFold, textWords } from '../catalog/words.ts'
import type { SearchHit } from './hit.ts'

/** Wordings of a query; each list of words is one search. */
interface Wordings {
  readonly asked: readonly (readonly string[])[]
  /** Alternative wordings, which count a little less. */
  readonly others: readonly (readonly string[])[]
}

const FIELDS = ['title', 'category', 'brand', 'description', 'id'] as const

/**
 * Boost of a match in each field. Chosen on human judgements by `nearside evaluate --protocol search`, as are
 * the weights below.
 */
export const BOOST: Readonly<Record<(typeof FIELDS)[number], number>> = {
  title: 3,
  category: 1.5,
  brand: 1,
  description: 1,
  id: 4,
}

/**
 * Weight of a match by prefix or with one typing error; an exact match has weight 1. A merely similar word
 * must not outweigh the word itself.
 */
const WEIGHTS = { prefix: 0.1, fuzzy: 0.1 }

/** Factor on the relevance of a hit by another wording. Such a hit reaches at most this share of the best exact hit. */
const SYNONYM_WEIGHT = 0.8

/** Number of complete hits from which partial hits are omitted as noise. */
const ENOUGH = 12

/** Words that tell nothing about a product; ignored if the query has other words. */
const FILLERS = new Set('a an and for in my of on some the to with your'.split(' '))

/**
 * Maximum typing errors as a share of a word's letters: from four letters on, one per five letters. Words
 * with a digit allow none, because another digit means another product.
 */
export function fuzzy(term: string): number | false {
  return term.length < 4 || /\d/.test(term) ? false : 0.2
}

/** Maximum typing errors as a share of the letters, for a query without any nearer word. */
const FAR = 0.34

/** Inverted index that also corrects the spelling of query words. */
export class SearchIndex extends MiniSearch<Item> {
  /** Whether a product has exactly this word. */
  knows(word: string): boolean {
    return this._index.has(foldWord(word))
  }

  /**
   * Corrects a word that no product has.
   * - First choice: a known word with two neighbouring letters swapped, since that is one slip but two edits.
   * - Otherwise the word stays if a known word begins with it.
   * - Otherwise: the known word with the fewest edits; of several, the one that most products have.
   *
   * Without such a word, the result is the word itself.
   */
  meant(word: string): string {
    const term = foldWord(word)
    const share = fuzzy(term)
    if (share === false || this._index.has(term)) return word
    const swapped = swaps(term).find((other) => this._index.has(other))
    if (swapped !== undefined) return swapped
    for (const _ of this._index.atPrefix(term)) return word
    // Zero edits for four letters, since one edit turns "year" into "pear".
    const most = Math.floor(term.length * share)
    let best = { word, edits: most + 1, products: 0 }
    for (const [word, [fields, edits]] of this._index.fuzzyGet(term, most)) {
      const products = Math.max(...[...fields.values()].map(({ size }) => size))
      if (edits < best.edits || (edits === best.edits && products > best.products))
        best = { word, edits, products }
    }
    return best.word
  }
}

function swaps(word: string): string[] {
  const letters = [...word]
  return letters
    .slice(1)
    .map((letter, i) =>
      [...letters.slice(0, i), letter, letters[i], ...letters.slice(i + 2)].join(''),
    )
}

/** @param items items with distinct ids */
export function buildIndex(items: readonly Item[]): SearchIndex {
  const fold = rememberingFold()
  const index = new SearchIndex({
    fields: [...FIELDS],
    tokenize: textWords,
    processTerm: (term) => fold(term) || null,
  })
  index.addAll(items)
  return index
}

/** Hits, best first: hits for all words, then, if they are few, hits for some words. */
export function retrieve(index: SearchIndex, wordings: Wordings): readonly SearchHit[] {
  const hits = matchAll(index, wordings)
  if (hits.length === 0) {
    const far: SearchOptions = { fuzzy: (term) => fuzzy(term) && FAR, maxFuzzy: 3 }
    return matchAll(index, wordings, far).map((hit) => ({ ...hit, complete: false }))
  }
  const complete = hits.filter((hit) => hit.complete)
  if (complete.length >= ENOUGH) return complete
  // The sort is stable, so each half stays in MiniSearch's order of relevance.
  return hits.sort((a, b) => Number(b.complete) - Number(a.complete))
}

/** Best hit of each product over all wordings. */
function matchAll(
  index: SearchIndex,
  { asked, others }: Wordings,
  further: SearchOptions = {},
): SearchHit[] {
  const best = new Map<string, SearchHit>()
  const add = (found: readonly SearchHit[], weight: number) => {
    for (const one of found) {
      const hit = { ...one, relevance: one.relevance * weight }
      const known = best.get(hit.id)
      if (!known || isBetter(hit, known)) best.set(hit.id, hit)
    }
  }
  let own = 0
  for (const words of asked) {
    const found = match(index, words, further)
    const exact = tellingOf(words).map(foldWord)
    for (const { terms, relevance } of found)
      if (exact.every((word) => terms.includes(word))) own = Math.max(own, relevance)
    add(found, 1)
  }
  for (const words of others) {
    const found = match(index, words, { prefix: beginsAWord })
    // Several words score more than the single word that they replace, so scale them down.
    const most = Math.max(...found.map(({ relevance }) => relevance), 0)
    add(found, own > 0 ? SYNONYM_WEIGHT * Math.min(1, own / most) : SYNONYM_WEIGHT)
  }
  return [...best.values()].sort((a, b) => b.relevance - a.relevance)
}

/** Synonyms are complete words, so single letters match no prefix: the T of "t-light" must not match "triple". */
const beginsAWord = (term: string): boolean => term.length > 1

const isBetter = (a: SearchHit, b: SearchHit): boolean =>
  a.complete === b.complete ? a.relevance > b.relevance : a.complete

function tellingOf(words: readonly string[]): readonly string[] {
  const telling = words.filter((word) => !FILLERS.has(word.toLowerCase()))
  return telling.length > 0 ? telling : words
}

function match(index: SearchIndex, words: readonly string[], further: SearchOptions): SearchHit[] {
  const asked = tellingOf(words)
  const wanted = [...new Set(asked.map(foldWord))].map((word) => ({
    word,
    known: index.knows(word),
  }))
  return index
    .search(asked.join(' '), {
      combineWith: 'OR',
      boost: BOOST,
      prefix: true,
      fuzzy,
      weights: WEIGHTS,
      ...further,
    })
    .map((result) => ({
      id: String(result.id),
      relevance: result.score,
      complete: wanted.every(({ word, known }) =>
        // If the shop has the word, a different spelling is a different word: "cat" must not find "coat".
        known
          ? result.terms.some((term) => term.startsWith(word))
          : result.queryTerms.includes(word),
      ),
      terms: result.terms,
    }))
}
