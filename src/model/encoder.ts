/**
 * @module Encodes a shopper's last interactions into one vector: a causal pre-LN self-attention
 * block (SASRec's shape: d 64, one head, feed-forward 128). Serving needs the last position only,
 * so keys and values are computed for all positions and everything else for one.
 * @see https://arxiv.org/abs/1808.09781
 */
import { EVENT_NAMES, type EventName } from '../events/event.ts'
import type { History } from '../features/history.ts'
import { NearsideError } from '../protocol/error.ts'
import type { Tensors } from '../weights/tensor.ts'
import { type BaseModel, DIMENSION } from './baseModel.ts'

/** L: how many of the last interactions are read. */
export const HISTORY_LENGTH = 50
/** Width of the feed-forward layer. */
export const FEED_FORWARD = 128
export const LAYER_NORM_EPSILON = 1e-5

const MINUTE = 60_000
const DAY = 86_400_000
/** Exclusive upper bounds of the time-gap buckets; the first means "in the same visit". */
const GAP_BOUNDS = [
  30 * MINUTE,
  360 * MINUTE,
  DAY,
  2 * DAY,
  4 * DAY,
  7 * DAY,
  14 * DAY,
  30 * DAY,
  60 * DAY,
  120 * DAY,
]
export const GAP_BUCKETS = GAP_BOUNDS.length + 1

/**
 * Every tensor of the encoder and its shape. Matrices are [out, in]. `distance` is added to the
 * attention score by how many places back the key lies; it stands in for position embeddings,
 * which would tie a meaning to where a window happens to start.
 */
export const ENCODER_SHAPES = {
  event: [EVENT_NAMES.length, DIMENSION],
  gap: [GAP_BUCKETS, DIMENSION],
  distance: [HISTORY_LENGTH],
  norm1_scale: [DIMENSION],
  norm1_bias: [DIMENSION],
  query: [DIMENSION, DIMENSION],
  key: [DIMENSION, DIMENSION],
  value: [DIMENSION, DIMENSION],
  output: [DIMENSION, DIMENSION],
  norm2_scale: [DIMENSION],
  norm2_bias: [DIMENSION],
  expand: [FEED_FORWARD, DIMENSION],
  expand_bias: [FEED_FORWARD],
  contract: [DIMENSION, FEED_FORWARD],
  contract_bias: [DIMENSION],
  norm3_scale: [DIMENSION],
  norm3_bias: [DIMENSION],
} as const satisfies Record<string, readonly number[]>

export type EncoderName = keyof typeof ENCODER_SHAPES
export type EncoderWeights = Readonly<Record<EncoderName, Float32Array>>

const EVENT_ROWS = Object.fromEntries(EVENT_NAMES.map((name, row) => [name, row])) as Record<
  EventName,
  number
>

export function eventRow(name: EventName): number {
  return EVENT_ROWS[name]
}

/** Bucket of the time between an interaction and what follows it (for the last one: now). */
export function gapBucket(milliseconds: number): number {
  let bucket = 0
  while (bucket < GAP_BOUNDS.length && milliseconds >= GAP_BOUNDS[bucket]) bucket++
  return bucket
}

/** @throws NearsideError `model-corrupt` where a tensor is missing or has another shape */
export function encoderWeights(tensors: Tensors): EncoderWeights {
  const weights: Partial<Record<EncoderName, Float32Array>> = {}
  for (const [name, shape] of Object.entries(ENCODER_SHAPES)) {
    const tensor = tensors.get(name)
    if (!(tensor?.data instanceof Float32Array) || tensor.shape.join() !== shape.join())
      throw new NearsideError('model-corrupt', `the encoder's '${name}' is not F32 [${shape}]`)
    weights[name as EncoderName] = tensor.data
  }
  return weights as EncoderWeights
}

/**
 * h: the encoded history at `now` (milliseconds since the epoch), [d]; zeros for an empty history.
 * Interactions after `now` count as just before it.
 */
