/**
 * @module Softmax over a target and shared sampled negatives with the logQ correction: sampled
 * scores are lowered by the log of how often they are sampled, so that the minimum is that of the
 * full softmax. Negatives that are targets of the same position are left out.
 * @see https://research.google/pubs/sampling-bias-corrected-neural-modeling-for-large-corpus-item-recommendations/
 */
import { DIMENSION } from '../../model/baseModel.ts'
import type { Random } from '../../model/random.ts'
import type { Window } from './sequences.ts'

const D = DIMENSION

export interface NegativeSampler {
  /** Fills `into` with item rows. */
  draw(into: Int32Array, random: Random): void
  /** log(number of draws × probability) of an item, minus which the score is corrected. */
  logExpected(item: number, draws: number): number
}

/** Half uniform, half by frequency: the tail gets pushed down too, the head is not over-punished. */
export function createSampler(counts: Float64Array): NegativeSampler {
  const items = counts.length
  const total = counts.reduce((sum, count) => sum + count, 0)
  const cumulative = new Float64Array(items)
  let sum = 0
  for (let i = 0; i < items; i++) {
    sum += total > 0 ? counts[i] / total : 1 / items
    cumulative[i] = sum
  }
  const probability = (item: number) =>
    0.5 / items + 0.5 * (total > 0 ? counts[item] / total : 1 / items)
  return {
    draw(into, random) {
      for (let k = 0; k < into.length; k++) {
        into[k] = k % 2 === 0 ? random.integer(items) : search(cumulative, random.next() * sum)
      }
    },
    logExpected: (item, draws) => Math.log(draws * probability(item)),
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

export interface SoftmaxBuffers {
  readonly negatives: Int32Array
  readonly logExpected: Float32Array
  readonly scores: Float32Array
  readonly gradients: Float32Array
  readonly excluded: Uint8Array
}

export function createBuffers(negatives: number, items: number): SoftmaxBuffers {
  return {
    negatives: new Int32Array(negatives),
    logExpected: new Float32Array(negatives),
    scores: new Float32Array(negatives),
    gradients: new Float32Array(negatives),
    excluded: new Uint8Array(items),
  }
}

/**
 * Loss of a window (Σ weight · −log p) and its gradients: set in `dHidden` [L, d], added in
 * `dItems` [N, d] and `dBias` [N]. `buffers` holds the negatives and their log expectations.
 */
export function sampledSoftmax(
  window: Window,
  hidden: Float32Array,
  itemVectors: Float32Array,
  bias: Float32Array,
  buffers: SoftmaxBuffers,
  dHidden: Float32Array,
  dItems: Float32Array,
  dBias: Float32Array,
): number {
  const { negatives, logExpected, scores, gradients, excluded } = buffers
  const count = negatives.length
  let loss = 0
  dHidden.fill(0, 0, window.length * D)
  for (let t = 0; t < window.length; t++) {
    const from = window.start[t]
    const to = window.start[t + 1]
    if (from === to) continue
    const h = t * D
    for (let k = from; k < to; k++) excluded[window.targets[k]] = 1
    let highest = Number.NEGATIVE_INFINITY
    for (let k = 0; k < count; k++) {
      const item = negatives[k]
      if (excluded[item]) {
        scores[k] = Number.NEGATIVE_INFINITY
        continue
      }
      const score = dot(hidden, h, itemVectors, item * D) + bias[item] - logExpected[k]
      scores[k] = score
      if (score > highest) highest = score
    }
    let rest = 0
    for (let k = 0; k < count; k++) {
      const e = Math.exp(scores[k] - highest)
      scores[k] = e
      rest += e
    }
    // Each target competes with the negatives alone, not with the other targets.
    let onNegatives = 0
    for (let k = from; k < to; k++) {
      const target = window.targets[k]
      const weight = window.weights[k]
      const score = dot(hidden, h, itemVectors, target * D) + bias[target]
      const top = Math.max(score, highest)
      const own = Math.exp(score - top)
      const others = rest * Math.exp(highest - top)
      const sum = own + others
      loss += weight * (Math.log(sum) + top - score)
      // −(1 − p) on the target; the rest is shared out among the negatives below.
      push(-weight * (others / sum), target, h)
      onNegatives += weight * (Math.exp(highest - top) / sum)
      excluded[target] = 0
    }
    for (let k = 0; k < count; k++) gradients[k] = onNegatives * scores[k]
    for (let k = 0; k < count; k++) if (gradients[k] !== 0) push(gradients[k], negatives[k], h)
  }
  return loss

  function push(gradient: number, item: number, h: number): void {
    dBias[item] += gradient
    for (let j = h, e = item * D; j < h + D; j++, e++) {
      dHidden[j] += gradient * itemVectors[e]
      dItems[e] += gradient * hidden[j]
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
