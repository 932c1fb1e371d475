/**
 * @module What a query is about: the products whose title has all of its words. Not the shop's
 * search, which forgives and ranks: only what was plainly asked for is worth learning from.
 */
import type { Item } from './item.ts'
import { foldedWords, foldWord } from './words.ts'

/**
 * Ids, each once; empty where no title has all words, and where more have than a wish can be told
 * from.
 */
export type FindByTitle = (query: string) => readonly string[]

/** "Red" names no wish; of each of a hundred products it would say next to nothing. */
const MOST_FOUND = 100

/** Of a word that no title has, so many letters must be there to stand for those that go on. */
const LEAST_PREFIX = 3

/** Keeps each answer: the same history asks again after every event. */
export function createTitleIndex(items: Iterable<Item>): FindByTitle {
  const byWord = new Map<string, Set<string>>()
  const folded = new Map<string, string>()
  const fold = (word: string) => {
    const known = folded.get(word) ?? foldWord(word)
    folded.set(word, known)
    return known
  }
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
    const found = new Set<string>()
    for (const [longer, ids] of byWord)
      if (longer.startsWith(word)) for (const id of ids) found.add(id)
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
