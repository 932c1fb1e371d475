/**
 * @module EASE: item-to-item weights of a linear regression without its diagonal, in closed form from the shoppers'
 * interactions. The weights are B = I − P·diag(P)⁻¹ with P = (XᵀX + λI)⁻¹.
 * @see Steck 2019, "Embarrassingly shallow autoencoders for sparse data", doi 10.1145/3308558.3313710
 */

import { eventStrength } from '@nearside/core/events/strength.ts'
import type { History } from '@nearside/core/features/history.ts'
import { PAGE } from '@nearside/engine/wasm/instantiate.ts'
import { createGemm, type Gemm } from '@nearside/train/encoder/matrix.ts'
import {
  decayedInteractions,
  ITEM_KNN,
  type ItemKnnParameters,
  mixWithPopularity,
  oncePer,
  type TunableArm,
} from './baselines.ts'

/** Maximum number of rows of the matrix, which then takes 64 MB. Items without a row are ranked by popularity. */
const MOST_ITEMS = 4000
/** Maximum number of rows of a matrix that is inverted entry by entry instead of by halves. */
const LEAF = 32

interface EaseWeights {
  /** Matrix row of each item, −1 if it has no row, [N]. */
  readonly row: Int32Array
  /** Item of each matrix row, [n], sorted by number of shoppers, largest first. */
  readonly item: Int32Array
  /** Weights that the item of each row gives to all other items, [n, stride]. */
  readonly weights: Float32Array
  readonly stride: number
}

/** @param before milliseconds; only events before this time count. */
export function easeWeights(
  items: number,
  histories: readonly History[],
  before: number,
  ridge: number,
): EaseWeights {
  const rows = histories.map((history) => [
    ...new Set(
      history.filter((one) => one.time < before && eventStrength(one.name) > 0).map((o) => o.item),
    ),
  ])
  const wanted = new Float64Array(items)
  for (const own of rows) for (const item of own) wanted[item]++
  const item = Int32Array.from(
    [...wanted.keys()]
      .filter((one) => wanted[one] > 0)
      .sort((a, b) => wanted[b] - wanted[a] || a - b)
      .slice(0, MOST_ITEMS),
  )
  const row = new Int32Array(items).fill(-1)
  item.forEach((one, at) => {
    row[one] = at
  })
  const n = item.length
  const stride = 8 * Math.ceil(n / 8)
  const memory = new WebAssembly.Memory({ initial: 1 + Math.ceil((8 * stride ** 2) / PAGE) })
  const matrix = new Float32Array(memory.buffer, 0, stride * stride)
  for (const own of rows) {
    const known = own.map((one) => row[one]).filter((at) => at >= 0)
    for (const a of known) for (const b of known) matrix[a * stride + b]++
  }
  for (let at = 0; at < stride; at++) matrix[at * stride + at] += ridge
  invert(createGemm(memory), memory.buffer, stride)
  const weights = matrix.slice()
  for (let a = 0; a < n; a++)
    for (let b = 0; b < n; b++)
      weights[a * stride + b] = a === b ? 0 : -matrix[a * stride + b] / matrix[b * stride + b]
  return { row, item, weights, stride }
}

/**
 * Inverts a symmetric positive definite matrix at the start of a memory, in place, by halves: with W = −A⁻¹B and
 * S = D − BᵀA⁻¹B, the inverse of [A B; Bᵀ D] is [A⁻¹ + W·S⁻¹·Wᵀ, W·S⁻¹; S⁻¹·Wᵀ, S⁻¹].
 * @param size multiple of 8; the memory after the matrix needs the same size again as work space
 */
function invert(gemm: Gemm, buffer: ArrayBuffer, size: number): void {
  const matrix = new Float32Array(buffer)
  const wide = 4 * size
  const at = (row: number, column: number) => 4 * (row * size + column)
  const part = (from: number, n: number, free: number) => {
    if (n <= LEAF) return invertEntries(matrix, from * size + from, size, n)
    const h = 8 * Math.ceil(n / 16)
    const r = n - h
    const middle = from + h
    const [a, b, d] = [at(from, from), at(from, middle), at(middle, middle)]
    part(from, h, free)
    const w = free
    const turned = w + 4 * h * r
    matrix.fill(0, w / 4, turned / 4)
    gemm(w, 4 * r, a, wide, 4, b, wide, h, h, r)
    for (let i = 0; i < h; i++)
      for (let j = 0; j < r; j++) {
        const value = -matrix[w / 4 + i * r + j]
        matrix[w / 4 + i * r + j] = value
        matrix[turned / 4 + j * h + i] = value
      }
    gemm(d, wide, b, 4, wide, w, 4 * r, r, h, r)
    part(middle, r, turned + 4 * h * r)
    for (let i = 0; i < h; i++) matrix.fill(0, b / 4 + i * size, b / 4 + i * size + r)
    gemm(b, wide, w, 4 * r, 4, d, wide, h, r, r)
    gemm(a, wide, b, wide, 4, turned, 4 * h, h, r, h)
    for (let i = 0; i < h; i++)
      for (let j = 0; j < r; j++)
        matrix[(middle + j) * size + from + i] = matrix[(from + i) * size + middle + j]
  }
  part(0, size, 4 * size * size)
}

/** Gauss–Jordan elimination; a positive definite matrix needs no pivoting. */
function invertEntries(matrix: Float32Array, start: number, stride: number, n: number): void {
  for (let k = 0; k < n; k++) {
    const pivot = 1 / matrix[start + k * stride + k]
    matrix[start + k * stride + k] = 1
    for (let j = 0; j < n; j++) matrix[start + k * stride + j] *= pivot
    for (let i = 0; i < n; i++) {
      if (i === k) continue
      const factor = matrix[start + i * stride + k]
      matrix[start + i * stride + k] = 0
      for (let j = 0; j < n; j++)
        matrix[start + i * stride + j] -= factor * matrix[start + k * stride + j]
    }
  }
}

interface EaseParameters extends ItemKnnParameters {
  /** Ridge penalty λ, which is added to each item's number of shoppers. */
  readonly ridge: number
}

/** Scores items by EASE's weights for the decayed history; `own` adds a weight of each item for itself. */
export function ease(weightsOf: (ridge: number) => EaseWeights): TunableArm<EaseParameters> {
  const remembered = oncePer(weightsOf)
  return {
    start: { ...ITEM_KNN.start, ridge: 300 },
    grid: { ...ITEM_KNN.grid, ridge: [100, 300, 1000] },
    ...(ITEM_KNN.below && { below: ITEM_KNN.below }),
    score({ own, fill, ridge, ...decay }, context, out) {
      const { row, item, weights, stride } = remembered(ridge)
      const counts = new Float32Array(out.length)
      for (const one of decayedInteractions(context, decay)) {
        counts[one.item] += own * one.weight
        const from = row[one.item] * stride
        if (from < 0) continue
        const share = (1 - own) * one.weight
        if (share > 0)
          for (let b = 0; b < item.length; b++) counts[item[b]] += share * weights[from + b]
      }
      for (let i = 0; i < counts.length; i++) counts[i] = Math.max(0, counts[i])
      mixWithPopularity(counts, context.popularity, fill, out)
    },
  }
}
