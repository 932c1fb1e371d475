/** @module Cuts features into a few dozen bins by their quantiles, so that counting finds a split. */

/** Maximum number of bins a column. A tree treats all values between two neighbouring edges alike. */
export const BINS = 64
/** Number of values a column that the quantiles are computed from. */
const SAMPLED = 50_000

export interface Bins {
  readonly columns: number
  /** Edges of each column, ascending and distinct. A value's bin is the number of edges at or below it. */
  readonly edges: readonly Float32Array[]
  /** Bin of each value, row-major [rows, columns]. */
  readonly bin: Uint8Array
}

/** @param features row-major [rows, columns], finite. */
export function binFeatures({
  features,
  columns,
}: {
  readonly features: Float32Array
  readonly columns: number
}): Bins {
  const rows = features.length / columns
  const stride = Math.max(1, Math.floor(rows / SAMPLED))
  const edges = Array.from({ length: columns }, (_, column) => {
    const values = new Float32Array(Math.ceil(rows / stride))
    for (let row = 0, k = 0; row < rows; row += stride, k++)
      values[k] = features[row * columns + column]
    return edgesOf(values.sort())
  })
  const bin = new Uint8Array(features.length)
  for (let at = 0; at < features.length; at++) bin[at] = reached(edges[at % columns], features[at])
  return { columns, edges, bin }
}

/** Quantiles above the least value, so that the lowest bin is never empty. */
function edgesOf(sorted: Float32Array): Float32Array {
  const edges = new Set<number>()
  for (let b = 1; b < BINS; b++) {
    const edge = sorted[Math.floor((b * sorted.length) / BINS)]
    if (edge > sorted[0]) edges.add(edge)
  }
  return Float32Array.from(edges)
}

/** Number of edges at or below a value. */
function reached(edges: Float32Array, value: number): number {
  let low = 0
  let high = edges.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (value >= edges[middle]) low = middle + 1
    else high = middle
  }
  return low
}
