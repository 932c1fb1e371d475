/** @module The nearest rows by Euclidean distance: brute force, for batches of a thousand. */

/**
 * Places of the `k` rows nearest to `row`, nearest first; ties by place.
 * @param self place of `row` itself among `rows`, which is left out; −1: it isn't there.
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
