/**
 * @module Finds the products whose titles contain all words of a query; from them the model learns what the query was
 * about. A word that no title contains matches title words that begin with it, or else title words one typo away. The
 * shop's search has an index of its own, which also finds products that match only some words.
 */
import { fitsPrice, isPriceAlone, takePrice } from '../search/price.ts'
import type { Item } from './item.ts'
import { foldedWords, rememberingFold } from './words.ts'

/**
 * Finds distinct item ids for a query; none if no title contains all words, or if too many titles do. A query for a
 * price alone finds all products at that price, or none if more than half of the products are at that price.
 */
export type FindByTitle = (query: string) => readonly string[]

/** Maximum number of matches. A query such as "red" matches more products and says little about any of them. */
const MOST_FOUND = 100

/** Minimum letters of a query word that matches title words beginning with it; shorter ones match too many. */
const LEAST_PREFIX = 3
/** Minimum letters of a query word that matches title words one typo away; shorter ones match too many. */
const LEAST_FOR_SLIP = 5

export function createTitleIndex(items: readonly Item[]): FindByTitle {
  return joinTitleIndexes(createTitleMatches(items))
}

/**
 * Joins the indexes of several parts of a catalog. Each part completes and corrects a query's words from its own titles;
 * apart from that, the result equals that of one index of the whole catalog.
 */
export function joinTitleIndexes(...parts: readonly FindByTitle[]): FindByTitle {
  return (query) => {
    const found = parts.flatMap((find) => find(query))
    const wish = found.length > MOST_FOUND ? takePrice(query) : null
    return found.length <= MOST_FOUND || (wish && isPriceAlone(wish)) ? found : []
  }
}

/** Finds all matches, however many. Caches results, because each event looks up all past queries of the shopper again. */
export function createTitleMatches(items: readonly Item[]): FindByTitle {
  const byWord = new Map<string, Set<string>>()
  const fold = rememberingFold()
  for (const { id, title = '' } of items) {
    for (const word of foldedWords(title, fold)) {
      const known = byWord.get(word)
      if (known) known.add(id)
      else byWord.set(word, new Set([id]))
    }
  }
  const answers = new Map<string, readonly string[]>()

  function having(word: string): ReadonlySet<string> {
    const known = byWord.get(word)
    if (known || word.length < LEAST_PREFIX) return known ?? new Set()
    const longer = havingAny((other) => other.startsWith(word))
    if (longer.size > 0 || word.length < LEAST_FOR_SLIP) return longer
    return havingAny((other) => isOneSlip(word, other))
  }

  function havingAny(isMeant: (word: string) => boolean): ReadonlySet<string> {
    const found = new Set<string>()
    for (const [word, ids] of byWord) if (isMeant(word)) for (const id of ids) found.add(id)
    return found
  }

  function titled(text: string): readonly string[] {
    const [first, ...rest] = foldedWords(text)
      .map(having)
      .sort((a, b) => a.size - b.size)
    return [...(first ?? [])].filter((id) => rest.every((ids) => ids.has(id)))
  }

  function find(query: string): readonly string[] {
    const wish = takePrice(query)
    if (!wish) return titled(query)
    const fitting = items.filter(({ price = Number.NaN }) => fitsPrice(price, wish))
    const ids = new Set(fitting.map(({ id }) => id))
    if (!isPriceAlone(wish)) return titled(wish.rest).filter((id) => ids.has(id))
    // A price that fits most products says little about the shopper.
    return 2 * ids.size <= items.length ? [...ids] : []
  }

  return (query) => {
    const known = answers.get(query) ?? find(query)
    answers.set(query, known)
    return known
  }
}

/** Whether one letter is added, missing or wrong, or two neighbouring letters are swapped. */
function isOneSlip(a: string, b: string): boolean {
  let start = 0
  while (start < a.length && a[start] === b[start]) start++
  // People rarely mistype the first letter.
  if (start === 0 || Math.abs(a.length - b.length) > 1) return false
  const [restA, restB] = [a.slice(start), b.slice(start)]
  return (
    restA.slice(1) === restB.slice(1) ||
    restA === restB.slice(1) ||
    restA.slice(1) === restB ||
    (restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2))
  )
}
