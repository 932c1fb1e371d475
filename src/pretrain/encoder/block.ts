/**
 * @module The encoder's block at every position of a window, forward and backward, with dropout.
 * Same mathematics as `model/encoder.ts`, which computes one position without dropout.
 */
import { DIMENSION } from '../../model/baseModel.ts'
import { type EncoderWeights, FEED_FORWARD, HISTORY_LENGTH } from '../../model/encoder.ts'
import type { Random } from '../../model/random.ts'
import { normBackward, normForward } from './layerNorm.ts'
import { biasBack, linear, linearBackInput, linearBackWeight } from './matrix.ts'

const D = DIMENSION
const L = HISTORY_LENGTH
const ROOT = Math.sqrt(D)

export interface Block {
  /** Writes here before `forward`: inputs, row-major [L, d]. */
  readonly input: Float32Array
  /** After `forward`: h at each position, [L, d]. */
  readonly hidden: Float32Array
  /** Written by the caller before `backward`: ∂loss/∂hidden, [L, d]. */
  readonly hiddenGradient: Float32Array
  /** After `backward`: ∂loss/∂input, [L, d]. */
  readonly inputGradient: Float32Array
  /** Computes n positions; a null `random` switches dropout off. */
  forward(n: number, random: Random | null): void
  /** Adds to `gradients` what the last `forward` of n positions gives. */
  backward(n: number, gradients: EncoderWeights): void
}

export function createBlock(weights: EncoderWeights, dropout: number): Block {
  const rows = () => new Float32Array(L * D)
  const input = rows()
  const hidden = rows()
  const hiddenGradient = rows()
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
  const attention = new Float32Array(L * L)
  const context = rows()
  const mixed = rows()
  const y = rows()
  const expanded = new Float32Array(L * FEED_FORWARD)
  const contracted = rows()
  const z = rows()
  const dx = rows()
  const dy = rows()
  const dz = rows()
  const dRows = rows()
  const dExpanded = new Float32Array(L * FEED_FORWARD)
  const dQuery = rows()
  const dKey = rows()
  const dValue = rows()
  const dContext = rows()
  const dNorm = rows()
  const dAttention = new Float32Array(L)

  function drawMask(mask: Float32Array, n: number, random: Random | null): void {
    if (!random || dropout === 0) {
      mask.fill(1, 0, n * D)
      return
    }
    const kept = 1 / (1 - dropout)
    for (let i = 0; i < n * D; i++) mask[i] = random.next() < dropout ? 0 : kept
  }

  function attend(n: number): void {
    for (let t = 0; t < n; t++) {
      let largest = Number.NEGATIVE_INFINITY
      for (let s = 0; s <= t; s++) {
        let dot = 0
        for (let j = 0, q = t * D, k = s * D; j < D; j++, q++, k++) dot += query[q] * key[k]
        const score = dot / ROOT + weights.distance[t - s]
        attention[t * L + s] = score
        if (score > largest) largest = score
      }
      let sum = 0
      for (let s = 0; s <= t; s++) {
        const e = Math.exp(attention[t * L + s] - largest)
        attention[t * L + s] = e
        sum += e
      }
      context.fill(0, t * D, (t + 1) * D)
      for (let s = 0; s <= t; s++) {
        const p = attention[t * L + s] / sum
        attention[t * L + s] = p
        for (let j = 0, c = t * D, v = s * D; j < D; j++, c++, v++) context[c] += p * value[v]
      }
    }
  }

  function attendBack(n: number, dDistance: Float32Array): void {
    for (let t = 0; t < n; t++) {
      let along = 0
      for (let s = 0; s <= t; s++) {
        const p = attention[t * L + s]
        let dot = 0
        for (let j = 0, c = t * D, v = s * D; j < D; j++, c++, v++) {
          dot += dContext[c] * value[v]
          dValue[v] += p * dContext[c]
        }
        dAttention[s] = dot
        along += p * dot
      }
      for (let s = 0; s <= t; s++) {
        const g = attention[t * L + s] * (dAttention[s] - along)
        dDistance[t - s] += g
        const scaled = g / ROOT
        for (let j = 0, q = t * D, k = s * D; j < D; j++, q++, k++) {
          dQuery[q] += scaled * key[k]
          dKey[k] += scaled * query[q]
        }
      }
    }
  }

  return {
    input,
    hidden,
    hiddenGradient,
    inputGradient,
    forward(n, random) {
      drawMask(inputMask, n, random)
      drawMask(outputMask, n, random)
      drawMask(innerMask, n, random)
      for (let i = 0; i < n * D; i++) x[i] = input[i] * inputMask[i]
      const w = weights
      normForward(norm1.out, norm1.normal, norm1.inverse, x, w.norm1_scale, w.norm1_bias, n)
      linear(query, norm1.out, w.query, n, D, D)
      linear(key, norm1.out, w.key, n, D, D)
      linear(value, norm1.out, w.value, n, D, D)
      attend(n)
      linear(mixed, context, w.output, n, D, D)
      for (let i = 0; i < n * D; i++) y[i] = x[i] + mixed[i] * outputMask[i]
      normForward(norm2.out, norm2.normal, norm2.inverse, y, w.norm2_scale, w.norm2_bias, n)
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
      normForward(norm3.out, norm3.normal, norm3.inverse, z, w.norm3_scale, w.norm3_bias, n)
    },
    backward(n, g) {
      const w = weights
      for (const buffer of [dx, dz, dNorm, dQuery, dKey, dValue, dContext]) buffer.fill(0, 0, n * D)
      normBackward(
        dz,
        g.norm3_scale,
        g.norm3_bias,
        hiddenGradient,
        norm3.normal,
        norm3.inverse,
        w.norm3_scale,
        n,
      )
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
      normBackward(
        dy,
        g.norm2_scale,
        g.norm2_bias,
        dNorm,
        norm2.normal,
        norm2.inverse,
        w.norm2_scale,
        n,
      )
      for (let i = 0; i < n * D; i++) dRows[i] = dy[i] * outputMask[i]
      linearBackWeight(g.output, dRows, context, n, D, D)
      linearBackInput(dContext, dRows, w.output, n, D, D)
      attendBack(n, g.distance)
      dNorm.fill(0, 0, n * D)
      linearBackWeight(g.query, dQuery, norm1.out, n, D, D)
      linearBackInput(dNorm, dQuery, w.query, n, D, D)
      linearBackWeight(g.key, dKey, norm1.out, n, D, D)
      linearBackInput(dNorm, dKey, w.key, n, D, D)
      linearBackWeight(g.value, dValue, norm1.out, n, D, D)
      linearBackInput(dNorm, dValue, w.value, n, D, D)
      dx.set(dy.subarray(0, n * D))
      normBackward(
        dx,
        g.norm1_scale,
        g.norm1_bias,
        dNorm,
        norm1.normal,
        norm1.inverse,
        w.norm1_scale,
        n,
      )
      for (let i = 0; i < n * D; i++) inputGradient[i] = dx[i] * inputMask[i]
    },
  }
}
