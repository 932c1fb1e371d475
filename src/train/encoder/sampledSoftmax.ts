/**
 * @module Softmax over a target and shared sampled negatives with the logQ correction.
 * Each sampled score is lowered by the log of its sampling frequency, which gives the minimum of the full softmax.
 * Negatives that are targets of the same position are left out.
 * @see https://research.google/pubs/sampling-bias-corrected-neural-modeling-for-large-corpus-item-recommendations/
 */
import { DIMENSION } from '@nearside/core/model/baseModel.ts'
import { HISTORY_LENGTH } from '@nearside/core/model/encoder.ts'
import type { Random } from '@nearside/core/model/random.ts'
import type { Matrix } from './matrix.ts'
import type { Window } from './sequences.ts'

const D = DIMENSION

/**
 * Samples negatives, half uniformly and half by frequency. The uniform half also pushes down rare items, so that
 * frequent items are not punished too much. Items without a count are never drawn: shoppers could not choose them,
 * and pushing them all down in the same way would make all new items alike.
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

/** First index whose cumulative value exceeds x. */
function search(cumulative: Float64Array, x: number): number {
  let low = 0
  let high = cumulative.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (cumulative[middle] > x) high = middle
    else low = middle + 1
  }
  return low
}

/**
 * Loss of a window (Σ weight · −log p). Overwrites `dHidden` [L, d], and adds to `items.gradient` [N, d] and
 * `bias.gradient` [N].
 */
type SampledSoftmax = (
  window: Window,
  hidden: Float32Array,
  dHidden: Float32Array,
  items: {
    readonly vectors: Float32Array
    readonly gradient: Float32Array
    /** Called with the rows of the items before the loss reads their vectors. */
    meet(rows: Int32Array): void
  },
  bias: { readonly value: Float32Array; readonly gradient: Float32Array },
  random: Random,
) => number

/** Number of float32 values that `createSampledSoftmax` allocates. */
export function softmaxFloats(negatives: number): number {
  return 2 * negatives * D + HISTORY_LENGTH * negatives + 1000
}

/** @param negatives number of negatives, a multiple of 8; drawn anew for each window, shared by its positions */
export function createSampledSoftmax(
  matrix: Matrix,
  sampler: ReturnType<typeof createSampler>,
  negatives: number,
  items: number,
): SampledSoftmax {
  const drawn = new Int32Array(negatives)
  const vectors = matrix.allocate(negatives * D)
  const dVectors = matrix.allocate(negatives * D)
  const scores = matrix.allocate(HISTORY_LENGTH * negatives)
  const shift = new Float32Array(negatives)
  const excluded = new Uint8Array(items)
  const logExpected = Float64Array.from({ length: items }, (_, item) =>
    sampler.logExpected(item, negatives),
  )

  return (window, hidden, dHidden, table, bias, random) => {
    const { vectors: itemVectors, gradient: itemGradient } = table
    sampler.draw(drawn, random)
    table.meet(window.targets)
    table.meet(drawn)
    for (let k = 0; k < negatives; k++) {
      const item = drawn[k]
      for (let j = k * D, e = item * D, end = j + D; j < end; j++, e++) vectors[j] = itemVectors[e]
      shift[k] = bias.value[item] - logExpected[item]
    }
    const n = window.length
    matrix.linear(scores, hidden, vectors, n, negatives, D)
    dHidden.fill(0, 0, n * D)
    let loss = 0
    for (let t = 0; t < n; t++) loss += position(t)
    matrix.linearBackInput(dHidden, scores, vectors, n, negatives, D)
    dVectors.fill(0)
    matrix.linearBackWeight(dVectors, scores, hidden, n, negatives, D)
    for (let k = 0; k < negatives; k++) {
      for (let j = k * D, e = drawn[k] * D, end = j + D; j < end; j++, e++)
        itemGradient[e] += dVectors[j]
    }
    return loss

    /** Replaces the scores of a position by their gradients. */
    function position(t: number): number {
      const row = t * negatives
      const from = window.start[t]
      const to = window.start[t + 1]
      if (from === to) {
        scores.fill(0, row, row + negatives)
        return 0
      }
      for (let k = from; k < to; k++) excluded[window.targets[k]] = 1
      let highest = -1e30
      for (let k = 0; k < negatives; k++) {
        const score = excluded[drawn[k]] ? -1e30 : scores[row + k] + shift[k]
        scores[row + k] = score
        if (score > highest) highest = score
      }
      let rest = 0
      for (let k = 0; k < negatives; k++) {
        const e = scores[row + k] === -1e30 ? 0 : Math.exp(scores[row + k] - highest)
        scores[row + k] = e
        rest += e
      }
      // Each target competes with the negatives only, not with the other targets.
      let lossHere = 0
      let onNegatives = 0
      for (let k = from; k < to; k++) {
        const target = window.targets[k]
        const weight = window.weights[k]
        const score = dot(hidden, t * D, itemVectors, target * D) + bias.value[target]
        const top = Math.max(score, highest)
        const own = Math.exp(score - top)
        const scale = Math.exp(highest - top)
        const sum = own + rest * scale
        lossHere += weight * (Math.log(sum) + top - score)
        const gradient = (-weight * rest * scale) / sum
        bias.gradient[target] += gradient
        for (let j = t * D, e = target * D, end = j + D; j < end; j++, e++) {
          dHidden[j] += gradient * itemVectors[e]
          itemGradient[e] += gradient * hidden[j]
        }
        onNegatives += (weight * scale) / sum
        excluded[target] = 0
      }
      for (let k = 0; k < negatives; k++) {
        const gradient = onNegatives * scores[row + k]
        scores[row + k] = gradient
        bias.gradient[drawn[k]] += gradient
      }
      return lossHere
    }
  }
}

function dot(a: Float32Array, at: number, b: Float32Array, bt: number): number {
  let s0 = 0
  let s1 = 0
  let s2 = 0
  let s3 = 0
  for (let j = 0; j < D; j += 4) {
    s0 += a[at + j] * b[bt + j]
    s1 += a[at + j + 1] * b[bt + j + 1]
    s2 += a[at + j + 2] * b[bt + j + 2]
    s3 += a[at + j + 3] * b[bt + j + 3]
  }
  return s0 + s1 + (s2 + s3)
}
