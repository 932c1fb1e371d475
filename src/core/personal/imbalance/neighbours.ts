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
  const found: { place: number; distance: number }[] = []
  for (let place = 0; place < rows.length; place++) {
    if (place === self) continue
    const distance = squaredDistance(rows[place], row)
    if (found.length === k && distance >= found[k - 1].distance) continue
    let at = found.length
    while (at > 0 && found[at - 1].distance > distance) at--
    found.splice(at, 0, { place, distance })
    if (found.length > k) found.pop()
  }
  return found.map(({ place }) => place)
}

function squaredDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let j = 0; j < a.length; j++) sum += (a[j] - b[j]) ** 2
  return sum
}
