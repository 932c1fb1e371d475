/**
 * @module Neighbours of items by the words of their titles, in place of the co-occurrence that only a log can count.
 * The similarity is the cosine of the titles' words, each weighted by its inverse document frequency.
 */
import type { Item } from '@nearside/core/catalog/item.ts'
import { DEFAULT_COOCCURRENCE, type NeighbourLists } from '@nearside/core/features/cooccurrence.ts'
import { titleWords } from '@nearside/core/model/content.ts'
import { highestRows } from '@nearside/core/model/highest.ts'

/**
 * A word in more titles than this suggests no candidates, which keeps the time linear in the catalog. The word still
 * counts in the similarity.
 */
const MOST_TITLES = 1000

/** Rows of the items whose titles contain each word. */
function rowsByWord(items: readonly Item[]): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>()
  items.forEach(({ title }, row) => {
    for (const word of titleWords(title ?? '')) {
      const rows = found.get(word)
      if (rows) rows.push(row)
      else found.set(word, [row])
    }
  })
  return found
}

/** Neighbours of each item, strongest first, as in `cooccurrence`. An item without a title has none. */
export function contentNeighbours(
  items: readonly Item[],
): NeighbourLists & { readonly neighboursPerItem: number } {
  const { neighboursPerItem } = DEFAULT_COOCCURRENCE
  const titles = rowsByWord(items)
  /** Squared inverse document frequency. */
  const rarity = (word: string) => Math.log(items.length / (titles.get(word)?.length ?? 1)) ** 2
  const words = items.map(({ title }) =>
    // Rare words first: they suggest the candidates.
    titleWords(title ?? '').sort((a, b) => rarity(b) - rarity(a)),
  )
  const norms = words.map((own) => Math.sqrt(own.reduce((sum, word) => sum + rarity(word), 0)))

  const cells = items.length * neighboursPerItem
  const neighbourItems = items.length > 65_535 ? new Uint32Array(cells) : new Uint16Array(cells)
  const neighbourWeights = new Float32Array(cells)
  const shared = new Float64Array(items.length)
  items.forEach((_, row) => {
    const met: number[] = []
    for (const word of words[row]) {
      const rows = titles.get(word) ?? []
      const rare = rarity(word)
      if (rare === 0) break
      const isCommon = rows.length > MOST_TITLES
      for (const other of rows) {
        if (other === row || (isCommon && shared[other] === 0)) continue
        if (shared[other] === 0) met.push(other)
        shared[other] += rare
      }
    }
    const likeness = Float32Array.from(met, (other) => shared[other] / (norms[row] * norms[other]))
    const first = row * neighboursPerItem
    neighbourItems.fill(row, first, first + neighboursPerItem)
    highestRows(likeness, neighboursPerItem).forEach((at, k) => {
      neighbourItems[first + k] = met[at]
      neighbourWeights[first + k] = Math.min(1, likeness[at])
    })
    for (const other of met) shared[other] = 0
  })
  return { neighbourItems, neighbourWeights, neighboursPerItem }
}
