/** @module Similarity of item titles; rare words count most. */
import { titleWords } from '../model/content.ts'
import type { Item } from './item.ts'

/** Finds the items that share a title word with an item: their ids → similarity in (0, 1]; 1 for the same words. */
export type Alike = (id: string) => ReadonlyMap<string, number>

/** Cosine of the title words, each weighted by the logarithm of its rarity. */
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
      // A word in every title carries no information.
      if (weight === 0) continue
      for (const other of byWord.get(word) ?? [])
        shared.set(other, (shared.get(other) ?? 0) + weight)
    }
    const length = lengthOf(id)
    for (const [other, sum] of shared) shared.set(other, sum / (length * lengthOf(other)))
    return shared
  }
}
