/** @module Finds products for a query as typed and as reworded by synonyms, and corrects misspelt words. */
import { foldWord, isTelling } from '../catalog/words.ts'
import type { SearchHit } from './hit.ts'
import type { FoldedSynonyms } from './synonyms.ts'
import type { Match, Matching, WordIndex } from './wordIndex.ts'

type Words = readonly string[]

interface OtherWording {
  readonly words: Words
  /** Whether the wording comes from a corrected spelling of the query. */
  readonly respelt: boolean
  /** Whether synonyms or compounds replace the query's words. */
  readonly replaced: boolean
}

/** Wordings of a query, each of which is searched by itself. */
interface Wordings {
  readonly asked: readonly Words[]
  /** Alternative wordings, which count a little less. Corrected spellings come first. */
  readonly others: readonly OtherWording[]
}

/** Boosts and weights, chosen on human judgements by `nearside evaluate --protocol search`. */
const MATCHING: Matching = {
  boost: { title: 3, category: 1.5, brand: 1, description: 1, id: 4 },
  weights: { prefix: 0.1, fuzzy: 0.1 },
  prefix: () => true,
  fuzzy,
}

/** Maximum relevance of a hit by an alternative wording, as a share of the best exact hit's relevance. */
const WEIGHTS = { respelt: 0.9, replaced: 0.8 }

/** Relative gain in relevance if a title has the query's words in the query's order: a "plant pot" is no "pot plant". */
const TOGETHER = 0.2

/** If at least this many hits match all words of the query, hits for some of the words are omitted as noise. */
const ENOUGH = 12

/**
 * Maximum number of typing errors as a share of a word's letters: one error per five letters, for words of at least
 * four letters. A word with a digit may have no typing error, because another digit means another product.
 */
export function fuzzy(term: string): number | false {
  return term.length < 4 || /\d/.test(term) ? false : 0.2
}

/** Maximum share of letters that are typing errors, for a query of one long word that finds nothing with fewer errors. */
const FAR = 0.34
/** Fewest letters of a long word. In a shorter one, two errors make another word: "return" would find "retro". */
const LONG = 7

/**
 * Corrects a word that occurs neither in a product nor in the shop's synonyms.
 * - First choice: a known word that differs by two swapped neighbouring letters, since that is one slip but two edits.
 * - Otherwise the word stays if a known word begins with it.
 * - Otherwise the result is the known word with the fewest edits; of several, the one that most products have.
 *
 * If no known word is near enough, the result is the word itself.
 */
export function meant(
  index: WordIndex,
  { single }: Pick<FoldedSynonyms, 'single'>,
  word: string,
): string {
  const term = foldWord(word)
  const share = fuzzy(term)
  const isKnown = (one: string) => index.knows(one) || single.has(one)
  if (share === false || isKnown(term)) return word
  const swapped = swaps(term).find(isKnown)
  if (swapped !== undefined) return swapped
  if (index.beginning(term).length > 0) return word
  // A word of four letters may have no edit, since one edit turns "year" into "pear".
  const most = Math.floor(term.length * share)
  const reworded = [...single.fuzzyGet(term, most)].map(([term, [, edits]]) => ({ term, edits }))
  const [best] = [...index.near(term, most), ...reworded]
    .map(({ term, edits }) => ({ term, edits, products: index.frequency(term) }))
    .sort((a, b) => a.edits - b.edits || b.products - a.products)
  return best?.term ?? word
}

function swaps(word: string): string[] {
  const letters = [...word]
  return letters
    .slice(1)
    .map((letter, i) =>
      [...letters.slice(0, i), letter, letters[i], ...letters.slice(i + 2)].join(''),
    )
}

export interface ProductHit extends Omit<SearchHit, 'id'> {
  readonly product: number
  /** Whether the product's best hit comes from an alternative wording. */
  readonly alike?: boolean
}

/** Products, best first: those that match all words of the query and, if these are few, those that match some. */
export function retrieve(index: WordIndex, wordings: Wordings): readonly ProductHit[] {
  const hits = matchAll(index, wordings)
  if (hits.length === 0 && wordings.asked.every((words) => tellingOf(words).length === 1)) {
    const far = { fuzzy: (term: string) => term.length >= LONG && fuzzy(term) && FAR }
    return matchAll(index, wordings, far).map((hit) => ({ ...hit, complete: false }))
  }
  const complete = hits.filter((hit) => hit.complete)
  if (complete.length >= ENOUGH) return complete
  // The sort is stable, so each part stays sorted by relevance.
  return hits.sort((a, b) => Number(b.complete) - Number(a.complete))
}

