/** @module Sums gradients and curvatures by bin (in `histogram.wat`), and finds the split with the largest gain. */
import { instantiate, PAGE } from '@nearside/engine/wasm/instantiate.ts'
import { HISTOGRAM } from './histogram.wasm.ts'

/** Numbers stored for each bin: gradient, curvature, rows, and an unused number. */
const STRIDE = 4

export interface Histogram {
  /** [`Bins.columns`, bins, `STRIDE`]. */
  readonly sums: Float64Array
  readonly gradient: number
  readonly curvature: number
  readonly rows: number
}

export interface Split {
  readonly column: number
  /** Index of the first bin above the split, ≥ 1. */
  readonly bin: number
  /** Gain of a split: twice the loss that a Newton step on each side saves over one step on all rows. */
  readonly gain: number
}

/** Sums these rows' slopes, which the caller has written to `bins.slopes`. */
export function histogramOf({ slopes, sumRows }: Bins, rows: Int32Array): Histogram {
  let gradient = 0
  let curvature = 0
  for (let k = 0; k < rows.length; k++) {
    gradient += slopes[2 * rows[k]]
    curvature += slopes[2 * rows[k] + 1]
  }
  return { sums: sumRows(rows), gradient, curvature, rows: rows.length }
}

/** Divides rows into those whose bin is below the split's, and all others. */
export function divide(
  { columns, place }: Bins,
  { column, bin }: Split,
  rows: Int32Array,
): readonly [below: Int32Array, above: Int32Array] {
  const width = columns.length
  const k = columns.indexOf(column)
  const limit = k * BINS + bin
  const divided = new Int32Array(rows.length)
  let below = 0
  let above = rows.length
  for (let n = 0; n < rows.length; n++) {
    const row = rows[n]
    if (place[row * width + k] < limit) divided[below++] = row
    else divided[--above] = row
  }
  return [divided.subarray(0, below), divided.subarray(below).reverse()]
}

/** Histogram of the rows outside a part: the whole minus the part. */
export function without(whole: Histogram, part: Histogram): Histogram {
  return {
    sums: whole.sums.map((sum, at) => sum - part.sums[at]),
    gradient: whole.gradient - part.gradient,
    curvature: whole.curvature - part.curvature,
    rows: whole.rows - part.rows,
  }
}

/** Best split; null if no split lowers the loss. Of equal gains, the first column and lowest bin win. */
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
/** Number of values per column from which the quantiles are computed. */
const SAMPLED = 50_000

export interface Bins {
  /** Columns with at least two bins that a split may use, ascending. */
  readonly columns: readonly number[]
  /** Edges of each column, ascending and distinct. A value's bin is the number of edges at or below it. */
  readonly edges: readonly Float32Array[]
  /** Index of each value's bin, counted over the bins of all columns, row-major [rows, `columns`]. */
  readonly place: Uint16Array
  /** Gradient and curvature of each row's loss, [rows, 2]; the caller writes them. */
  readonly slopes: Float64Array
  /** Sums of some rows' slopes by bin, as in `Histogram.sums`. */
  readonly sumRows: (rows: Int32Array) => Float64Array
}

/**
 * @param features row-major [rows, columns], finite
 * @param unused columns that no split may use
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
  const width = used.length
  // Addresses in one memory, 16-byte aligned where the code reads pairs.
  const atSums = 0
  const atSlopes = width * BINS * STRIDE * 8
  const atRows = atSlopes + rows * 16
  const atPlaces = atRows + rows * 4
  const end = atPlaces + rows * width * 2
  const memory = new WebAssembly.Memory({ initial: Math.ceil((end + 1) / PAGE) })
  const run = instantiate<(...numbers: readonly number[]) => void>(HISTOGRAM, memory)
  const sums = new Float64Array(memory.buffer, atSums, width * BINS * STRIDE)
  const chosen = new Int32Array(memory.buffer, atRows, rows)
  const place = new Uint16Array(memory.buffer, atPlaces, rows * width)
  for (let row = 0, at = 0; row < rows; row++)
    for (let k = 0; k < width; k++, at++)
      place[at] = k * BINS + reached(edges[used[k]], features[row * columns + used[k]])
  const sumRows = (some: Int32Array) => {
    sums.fill(0)
    chosen.set(some)
    if (width > 0) run(atSums, atPlaces, width, atSlopes, atRows, some.length)
    return sums.slice()
  }
  const slopes = new Float64Array(memory.buffer, atSlopes, rows * 2)
  return { columns: used, edges, place, slopes, sumRows }
}

/** Distinct quantiles above the smallest value, so that the lowest bin is never empty. */
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
