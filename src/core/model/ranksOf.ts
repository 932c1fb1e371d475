/** @module The places of a few in the order of `highestRows`, without sorting all: O(n log k). */

/**
 * @param ids distinct indices into `scores`, [k]
 * @param scores [n], no NaN
 * @returns the place of each id, the best being 1, [k]
 */
export function ranksOf(ids: ArrayLike<number>, scores: Float32Array): Int32Array {
  const order = Int32Array.from({ length: ids.length }, (_, place) => place)
  const before = (a: number, b: number) =>
    scores[a] > scores[b] || (scores[a] === scores[b] && a < b)
  order.sort((a, b) => (before(ids[a], ids[b]) ? -1 : 1))
  /** How many come before the p-th of the few but not before the one above it. */
  const between = new Int32Array(ids.length + 1)
  for (let id = 0; id < scores.length; id++) {
    let low = 0
    let high = ids.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (before(id, ids[order[middle]])) high = middle
      else low = middle + 1
    }
    between[low]++
  }
  const ranks = new Int32Array(ids.length)
  let ahead = 0
  for (let p = 0; p < ids.length; p++) {
    ahead += between[p]
    ranks[order[p]] = ahead + 1
  }
  return ranks
}
