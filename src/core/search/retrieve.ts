/**
 * @module Finding products by words: one inverted index (BM25+ by MiniSearch) over title, category,
 * brand, description and id, with word beginnings and small typing errors forgiven.
 */
import MiniSearch, { type SearchOptions } from 'minisearch'
import type { Item } from '../catalog/item.ts'
import { foldWord, rememberingFold, textWords } from '../catalog/words.ts'
import type { SearchHit } from './hit.ts'

/** A query as its words are asked for, each list a search of its own. */
interface Wordings {
  readonly asked: readonly (readonly string[])[]
  /** Other words for the same, which count a little less. */
  readonly others: readonly (readonly string[])[]
}

const FIELDS = ['title', 'category', 'brand', 'description', 'id'] as const

/**
 * What a match in a field counts. Chosen on human judgements by `nearside evaluate --protocol search`,
 * as are the weights below: a description says what a title leaves out.
 */
export const BOOST: Readonly<Record<(typeof FIELDS)[number], number>> = {
  title: 3,
  category: 1.5,
  brand: 1,
  description: 1,
  id: 4,
}

/**
 * What a word counts that only begins like the query's, and one a typing error away; exact is 1. A
 * word that is merely similar must not outweigh the word itself.
 */
const WEIGHTS = { prefix: 0.1, fuzzy: 0.1 }

/** What a hit counts that another wording found: of itself, and of the best that has the very words asked for. */
const SYNONYM_WEIGHT = 0.8

/** With this many products for all words of a query, those for some of them are only noise. */
const ENOUGH = 12

/** Words that say nothing of a product, in a query that has others. */
const FILLERS = new Set('a an and for in my of on some the to with your'.split(' '))

/**
 * Letters of a word that may be wrong, as a share: from four letters on, one per five letters. A number
 * or a code with another digit is another one.
 */
export function fuzzy(term: string): number | false {
  return term.length < 4 || /\d/.test(term) ? false : 0.2
}

/** As far as a word may be from those of the shop where nothing is nearer. */
const FAR = 0.34

/** The inverted index, which also knows how the shop spells. */
export class SearchIndex extends MiniSearch<Item> {
  /** Whether a product has that very word. */
  knows(word: string): boolean {
    return this._index.has(foldWord(word))
  }

  /**
   * What a word that no product has was meant to be: two neighbouring letters in each other's place,
   * which is one slip of the fingers and two edits; else, where no word begins so, the nearest one,
   * of several the one that most products have. The word itself where there is none.
   */
  meant(word: string): string {
    const term = foldWord(word)
    const share = fuzzy(term)
    if (share === false || this._index.has(term)) return word
    const swapped = swaps(term).find((other) => this._index.has(other))
    if (swapped !== undefined) return swapped
    for (const _ of this._index.atPrefix(term)) return word
    // None of four letters: one edit makes "pear" of "year".
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

/** @param items ids distinct. */
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

/** Best first: hits for all words, then, where those are few, hits for some of them. */
export function retrieve(index: SearchIndex, wordings: Wordings): readonly SearchHit[] {
  const hits = matchAll(index, wordings)
  if (hits.length === 0) {
    const far: SearchOptions = { fuzzy: (term) => fuzzy(term) && FAR, maxFuzzy: 3 }
    return matchAll(index, wordings, far).map((hit) => ({ ...hit, complete: false }))
  }
  const complete = hits.filter((hit) => hit.complete)
  if (complete.length >= ENOUGH) return complete
  // A stable sort: within each half MiniSearch's order by relevance stays.
  return hits.sort((a, b) => Number(b.complete) - Number(a.complete))
}

/** Each product once, by its best wording. */
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
    // Two words add up to more than the one that they stand for.
    const most = Math.max(...found.map(({ relevance }) => relevance), 0)
    add(found, own > 0 ? SYNONYM_WEIGHT * Math.min(1, own / most) : SYNONYM_WEIGHT)
  }
  return [...best.values()].sort((a, b) => b.relevance - a.relevance)
}

/** Nobody is typing a synonym: the T of "t-light" is no beginning of "triple". */
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
        // Of a word that the shop has, another spelling is another word: "coat" is no "cat".
        known
          ? result.terms.some((term) => term.startsWith(word))
          : result.queryTerms.includes(word),
      ),
      terms: result.terms,
    }))
}