/** Best hit of each product over all wordings. */
function matchAll(
  index: WordIndex,
  { asked, others }: Wordings,
  further: Partial<Matching> = {},
): ProductHit[] {
  const best = new Map<number, ProductHit>()
  const add = (found: readonly ProductHit[], weight: number) => {
    for (const one of found) {
      const hit = { ...one, relevance: one.relevance * weight }
      const known = best.get(hit.product)
      if (!known || isBetter(hit, known)) best.set(hit.product, hit)
    }
  }
  const isKnown = asked.some((words) => tellingOf(words).some((word) => index.knows(word)))
  // A hit for only some words of the query must have one of these words exactly: a product with only similarly spelt
  // words is unrelated.
  const related = (words: Words, found: readonly ProductHit[]) => {
    const terms = words.map(foldWord)
    return found.filter(
      (hit) => hit.complete || (isKnown && terms.some((term) => hit.terms.includes(term))),
    )
  }
  let own = 0
  const measureOwn = (words: Words, found: readonly ProductHit[]) => {
    const exact = tellingOf(words).map(foldWord)
    for (const { terms, relevance } of found)
      if (exact.every((word) => terms.includes(word))) own = Math.max(own, relevance)
  }
  const answers = asked.map((words) => {
    const found = related(words, match(index, words, further))
    measureOwn(words, found)
    return { found, most: mostOf(found) }
  })
  const most = Math.max(...answers.map(({ most }) => most))
  for (const answer of answers) add(answer.found, most / answer.most)
  for (const { words, respelt, replaced } of others) {
    const found = related(words, match(index, words, { prefix: beginsAWord }))
    if (!replaced) measureOwn(words, found)
    // A wording with more words than the query scores higher, so its scores are scaled down to the query's.
    const weight = own > 0 ? Math.min(1, own / mostOf(found)) : 1
    add(
      found.map((hit) => ({ ...hit, alike: true, ...(respelt && { respelt }) })),
      weight * (respelt ? WEIGHTS.respelt : 1) * (replaced ? WEIGHTS.replaced : 1),
    )
  }
  return [...best.values()].sort((a, b) => b.relevance - a.relevance)
}

const mostOf = (hits: readonly ProductHit[]): number =>
  hits.reduce((most, { relevance }) => Math.max(most, relevance), 0)

/** Whether a synonym's term may match a word's beginning; the T of "t-light" must not find "triple". */
const beginsAWord = (term: string): boolean => term.length > 1

const isBetter = (a: ProductHit, b: ProductHit): boolean =>
  a.complete === b.complete ? a.relevance > b.relevance : a.complete

/** Words that tell something about a product; all words of the query if none of them does. */
export function tellingOf(words: Words): readonly string[] {
  const telling = words.filter(isTelling)
  return telling.length > 0 ? telling : words
}

function match(index: WordIndex, words: Words, further: Partial<Matching>): ProductHit[] {
  const telling = tellingOf(words)
  const terms = telling.map(foldWord)
  const wanted = [...new Set(terms)].map((word) => ({ word, known: index.knows(word) }))
  // If the shop knows the word itself, a similar word is another word: "cat" must not find "coat".
  const isComplete = ({ asked, terms }: Match) =>
    wanted.every(({ word, known }) =>
      known ? terms.some((term) => term.startsWith(word)) : asked.includes(word),
    )
  const isRespelt = ({ asked, terms }: Match) =>
    wanted.some(
      ({ word, known }) =>
        !known && asked.includes(word) && !terms.some((term) => term.startsWith(word)),
    )
  return index.search(telling, { ...MATCHING, ...further }).map((found) => ({
    product: found.product,
    relevance: found.score * (1 + TOGETHER * index.togetherness(found.product, terms)),
    complete: isComplete(found),
    terms: found.terms,
    ...(isRespelt(found) && { respelt: true }),
  }))
}
