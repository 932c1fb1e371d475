/**
 * @module Softmax over a target and sampled negatives that all positions share, with the logQ correction: each
 * negative's score is lowered by the logarithm of its sampling frequency, so that the loss has the same minimum as with
 * the full softmax.
 * @see https://research.google/pubs/sampling-bias-corrected-neural-modeling-for-large-corpus-item-recommendations/
 */
import { firstIndex } from '@nearside/core/firstIndex.ts'
import { DIMENSION } from '@nearside/core/model/baseModel.ts'
import { HISTORY_LENGTH } from '@nearside/core/model/encoder.ts'
import type { Random } from '@nearside/core/model/random.ts'
import type { Matrix } from './matrix.ts'
import type { Window } from './sequences.ts'

const D = DIMENSION
/** Score given to a negative that is also a target of the position, so that the softmax ignores it. */
const EXCLUDED = -1e30

/**
 * Samples negatives, half uniformly and half by frequency. The uniform half lowers rare items' scores, too. Items
 * without a count are never drawn, because lowering all their scores in the same way would make new items alike.
 * @param counts [N], at least one of them positive
 */
export function createSampler(counts: Float64Array) {
  const seen = Int32Array.from(counts.keys()).filter((item) => counts[item] > 0)
  const cumulative = new Float64Array(seen.length)
  let total = 0
  for (let k = 0; k < seen.length; k++) {
    total += counts[seen[k]]
    cumulative[k] = total
  }
  const probability = (item: number) => 0.5 / seen.length + (0.5 * counts[item]) / total
  return {
    draw(into: Int32Array, random: Random): void {
      for (let k = 0; k < into.length; k++) {
        const at =
          k % 2 === 0 ? random.integer(seen.length) : search(cumulative, random.next() * total)
        into[k] = seen[at]
      }
    },
    /** log(number of draws × probability) of an item, which is subtracted from its score. */
    logExpected: (item: number, draws: number) => Math.log(draws * probability(item)),
  }
}

const search = (cumulative: Float64Array, x: number): number =>
  firstIndex(cumulative.length - 1, (at) => cumulative[at] > x)

/**
 * Returns the loss of a window (Σ weight · −log p). Overwrites `dHidden` [L, d], and adds to `items.gradient` [N, d]
 * and `bias.gradient` [N]. All arrays but the bias lie in the memory of the matrix.
 */
type SampledSoftmax = (
  window: Window,
  hidden: Float32Array,
  dHidden: Float32Array,
  items: {
    readonly vectors: Float32Array
    readonly gradient: Float32Array
    /** Called with the items whose vectors the loss reads next. */
    meet(rows: Int32Array): void
  },
  bias: { readonly value: Float32Array; readonly gradient: Float32Array },
  random: Random,
) => number

/** Number of float32 values that `createSampledSoftmax` allocates. */
export function softmaxFloats(negatives: number): number {
  return 2 * negatives * D + HISTORY_LENGTH * negatives + 3 * negatives + 1000
}

/** @param negatives number of negatives that are drawn for each window, a multiple of 8 */
export function createSampledSoftmax(
  matrix: Matrix,
  sampler: ReturnType<typeof createSampler>,
  negatives: number,
  items: number,
): SampledSoftmax {
  const { allocate } = matrix
  const drawnBytes = allocate(negatives)
  const drawn = new Int32Array(drawnBytes.buffer, drawnBytes.byteOffset, negatives)
  const vectors = allocate(negatives * D)
  const dVectors = allocate(negatives * D)
  const scores = allocate(HISTORY_LENGTH * negatives)
  const shift = allocate(negatives)
  const dBias = allocate(negatives)
  /**
   * Linked lists of an item's places in `drawn`: `firstOf` has 1 + the first place, `nextOf` 1 + the next place of the
   * same item; 0 ends the list.
   */
  const firstOf = new Int32Array(items)
  const nextOf = new Int32Array(negatives)
  const logExpected = Float64Array.from({ length: items }, (_, item) =>
    sampler.logExpected(item, negatives),
  )

  return (window, hidden, dHidden, table, bias, random) => {
    sampler.draw(drawn, random)
    table.meet(window.targets)
    table.meet(drawn)
    matrix.gather(vectors.byteOffset, table.vectors.byteOffset, drawn.byteOffset, negatives)
    for (let k = 0; k < negatives; k++) {
      const item = drawn[k]
      shift[k] = bias.value[item] - logExpected[item]
      nextOf[k] = firstOf[item]
      firstOf[item] = k + 1
    }
    const n = window.length
    matrix.linear(scores, hidden, vectors, n, negatives, D)
    dHidden.fill(0, 0, n * D)
    dBias.fill(0)
    let loss = 0
    for (let t = 0; t < n; t++) loss += position(window, t, hidden, dHidden, table, bias)
    matrix.linearBackInput(dHidden, scores, vectors, n, negatives, D)
    dVectors.fill(0)
    matrix.linearBackWeight(dVectors, scores, hidden, n, negatives, D)
    matrix.scatter(table.gradient.byteOffset, dVectors.byteOffset, drawn.byteOffset, negatives)
    for (let k = 0; k < negatives; k++) {
      bias.gradient[drawn[k]] += dBias[k]
      firstOf[drawn[k]] = 0
    }
    return loss
  }

  /** Replaces the scores of a position by their gradients. */
  function position(
    window: Window,
    t: number,
    hidden: Float32Array,
    dHidden: Float32Array,
    table: Parameters<SampledSoftmax>[3],
    bias: Parameters<SampledSoftmax>[4],
  ): number {
    const row = t * negatives
    const from = window.start[t]
    const to = window.start[t + 1]
    if (from === to) {
      scores.fill(0, row, row + negatives)
      return 0
    }
    for (let k = from; k < to; k++)
      for (let at = firstOf[window.targets[k]]; at > 0; at = nextOf[at - 1])
        scores[row + at - 1] = EXCLUDED
    const scoresRow = scores.byteOffset + 4 * row
    const hiddenRow = hidden.byteOffset + 4 * t * D
    const highest = matrix.shift(scoresRow, shift.byteOffset, negatives)
    const rest = matrix.exp(scoresRow, negatives, highest)
    // The position's other targets don't count as negatives of this target.
    let lossHere = 0
    let onNegatives = 0
    for (let k = from; k < to; k++) {
      const target = window.targets[k]
      const weight = window.weights[k]
      const itemRow = 4 * target * D
      const vector = table.vectors.byteOffset + itemRow
      const score = matrix.dot(hiddenRow, vector, D) + bias.value[target]
      const top = Math.max(score, highest)
      const own = Math.exp(score - top)
      const scale = Math.exp(highest - top)
      const sum = own + rest * scale
      lossHere += weight * (Math.log(sum) + top - score)
      const gradient = (-weight * rest * scale) / sum
      bias.gradient[target] += gradient
      matrix.add(dHidden.byteOffset + 4 * t * D, vector, D, gradient)
      matrix.add(table.gradient.byteOffset + itemRow, hiddenRow, D, gradient)
      onNegatives += (weight * scale) / sum
    }
    matrix.scale(scoresRow, dBias.byteOffset, negatives, onNegatives)
    return lossHere
  }
}
