/**
 * @module Finds the items whose score could reach a floor (lowest score), by a WebAssembly scan of int8 rows. Rounding
 * to int8 causes an error with a known bound. The scan lowers the floor by this bound, so that it misses no item.
 */
import { type ItemScan, NO_GAIN } from '@nearside/core/learning/shortlist.ts'
import { instantiate, PAGE } from '../wasm/instantiate.ts'
import { SCAN } from './scan.wasm.ts'

/**
 * Kernel of the scan (`scan.wat`). `rows` to `out` are byte addresses. Each of `steps` ≥ 1 steps reads a block of rows
 * from each quarter of the table; `quarter` is the number of rows in a quarter.
 * @returns byte address after the last hit
 */
type Scan = (
  rows: number,
  terms: number,
  query: number,
  out: number,
  steps: number,
  firstRow: number,
  floor: number,
  unit: number,
  cold: number,
  columns: number,
  quarter: number,
) => number

/** Number of rows per block; their sums fill two SIMD vectors. */
const BLOCK_ROWS = 8
/** Number of columns whose values for one row lie side by side in a block. */
const PAIR = 2
/** Bytes of a hit in the output. A hit is a group of four rows: four scores, index of the first row, padding. */
const HIT_BYTES = 32

/** Number of steps per call of the kernel; the output of a call fits in the CPU cache. */
const STEPS = 128
/** Number of rows that a step of the scan reads: a block from each quarter of the table. */
const STEP_ROWS = 4 * BLOCK_ROWS
const HITS = ((STEPS * STEP_ROWS) / 4) * HIT_BYTES
/** Largest integer in a quantised query, so that sums of up to 512 products with int8 numbers stay below 2³¹. */
const MOST = 32_767

/**
 * @param vectors row-major [N, columns], finite
 * @param columns even
 * @param popularity [N]
 * @throws if WebAssembly or SIMD is missing or forbidden, or if memory is insufficient
 */
export function wasmItemScan(
  vectors: Float32Array,
  columns: number,
  popularity: Float32Array,
): ItemScan {
  const count = popularity.length
  const steps = Math.max(1, Math.ceil(count / STEP_ROWS))
  const padded = steps * STEP_ROWS
  const terms = HITS + 4 * columns
  const rows = terms + 12 * padded
  const pages = Math.ceil((rows + padded * columns) / PAGE)
  const memory = new WebAssembly.Memory({ initial: pages })
  const scan = instantiate<Scan>(SCAN, memory)
  const { buffer } = memory
  const levels = new Int16Array(buffer, HITS, columns)
  const scales = new Float32Array(buffer, terms, count)
  const fixedParts = new Float32Array(buffer, terms + 4 * padded, padded)
  // Padding rows get −∞, so they never reach a floor.
  fixedParts.fill(Number.NEGATIVE_INFINITY)
  new Float32Array(buffer, terms + 8 * padded).set(popularity)
  const { longest, residual } = quantize(vectors, columns, scales, new Int8Array(buffer, rows))
  const scores = new Float32Array(buffer, 0, HITS / 4)
  const firsts = new Int32Array(buffer, 0, HITS / 4)
  let fixed: Float32Array | null = null

  return (given, cold, query, floor, gain = NO_GAIN) => {
    if (fixed !== given) fixedParts.set(given)
    fixed = given
    const largest = query.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    const unit = largest > 0 ? Math.fround(largest / MOST) : 0
    let off = 0
    for (let j = 0; j < columns; j++) {
      levels[j] = unit > 0 ? Math.min(MOST, Math.max(-MOST, Math.round(query[j] / unit))) : 0
      off += (query[j] - levels[j] * unit) ** 2
    }
    const lowered = floor - residual * Math.hypot(...query) - longest * Math.sqrt(off)
    const found: number[] = []
    for (let step = 0; step < steps; step += STEPS) {
      const some = Math.min(STEPS, steps - step)
      const first = step * BLOCK_ROWS
      const at = rows + first * columns
      const numbers = [lowered - gain.most, unit, cold, columns, padded / 4] as const
      const end = scan(at, terms + 4 * first, HITS, 0, some, first, ...numbers)
      for (let hit = 0; hit < end / 4; hit += HIT_BYTES / 4)
        for (let lane = 0, row = firsts[hit + 4]; lane < 4; lane++, row++) {
          const missing = lowered - scores[hit + lane]
          if (gain.most >= missing && row < count && gain.of(row) >= missing) found.push(row)
        }
    }
    return found
  }
}

/**
 * Writes rows as int8 in blocks, and their scales.
 * @returns largest Euclidean norm of a quantised row, and of a row's quantisation error
 */
function quantize(
  vectors: Float32Array,
  columns: number,
  scales: Float32Array,
  blocks: Int8Array,
): { readonly longest: number; readonly residual: number } {
  let longest = 0
  let residual = 0
  for (let row = 0, from = 0; row < scales.length; row++, from += columns) {
    let largest = 0
    for (let j = 0; j < columns; j++) largest = Math.max(largest, Math.abs(vectors[from + j]))
    const scale = Math.fround(largest / 127)
    scales[row] = scale
    const inverse = scale > 0 ? 1 / scale : 0
    const lane = row % BLOCK_ROWS
    const at = (row - lane) * columns + PAIR * lane
    let square = 0
    let off = 0
    for (let j = 0; j < columns; j++) {
      // The rounding avoids `Math.round`, which would take most of the time.
      const level = Math.floor(Math.min(127, Math.max(-127, vectors[from + j] * inverse)) + 0.5)
      blocks[at + (j >> 1) * PAIR * BLOCK_ROWS + (j & 1)] = level
      square += (level * scale) ** 2
      off += (vectors[from + j] - level * scale) ** 2
    }
    longest = Math.max(longest, square)
    residual = Math.max(residual, off)
  }
  return { longest: Math.sqrt(longest), residual: Math.sqrt(residual) }
}