export function encode(
  model: Pick<BaseModel, 'encoder' | 'itemVectors'>,
  history: History,
  now: number,
): Float32Array<ArrayBuffer> {
  const recent = history.slice(-HISTORY_LENGTH)
  const count = recent.length
  if (count === 0) return new Float32Array(DIMENSION)
  const weights = encoderWeights(model.encoder)
  const last = count - 1

  const input = new Float32Array(count * DIMENSION)
  for (let t = 0; t < count; t++) {
    const { item, name, time } = recent[t]
    const gap = gapBucket((t < last ? recent[t + 1].time : now) - time) * DIMENSION
    const event = EVENT_ROWS[name] * DIMENSION
    for (let j = 0, x = t * DIMENSION; j < DIMENSION; j++, x++) {
      input[x] =
        model.itemVectors[item * DIMENSION + j] + weights.event[event + j] + weights.gap[gap + j]
    }
  }

  const normalised = new Float32Array(count * DIMENSION)
  for (let t = 0; t < count; t++)
    layerNorm(input, t * DIMENSION, weights.norm1_scale, weights.norm1_bias, normalised)

  // q·(K a_t) = (Kᵀq)·a_t and Σ p_t V a_t = V Σ p_t a_t: two matrix products serve all positions.
  const query = multiply(weights.query, normalised, last * DIMENSION, DIMENSION, DIMENSION)
  const lookup = multiplyTransposed(weights.key, query, DIMENSION, DIMENSION)
  const attention = new Float32Array(count)
  for (let t = 0; t < count; t++) {
    let dot = 0
    for (let j = 0, x = t * DIMENSION; j < DIMENSION; j++, x++) dot += lookup[j] * normalised[x]
    attention[t] = dot / Math.sqrt(DIMENSION) + weights.distance[last - t]
  }
  softmax(attention)
  const mixed = new Float32Array(DIMENSION)
  for (let t = 0; t < count; t++) {
    for (let j = 0, x = t * DIMENSION; j < DIMENSION; j++, x++)
      mixed[j] += attention[t] * normalised[x]
  }
  const value = multiply(weights.value, mixed, 0, DIMENSION, DIMENSION)
  const stream = multiply(weights.output, value, 0, DIMENSION, DIMENSION)
  for (let j = 0; j < DIMENSION; j++) stream[j] += input[last * DIMENSION + j]

  const inner = new Float32Array(DIMENSION)
  layerNorm(stream, 0, weights.norm2_scale, weights.norm2_bias, inner)
  const expanded = multiply(weights.expand, inner, 0, FEED_FORWARD, DIMENSION)
  for (let j = 0; j < FEED_FORWARD; j++)
    expanded[j] = Math.max(0, expanded[j] + weights.expand_bias[j])
  const contracted = multiply(weights.contract, expanded, 0, DIMENSION, FEED_FORWARD)
  for (let j = 0; j < DIMENSION; j++) stream[j] += contracted[j] + weights.contract_bias[j]

  const hidden = new Float32Array(DIMENSION)
  layerNorm(stream, 0, weights.norm3_scale, weights.norm3_bias, hidden)
  return hidden
}

/** Writes the normalised d values at `at` of `source` to the same place of `into`. */
function layerNorm(
  source: Float32Array,
  at: number,
  scale: Float32Array,
  bias: Float32Array,
  into: Float32Array,
): void {
  let sum = 0
  let squares = 0
  for (let j = at; j < at + DIMENSION; j++) sum += source[j]
  const mean = sum / DIMENSION
  for (let j = at; j < at + DIMENSION; j++) squares += (source[j] - mean) ** 2
  const inverse = 1 / Math.sqrt(squares / DIMENSION + LAYER_NORM_EPSILON)
  for (let j = 0; j < DIMENSION; j++)
    into[at + j] = (source[at + j] - mean) * inverse * scale[j] + bias[j]
}

/** M·x for M [rows, columns] and the `columns` values at `at` of `source`. */
function multiply(
  matrix: Float32Array,
  source: Float32Array,
  at: number,
  rows: number,
  columns: number,
): Float32Array<ArrayBuffer> {
  const product = new Float32Array(rows)
  for (let i = 0, m = 0; i < rows; i++) {
    let sum = 0
    for (let j = 0; j < columns; j++, m++) sum += matrix[m] * source[at + j]
    product[i] = sum
  }
  return product
}

/** Mᵀ·x for M [rows, columns]. */
function multiplyTransposed(
  matrix: Float32Array,
  source: Float32Array,
  rows: number,
  columns: number,
): Float32Array<ArrayBuffer> {
  const product = new Float32Array(columns)
  for (let i = 0, m = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++, m++) product[j] += matrix[m] * source[i]
  }
  return product
}

function softmax(scores: Float32Array): void {
  let largest = Number.NEGATIVE_INFINITY
  for (const score of scores) largest = Math.max(largest, score)
  let sum = 0
  for (let t = 0; t < scores.length; t++) {
    scores[t] = Math.exp(scores[t] - largest)
    sum += scores[t]
  }
  for (let t = 0; t < scores.length; t++) scores[t] /= sum
}
