/** @module Sums gradients and curvatures by bin, and finds the split with the largest gain. */

/** Numbers stored for each bin: gradient, curvature, rows. */
const STRIDE = 3

export interface Histogram {
  /** [`Bins.columns`, bins, gradient · curvature · rows]. */
  readonly sums: Float64Array
  /** Sum of gradients over all rows. */
  readonly gradient: number
  readonly curvature: number
  readonly rows: number
}

export interface Split {
  readonly column: number
  /** Index of the first bin above the split, ≥ 1. */
  readonly bin: number
  /** Gain: twice the loss that two Newton steps save over one step. */
  readonly gain: number
}

export function histogramOf(
  { columns, place }: Bins,
  rows: Int32Array,
  by: { readonly gradient: Float64Array; readonly curvature: Float64Array },
): Histogram {
  const width = columns.length
  const sums = new Float64Array(width * BINS * STRIDE)
  let gradient = 0
  let curvature = 0
  for (const row of rows) {
    const slope = by.gradient[row]
    const bend = by.curvature[row]
    gradient += slope
    curvature += bend
    for (let k = row * width, end = k + width; k < end; k++) {
      const at = place[k]
      sums[at] += slope
      sums[at + 1] += bend
      sums[at + 2]++
    }
  }
  return { sums, gradient, curvature, rows: rows.length }
}

/** Whether a row's value in a column lies in a bin below `split.bin`. */
export function isBelow(
  { columns, place }: Bins,
  { column, bin }: Split,
): (row: number) => boolean {
  const k = columns.indexOf(column)
  const limit = (k * BINS + bin) * STRIDE
  return (row) => place[row * columns.length + k] < limit
}

/** Histogram of the remaining rows: the whole minus a part. */
export function without(whole: Histogram, part: Histogram): Histogram {
  return {
    sums: whole.sums.map((sum, at) => sum - part.sums[at]),
    gradient: whole.gradient - part.gradient,
    curvature: whole.curvature - part.curvature,
    rows: whole.rows - part.rows,
  }
}

/** Best split; null if no split gains. Of equal gains, the first column and its lowest bin win. */
export function bestSplit(
  { sums, gradient, curvature, rows }: Histogram,
  { columns, edges }: Bins,
  { leastRows, l2 }: { readonly leastRows: number; readonly l2: number },
): Split | null {
  const worth = (slope: number, bend: number) => slope ** 2 / (bend + l2)
  const unsplit = worth(gradient, curvature)
  let best: Split | null = null
  for (const [k, column] of columns.entries()) {
    let slope = 0
    let bend = 0
    let below = 0
    for (let bin = 1; bin <= edges[column].length; bin++) {
      const at = (k * BINS + bin - 1) * STRIDE
      slope += sums[at]
      bend += sums[at + 1]
      below += sums[at + 2]
      if (below < leastRows) continue
      if (rows - below < leastRows) break
      const gain = worth(slope, bend) + worth(gradient - slope, curvature - bend) - unsplit
      if (gain > (best?.gain ?? 0)) best = { column, bin, gain }
    }
  }
  return best
}

/** Maximum number of bins per column. A tree treats all values between two neighbouring edges alike. */
const BINS = 64
/** Number of values per column that the quantiles are computed from. */
const SAMPLED = 50_000

export interface Bins {
  /** Columns with at least two bins that a split may use, ascending. */
  readonly columns: readonly number[]
  /** Edges of each column, ascending and distinct. A value's bin is the number of edges at or below it. */
  readonly edges: readonly Float32Array[]
  /** Place of each value's bin in `Histogram.sums`, row-major [rows, `columns`]; stored, as it is read for every tree. */
  readonly place: Uint16Array
}

/**
 * @param features row-major [rows, columns], finite.
 * @param unused columns that no split may use.
 */
export function binFeatures(
  { features, columns }: { readonly features: Float32Array; readonly columns: number },
  unused: ReadonlySet<number>,
): Bins {
  const rows = features.length / columns
  const stride = Math.max(1, Math.floor(rows / SAMPLED))
  const edges = Array.from({ length: columns }, (_, column) => {
    const values = new Float32Array(Math.ceil(rows / stride))
    for (let row = 0, k = 0; row < rows; row += stride, k++)
      values[k] = features[row * columns + column]
    return edgesOf(values.sort())
  })
  const used = [...edges.keys()].filter((column) => edges[column].length > 0 && !unused.has(column))
  const place = new Uint16Array(rows * used.length)
  for (let row = 0, at = 0; row < rows; row++)
    for (let k = 0; k < used.length; k++, at++) {
      const bin = reached(edges[used[k]], features[row * columns + used[k]])
      place[at] = (k * BINS + bin) * STRIDE
    }
  return { columns: used, edges, place }
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
