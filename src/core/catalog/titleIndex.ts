/**
 * @module What a query is about: the products whose title has all of its words. A word that no title
 * has stands for those that begin with it, or else for those that one slip makes it from. Not the
 * shop's search, which also finds by some of the words: only what was plainly asked for is worth
 * learning from.
 */
import type { Item } from './item.ts'
import { foldedWords, rememberingFold } from './words.ts'

/**
 * Ids, each once; empty where no title has all words, and where more have than a wish can be told
 * from.
 */
export type FindByTitle = (query: string) => readonly string[]

/** "Red" names no wish; of each of a hundred products it would say next to nothing. */
const MOST_FOUND = 100

/** With fewer letters a word begins too many others. */
const LEAST_PREFIX = 3
/** With fewer letters every word is a slip away from others. */
const LEAST_FOR_SLIP = 5

/** Keeps each answer: the same history asks again after every event. */
export function createTitleIndex(items: readonly Item[]): FindByTitle {
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

  return (query) => {
    const words = foldedWords(query)
    const key = words.join(' ')
    const known = answers.get(key)
    if (known) return known
    const [first, ...rest] = words.map(having).sort((a, b) => a.size - b.size)
    const found = [...(first ?? [])].filter((id) => rest.every((ids) => ids.has(id)))
    const answer = found.length > MOST_FOUND ? [] : found
    answers.set(key, answer)
    return answer
  }
}

/** One letter too many, missing or wrong, or two neighbours in each other's place. */
function isOneSlip(a: string, b: string): boolean {
  let start = 0
  while (start < a.length && a[start] === b[start]) start++
  // Hands rarely miss the first letter.
  if (start === 0 || Math.abs(a.length - b.length) > 1) return false
  const [restA, restB] = [a.slice(start), b.slice(start)]
  return (
    restA.slice(1) === restB.slice(1) ||
    restA === restB.slice(1) ||
    restA.slice(1) === restB ||
    (restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2))
  )
}
