/**
 * @module Computes the encoder's block at every position of a window, forward and backward, with dropout. The formulas
 * are those of `core/model/encoder.ts`, which computes one position without dropout.
 */
import { DIMENSION } from '@nearside/core/model/baseModel.ts'
import { type EncoderWeights, FEED_FORWARD, HISTORY_LENGTH } from '@nearside/core/model/encoder.ts'
import type { Random } from '@nearside/core/model/random.ts'
import { normBackward, normForward } from './layerNorm.ts'
import { biasBack, type Matrix } from './matrix.ts'

const D = DIMENSION
const L = HISTORY_LENGTH
/** Number of rows of a buffer: a multiple of 8, as the matrix products require. */
const ROWS = Math.ceil(L / 8) * 8
const ROOT = Math.sqrt(D)
const ONE_SEQUENCE = new Int32Array(L)

/** Number of float32 values that a block allocates. */
export const BLOCK_FLOATS = 34 * ROWS * D + 2 * ROWS * ROWS + 2 * ROWS * FEED_FORWARD + 10_000

/** All buffers and `weights` lie in the memory of `matrix`. */
export function createBlock(matrix: Matrix, weights: EncoderWeights, dropout: number) {
  const { linear, linearBackInput, linearBackWeight } = matrix
  const rows = () => matrix.allocate(ROWS * D)
  /** Inputs, row-major [L, d]; the caller writes them before `forward`. */
  const input = rows()
  /** Hidden state h at each position after `forward`, [L, d]. */
  const hidden = rows()
  /** ∂loss/∂hidden, [L, d]; the caller writes it before `backward`. */
  const hiddenGradient = rows()
  /** ∂loss/∂input after `backward`, [L, d]. */
  const inputGradient = rows()
  const inputMask = rows()
  const outputMask = rows()
  const innerMask = rows()
  const x = rows()
  const norm1 = { out: rows(), normal: rows(), inverse: new Float32Array(L) }
  const norm2 = { out: rows(), normal: rows(), inverse: new Float32Array(L) }
  const norm3 = { out: hidden, normal: rows(), inverse: new Float32Array(L) }
  const query = rows()
  const key = rows()
  const value = rows()
  const attention = matrix.allocate(ROWS * ROWS)
  const context = rows()
  const mixed = rows()
  const y = rows()
  const expanded = matrix.allocate(ROWS * FEED_FORWARD)
  const contracted = rows()
  const z = rows()
  const dx = rows()
  const dy = rows()
  const dz = rows()
  const dRows = rows()
  const dExpanded = matrix.allocate(ROWS * FEED_FORWARD)
  const dQuery = rows()
  const dKey = rows()
  const dValue = rows()
  const dContext = rows()
  const dNorm = rows()
  const dAttention = matrix.allocate(ROWS * ROWS)

  function drawMask(mask: Float32Array, n: number, random: Random | null): void {
    if (!random || dropout === 0) {
      mask.fill(1, 0, n * D)
      return
    }
    const kept = 1 / (1 - dropout)
    for (let i = 0; i < n * D; i++) mask[i] = random.next() < dropout ? 0 : kept
  }

  /** Computes the attention. Later positions and other sequences get weight 0, so that whole rows can be multiplied. */
  function attend(n: number, first: Int32Array): void {
    const width = Math.ceil(n / 8) * 8
    linear(attention, query, key, n, width, D)
    for (let t = 0; t < n; t++) {
      const row = t * width
      const from = first[t]
      let largest = Number.NEGATIVE_INFINITY
      for (let s = from; s <= t; s++) {
        const score = attention[row + s] / ROOT + weights.distance[t - s]
        attention[row + s] = score
        if (score > largest) largest = score
      }
      let sum = 0
      for (let s = from; s <= t; s++) {
        const e = Math.exp(attention[row + s] - largest)
        attention[row + s] = e
        sum += e
      }
      for (let s = from; s <= t; s++) attention[row + s] /= sum
      attention.fill(0, row, row + from)
      attention.fill(0, row + t + 1, row + width)
    }
    context.fill(0, 0, n * D)
    linearBackInput(context, attention, value, n, width, D)
  }

  function attendBack(n: number, dDistance: Float32Array, first: Int32Array): void {
    const width = Math.ceil(n / 8) * 8
    linear(dAttention, dContext, value, n, width, D)
    linearBackWeight(dValue, attention, dContext, n, width, D)
    for (let t = 0; t < n; t++) {
      const row = t * width
      const from = first[t]
      let along = 0
      for (let s = from; s <= t; s++) along += attention[row + s] * dAttention[row + s]
      for (let s = from; s <= t; s++) {
        const g = attention[row + s] * (dAttention[row + s] - along)
        dDistance[t - s] += g
        dAttention[row + s] = g / ROOT
      }
      dAttention.fill(0, row, row + from)
      dAttention.fill(0, row + t + 1, row + width)
    }
    linearBackInput(dQuery, dAttention, key, n, width, D)
    linearBackWeight(dKey, dAttention, query, n, width, D)
  }

  return {
    input,
    hidden,
    hiddenGradient,
    inputGradient,
    /**
     * Computes n positions. Position t attends to positions `first[t]` … t, so several short sequences can share the
     * rows; by default all positions form one sequence.
     * @param random draws the dropout; null: no dropout
     */
    forward(n: number, random: Random | null, first: Int32Array = ONE_SEQUENCE): void {
      drawMask(inputMask, n, random)
      drawMask(outputMask, n, random)
      drawMask(innerMask, n, random)
      for (let i = 0; i < n * D; i++) x[i] = input[i] * inputMask[i]
      const w = weights
      normForward(norm1, x, w.norm1_scale, w.norm1_bias, n)
      linear(query, norm1.out, w.query, n, D, D)
      linear(key, norm1.out, w.key, n, D, D)
      linear(value, norm1.out, w.value, n, D, D)
      attend(n, first)
      linear(mixed, context, w.output, n, D, D)
      for (let i = 0; i < n * D; i++) y[i] = x[i] + mixed[i] * outputMask[i]
      normForward(norm2, y, w.norm2_scale, w.norm2_bias, n)
      linear(expanded, norm2.out, w.expand, n, FEED_FORWARD, D)
      for (let t = 0, i = 0; t < n; t++) {
        for (let j = 0; j < FEED_FORWARD; j++, i++)
          expanded[i] = Math.max(0, expanded[i] + w.expand_bias[j])
      }
      linear(contracted, expanded, w.contract, n, D, FEED_FORWARD)
      for (let t = 0, i = 0; t < n; t++) {
        for (let j = 0; j < D; j++, i++)
          z[i] = y[i] + (contracted[i] + w.contract_bias[j]) * innerMask[i]
      }
      normForward(norm3, z, w.norm3_scale, w.norm3_bias, n)
    },
    /** Adds the gradients of the last `forward` to `g`. `n` and `first` must be those of that `forward`. */
    backward(n: number, g: EncoderWeights, first: Int32Array = ONE_SEQUENCE): void {
      const w = weights
      for (const buffer of [dx, dz, dNorm, dQuery, dKey, dValue, dContext]) buffer.fill(0)
      normBackward(dz, g.norm3_scale, g.norm3_bias, hiddenGradient, norm3, w.norm3_scale, n)
      for (let i = 0; i < n * D; i++) dRows[i] = dz[i] * innerMask[i]
      biasBack(g.contract_bias, dRows, n, D)
      linearBackWeight(g.contract, dRows, expanded, n, D, FEED_FORWARD)
      dExpanded.fill(0, 0, n * FEED_FORWARD)
      linearBackInput(dExpanded, dRows, w.contract, n, D, FEED_FORWARD)
      for (let i = 0; i < n * FEED_FORWARD; i++) if (expanded[i] === 0) dExpanded[i] = 0
      biasBack(g.expand_bias, dExpanded, n, FEED_FORWARD)
      linearBackWeight(g.expand, dExpanded, norm2.out, n, FEED_FORWARD, D)
      linearBackInput(dNorm, dExpanded, w.expand, n, FEED_FORWARD, D)
      dy.set(dz.subarray(0, n * D))
      normBackward(dy, g.norm2_scale, g.norm2_bias, dNorm, norm2, w.norm2_scale, n)
      for (let i = 0; i < n * D; i++) dRows[i] = dy[i] * outputMask[i]
      linearBackWeight(g.output, dRows, context, n, D, D)
      linearBackInput(dContext, dRows, w.output, n, D, D)
      attendBack(n, g.distance, first)
      dNorm.fill(0, 0, n * D)
      linearBackWeight(g.query, dQuery, norm1.out, n, D, D)
      linearBackInput(dNorm, dQuery, w.query, n, D, D)
      linearBackWeight(g.key, dKey, norm1.out, n, D, D)
      linearBackInput(dNorm, dKey, w.key, n, D, D)
      linearBackWeight(g.value, dValue, norm1.out, n, D, D)
      linearBackInput(dNorm, dValue, w.value, n, D, D)
      dx.set(dy.subarray(0, n * D))
      normBackward(dx, g.norm1_scale, g.norm1_bias, dNorm, norm1, w.norm1_scale, n)
      for (let i = 0; i < n * D; i++) inputGradient[i] = dx[i] * inputMask[i]
    },
  }
}
