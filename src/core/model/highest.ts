/** @module Finds the highest of many scores without sorting all. */
import { MOST_RANKED, ranksOfAll } from './ranksOf.ts'

/**
 * Rows by descending score, ties by row; all rows if there are at most `places`.
 * @param scores [N], no NaN.
 */
export function highestRows(scores: Float32Array, places: number): number[] {
  if (scores.length <= places && scores.length <= MOST_RANKED) {
    const rows = new Array<number>(scores.length)
    ranksOfAll(scores).forEach((rank, row) => {
      rows[rank - 1] = row
    })
    return rows
  }
  // A heap of the best rows so far, with the weakest on top: N comparisons, few moves.
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
