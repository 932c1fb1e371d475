/** @module Nearest rows by Euclidean distance; brute force, for batches of a thousand. */

/**
 * Indices of the `k` rows nearest to `row`, nearest first; ties by index.
 * @param self index of `row` itself among `rows`, which is excluded; −1 if it is absent
 */
export function nearest(
  rows: readonly Float32Array[],
  row: Float32Array,
  k: number,
  self: number,
): number[] {
  return rows
    .map((other, place) => ({ place, distance: squaredDistance(other, row) }))
    .filter(({ place }) => place !== self)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, k)
    .map(({ place }) => place)
}

function squaredDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let j = 0; j < a.length; j++) sum += (a[j] - b[j]) ** 2
  return sum
}
