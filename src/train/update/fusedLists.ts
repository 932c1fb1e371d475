/**
 * @module Neighbour lists that are updated instead of counted again: what a period says of an item
 * and what was known before are weighed by how much was bought of it, the old decayed.
 */
import type { NeighbourLists } from '../../core/features/cooccurrence.ts'

export interface WeighedLists extends NeighbourLists {
  readonly neighboursPerItem: number
  /** Decayed events that each item's list stands on, [N]. */
  readonly evidence: Float64Array
}

/** @param decay factor of the old evidence, 0 … 1; both lists of the same length an item */
export function fuseLists(old: WeighedLists, fresh: WeighedLists, decay: number): WeighedLists {
  const M = old.neighboursPerItem
  const items = old.evidence.length
  const neighbourItems = new Uint32Array(items * M)
  const neighbourWeights = new Float32Array(items * M)
  const evidence = new Float64Array(items)
  for (let item = 0; item < items; item++) {
    const before = decay * old.evidence[item]
    const now = fresh.evidence[item]
    evidence[item] = before + now
    const fused = new Map<number, number>()
    for (const [lists, share] of [
      [old, before],
      [fresh, now],
    ] as const) {
      if (share === 0) continue
      for (let k = item * M; k < (item + 1) * M && lists.neighbourWeights[k] > 0; k++) {
        const other = lists.neighbourItems[k]
        const weight = (share / evidence[item]) * lists.neighbourWeights[k]
        fused.set(other, (fused.get(other) ?? 0) + weight)
      }
    }
    neighbourItems.fill(item, item * M, (item + 1) * M)
    const strongest = [...fused].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, M)
    strongest.forEach(([other, weight], k) => {
      neighbourItems[item * M + k] = other
      neighbourWeights[item * M + k] = weight
    })
  }
  return { neighboursPerItem: M, neighbourItems, neighbourWeights, evidence }
}
