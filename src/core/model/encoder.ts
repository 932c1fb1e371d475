/**
 * @module Encodes a shopper's last interactions into one vector. The encoder is a causal pre-LN self-attention block
 * (SASRec's shape: d 64, one head, feed-forward 128). A list needs only the output of the last position, so the encoder
 * computes keys and values for all positions, and everything else for the last position alone.
 *
 * The state (embedding) of a position depends only on its item, its event and the bucket of the time to the next
 * interaction; the place in the window enters only through the attention bias `distance`. So a cached state stays valid
 * when interactions are added, deleted or leave the window. A new event needs two new states: its own and that of the
 * event before it, whose time gap changes.
 * @see https://arxiv.org/abs/1808.09781
 */
import { NearsideError } from '../error.ts'
import { LOG_NAMES, type LogName } from '../events/event.ts'
import type { History, Interaction } from '../features/history.ts'
import { DAY } from '../time.ts'
import { exp, multiply } from './arithmetic.ts'
import { type BaseModel, DIMENSION } from './baseModel.ts'
import type { Tensors } from './safetensors.ts'

/** L, the maximum number of interactions that the encoder reads. */
export const HISTORY_LENGTH = 50
export const FEED_FORWARD = 128
export const LAYER_NORM_EPSILON = 1e-5

const HOUR = 3_600_000
/** Exclusive upper bounds of the time-gap buckets in milliseconds; a gap in the first bucket lies within one visit. */
const GAP_BOUNDS = [
  ...[0.5 * HOUR, 6 * HOUR],
  ...[1, 2, 4, 7, 14, 30, 60, 120].map((days) => days * DAY),
  Number.POSITIVE_INFINITY,
]
export const GAP_BUCKETS = GAP_BOUNDS.length

/**
 * Shape of every tensor of the encoder. Matrices are [out, in]. `distance[k]` is added to the attention score of the
 * key that lies k positions before the query. It replaces position embeddings, which would depend on where the window
 * starts.
 */
