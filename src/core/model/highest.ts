/** @module Finds the highest of many scores, and the ranks of some or all of them. */
import { firstIndex } from '../firstIndex.ts'

/** Rows of the `places` highest scores (or all), highest first; equal scores by row. @param scores [N], no NaN. */
export function highestRows(scores: Float32Array, places: number): number[] {
  if (scores.length <= places && scores.length <= MOST_RANKED) {
    const rows = new Array<number>(scores.length)
    ranksOfAll(scores).forEach((rank, row) => {
      rows[rank - 1] = row
    })
    return rows
  }
  // A heap has the best rows so far, the weakest on top, so most rows need only one comparison.
  const heap: number[] = []
  const weaker = (a: number, b: number) =>
    scores[a] < scores[b] || (scores[a] === scores[b] && a > b)
  const sink = (from: number) => {
    let at = from
    for (;;) {
      let least = at
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < heap.length && weaker(heap[child], heap[least])) least = child
      }
      if (least === at) return
      const row = heap[at]
      heap[at] = heap[least]
      heap[least] = row
      at = least
    }
  }
  for (let row = 0; row < scores.length; row++) {
    if (heap.length < places) {
      heap.push(row)
      if (heap.length === places) for (let at = places >> 1; at >= 0; at--) sink(at)
    } else if (weaker(heap[0], row)) {
      heap[0] = row
      sink(0)
    }
  }
  return heap.sort((a, b) => scores[b] - scores[a] || a - b)
}

/**
 * Rank of each id in the order of `highestRows`, from 1, [k]; computed in O(n log k) without sorting all scores.
 * @param ids distinct indices into `scores`, [k]
 * @param scores [n], no NaN
 */
export function ranksOf(ids: ArrayLike<number>, scores: Float32Array): Int32Array {
  if (ids.length > scores.length / 8 && scores.length <= MOST_RANKED) {
    const ranks = ranksOfAll(scores)
    return Int32Array.from(ids, (id) => ranks[id])
  }
  const order = Int32Array.from({ length: ids.length }, (_, place) => place)
  const before = (a: number, b: number) =>
    scores[a] > scores[b] || (scores[a] === scores[b] && a < b)
  order.sort((a, b) => (before(ids[a], ids[b]) ? -1 : 1))
  /** For each p, the number of scores that rank between the (p − 1)-th and the p-th of the given ids. */
  const between = new Int32Array(ids.length + 1)
  for (let id = 0; id < scores.length; id++) {
    between[firstIndex(ids.length, (at) => before(id, ids[order[at]]))]++
  }
  const ranks = new Int32Array(ids.length)
  let ahead = 0
  for (let p = 0; p < ids.length; p++) {
    ahead += between[p]
    ranks[order[p]] = ahead + 1
  }
  return ranks
}

/** Maximum number of scores, so that a score's 32 sortable bits and its index fit into one double. */
export const MOST_RANKED = 2 ** 21

/**
 * Rank of each score in the order of `highestRows`, from 1, [n]. Sorts numbers that combine a score with its index.
 * @param scores [n], no NaN, n ≤ MOST_RANKED
 */
export function ranksOfAll(scores: Float32Array): Int32Array {
  // Turns −0 into 0, because the two are equal but differ in their bits.
  const bits = new Uint32Array(scores.map((score) => score + 0).buffer)
  const keys = Float64Array.from(bits, (word, place) => {
    const ascending = word >>> 31 ? ~word >>> 0 : word + 2 ** 31
    return (2 ** 32 - 1 - ascending) * MOST_RANKED + place
  }).sort()
  const ranks = new Int32Array(scores.length)
  keys.forEach((key, at) => {
    ranks[key % MOST_RANKED] = at + 1
  })
  return ranks
}
