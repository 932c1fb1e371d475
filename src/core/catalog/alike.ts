/** @module How much the titles of a catalog's items have in common: what few titles say counts most. */
import { titleWords } from '../model/content.ts'
import type { Item } from './item.ts'

/** Ids of items that share a word with this one → in (0, 1]; 1 for the same words. */
export type Alike = (id: string) => ReadonlyMap<string, number>

/** Cosine of the titles' words, each weighed by the logarithm of how rare it is. */
export function createAlike(items: readonly Item[]): Alike {
  const words = new Map(items.map(({ id, title = '' }) => [id, titleWords(title)]))
  const byWord = new Map<string, string[]>()
  for (const [id, own] of words)
    for (const word of own) {
      const known = byWord.get(word)
      if (known) known.push(id)
      else byWord.set(word, [id])
    }
  const weightOf = (word: string) =>
    Math.log(items.length / (byWord.get(word)?.length ?? items.length)) ** 2
  const lengthOf = (id: string) =>
    Math.sqrt((words.get(id) ?? []).reduce((sum, word) => sum + weightOf(word), 0))
  return (id) => {
    const shared = new Map<string, number>()
    for (const word of words.get(id) ?? []) {
      const weight = weightOf(word)
      // A word of every title says nothing.
      if (weight === 0) continue
      for (const other of byWord.get(word) ?? [])
        shared.set(other, (shared.get(other) ?? 0) + weight)
    }
    const length = lengthOf(id)
    for (const [other, sum] of shared) shared.set(other, sum / (length * lengthOf(other)))
    return shared
  }
}