export const ENCODER_SHAPES = {
  event: [LOG_NAMES.length, DIMENSION],
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

/** Row of an event's name in the tensor `event`. */
export const eventRow = (name: LogName): number => LOG_NAMES.indexOf(name)

/** Bucket of the milliseconds between an interaction and the next one, or between the last interaction and now. */
export const gapBucket = (milliseconds: number): number =>
  GAP_BOUNDS.findIndex((bound) => milliseconds < bound)

/** @throws NearsideError `model-corrupt` if a tensor is missing or has another shape */
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

type EncoderModel = Pick<BaseModel, 'encoder' | 'itemVectors'>

export type Encode = (history: History, now: number) => Float32Array<ArrayBuffer>

/** States of positions; the same row of both matrices is one state. */
interface States {
  /** Embeddings, [rows, d]. */
  readonly input: Float32Array
  /** Embeddings after the first norm, used as keys and as values, [rows, d]. */
  readonly normalised: Float32Array
}

/**
 * Encodes the history at `now` (milliseconds since the epoch) to h, [d]; zeros for an empty history. Interactions after
 * `now` count as if they had just happened.
 */
export function encode(model: EncoderModel, history: History, now: number) {
  return createEncoder(model)(history, now)
}

/** The last `HISTORY_LENGTH` interactions, not counting search results. */
function windowOf(history: History): History {
  const recent: Interaction[] = []
  for (let k = history.length - 1; k >= 0 && recent.length < HISTORY_LENGTH; k--)
    if (history[k].name !== 'search') recent.push(history[k])
  return recent.reverse()
}

/** Creates an `encode` that caches states, for repeated use. */
export function createEncoder(model: EncoderModel): Encode {
  const weights = encoderWeights(model.encoder)
  // Room for the previous window and a new window, so that no row in use is overwritten.
  const states: States = {
    input: new Float32Array(2 * HISTORY_LENGTH * DIMENSION),
    normalised: new Float32Array(2 * HISTORY_LENGTH * DIMENSION),
  }
  const free = Array.from({ length: 2 * HISTORY_LENGTH }, (_, row) => row)
  let known = new Map<number, number>()
  return (history, now) => {
    const recent = windowOf(history)
    if (recent.length === 0) return new Float32Array(DIMENSION)
    const current = new Map<number, number>()
    const rows = recent.map((interaction, t) => {
      const gap = gapAfter(recent, t, now)
      const { item, name } = interaction
      const key = (item * LOG_NAMES.length + eventRow(name)) * GAP_BUCKETS + gap
      let row = current.get(key) ?? known.get(key)
      if (row === undefined) {
        row = free.pop() as number
        computeState(model, weights, interaction, gap, states, row)
      }
      current.set(key, row)
      return row
    })
    for (const [key, row] of known) if (!current.has(key)) free.push(row)
    known = current
    return encodeLast(weights, states, rows)
  }
}

function gapAfter(recent: History, t: number, now: number): number {
  return gapBucket((t + 1 < recent.length ? recent[t + 1].time : now) - recent[t].time)
}

function computeState(
  { itemVectors }: EncoderModel,
  weights: EncoderWeights,
  { item, name }: Interaction,
  gapRow: number,
  { input, normalised }: States,
  row: number,
): void {
  const gap = gapRow * DIMENSION
  const event = eventRow(name) * DIMENSION
  for (let j = 0, x = row * DIMENSION; j < DIMENSION; j++, x++)
    input[x] = itemVectors[item * DIMENSION + j] + weights.event[event + j] + weights.gap[gap + j]
  layerNorm(input, row * DIMENSION, weights.norm1_scale, weights.norm1_bias, normalised)
}

/** @param rows row of each position's state, in order of the positions */
function encodeLast(
  weights: EncoderWeights,
  { input, normalised }: States,
  rows: readonly number[],
): Float32Array<ArrayBuffer> {
  const last = rows.length - 1
  const at = rows[last] * DIMENSION

  // With a_t the normalised state of position t, q·(K a_t) = (Kᵀq)·a_t and Σ p_t V a_t = V Σ p_t a_t: two matrix
  // products serve all positions.
  const query = multiply(weights.query, normalised.subarray(at, at + DIMENSION))
  const lookup = multiplyTransposed(weights.key, query)
  const attention = new Float32Array(rows.length)
  for (let t = 0; t <= last; t++) {
    let dot = 0
    for (let j = 0, x = rows[t] * DIMENSION; j < DIMENSION; j++, x++)
      dot += lookup[j] * normalised[x]
    attention[t] = dot / Math.sqrt(DIMENSION) + weights.distance[last - t]
  }
  softmax(attention)
  const mixed = new Float32Array(DIMENSION)
  for (let t = 0; t <= last; t++) {
    const share = attention[t]
    for (let j = 0, x = rows[t] * DIMENSION; j < DIMENSION; j++, x++)
      mixed[j] += share * normalised[x]
  }
  const stream = multiply(weights.output, multiply(weights.value, mixed))
  for (let j = 0; j < DIMENSION; j++) stream[j] += input[at + j]

  const inner = new Float32Array(DIMENSION)
  layerNorm(stream, 0, weights.norm2_scale, weights.norm2_bias, inner)
  const expanded = multiply(weights.expand, inner)
  for (let j = 0; j < FEED_FORWARD; j++)
    expanded[j] = Math.max(0, expanded[j] + weights.expand_bias[j])
  const contracted = multiply(weights.contract, expanded)
  for (let j = 0; j < DIMENSION; j++) stream[j] += contracted[j] + weights.contract_bias[j]

  const hidden = new Float32Array(DIMENSION)
  layerNorm(stream, 0, weights.norm3_scale, weights.norm3_bias, hidden)
  return hidden
}

/** Normalises the d values of `source` that begin at `at`, and writes them to the same place of `into`. */
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
  for (let j = at; j < at + DIMENSION; j++) squares += (source[j] - mean) * (source[j] - mean)
  const inverse = 1 / Math.sqrt(squares / DIMENSION + LAYER_NORM_EPSILON)
  for (let j = 0; j < DIMENSION; j++)
    into[at + j] = (source[at + j] - mean) * inverse * scale[j] + bias[j]
}

/** Mᵀ·x for M [x.length, d]. */
function multiplyTransposed(matrix: Float32Array, x: Float32Array): Float32Array {
  const product = new Float32Array(DIMENSION)
  for (let i = 0, m = 0; i < x.length; i++)
    for (let j = 0; j < DIMENSION; j++, m++) product[j] += matrix[m] * x[i]
  return product
}

function softmax(scores: Float32Array): void {
  let largest = Number.NEGATIVE_INFINITY
  for (const score of scores) largest = Math.max(largest, score)
  let sum = 0
  for (let t = 0; t < scores.length; t++) {
    scores[t] = exp(scores[t] - largest)
    sum += scores[t]
  }
  for (let t = 0; t < scores.length; t++) scores[t] /= sum
}
