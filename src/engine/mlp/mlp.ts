/**
 * @module The incremental network (`learning/learners/mlp.ts`) on WebAssembly with SIMD: the same
 * learner to the bit, several times as fast.
 */

import type { Random } from '../../core/model/random.ts'
import {
  type Example,
  type IncrementalLearner,
  sigmoid,
} from '../../core/personal/learners/learner.ts'
import {
  createMlp,
  MLP_TRAINING,
  type MlpSnapshot,
  stepRate,
} from '../../core/personal/learners/mlp.ts'
import {
  initialWeights,
  type NetworkShape,
  networkShape,
} from '../../core/personal/learners/network.ts'
import { assembleMlp, BLOCK_ROWS, type MlpModule } from './module.ts'

const PAGE = 65_536

interface Layer {
  /** Of rows and of columns; a column of ones in front makes the biases weights. */
  readonly width: number
  readonly columns: number
  readonly blocks: number
  /** First number of the layer in every matrix of all layers. */
  readonly start: number
  /** Byte addresses: [1, inputs], and the derivatives by what it puts out. */
  readonly input: number
  readonly errors: number
  /** Matrix from errors to those of the layer below; its rows in blocks. The lowest needs none. */
  readonly back: { readonly at: number; readonly blocks: number } | null
}

/** Byte addresses in one memory, and its size. */
function plan({ widths }: NetworkShape) {
  let next = 0
  const take = (numbers: number, shift = 0) => {
    const at = next + shift
    next = Math.ceil((at + 8 * numbers) / 16) * 16
    return at
  }
  const blocksOf = (rows: number) => Math.ceil(rows / BLOCK_ROWS)
  let start = 0
  const layers = widths.slice(0, -1).map((inputs, l): Layer => {
    const width = widths[l + 1]
    const layer = {
      width,
      columns: inputs + 1,
      blocks: blocksOf(width),
      start,
      // What comes from below is written behind the one, on an even address.
      input: take(1 + BLOCK_ROWS * blocksOf(inputs), 8),
      errors: take(BLOCK_ROWS * blocksOf(width)),
      back:
        l === 0
          ? null
          : { at: take(BLOCK_ROWS * blocksOf(inputs) * width), blocks: blocksOf(inputs) },
    }
    start += BLOCK_ROWS * layer.blocks * layer.columns
    return layer
  })
  const output = take(BLOCK_ROWS)
  const [weights, gradient, first, second] = Array.from({ length: 4 }, () => take(start))
  return { layers, output, weights, gradient, first, second, numbers: start, bytes: next }
}

/** @throws where WebAssembly or SIMD is missing or forbidden */
function createWasmMlp(inputs: number, random: Random): IncrementalLearner<MlpSnapshot> {
  const shape = networkShape(inputs)
  const { layers, output, numbers, bytes, ...at } = plan(shape)
  const pages = Math.ceil(bytes / PAGE)
  const memory = new WebAssembly.Memory({ initial: pages })
  const module = new WebAssembly.Module(assembleMlp(pages))
  const kernels = new WebAssembly.Instance(module, { mlp: { memory } })
    .exports as unknown as MlpModule
  const all = new Float64Array(memory.buffer)
  const matrices = (byte: number) => all.subarray(byte / 8, byte / 8 + numbers)
  const weights = matrices(at.weights)
  const gradient = matrices(at.gradient)
  let steps = 0
  const { l2, decay, epsilon, stepExamples } = MLP_TRAINING

  /** Where each weight of the plain vector lies in a matrix of all layers. */
  const places = new Int32Array(shape.size)
  layers.forEach(({ width, columns, start }, l) => {
    const place = (row: number, column: number) =>
      start + (Math.floor(row / BLOCK_ROWS) * columns + column) * BLOCK_ROWS + (row % BLOCK_ROWS)
    const from = shape.starts[l]
    for (let i = 0; i < width; i++) {
      for (let j = 1; j < columns; j++) places[from + i * (columns - 1) + j - 1] = place(i, j)
      places[from + width * (columns - 1) + i] = place(i, 0)
    }
  })
  const put = (matrix: Float64Array, plain: Float64Array) => {
    for (let k = 0; k < plain.length; k++) matrix[places[k]] = plain[k]
  }
  const plainOf = (matrix: Float64Array) => {
    const plain = new Float64Array(shape.size)
    for (let k = 0; k < plain.length; k++) plain[k] = matrix[places[k]]
    return plain
  }

  for (const { input } of layers) all[input / 8] = 1

  /** Copies the weights to where errors are sent back through them. */
  function refresh(): void {
    for (const { width, columns, start, back } of layers) {
      if (!back) continue
      for (let j = 0; j < columns - 1; j++) {
        const to = back.at / 8 + Math.floor(j / BLOCK_ROWS) * width * BLOCK_ROWS + (j % BLOCK_ROWS)
        for (let i = 0; i < width; i++) {
          const block = start + Math.floor(i / BLOCK_ROWS) * columns * BLOCK_ROWS
          all[to + i * BLOCK_ROWS] = weights[block + (j + 1) * BLOCK_ROWS + (i % BLOCK_ROWS)]
        }
      }
    }
  }

  /** The score before the sigmoid. */
  function score(x: ArrayLike<number>): number {
    const [lowest] = layers
    for (let j = 0; j < inputs; j++) all[lowest.input / 8 + 1 + j] = x[j]
    for (let l = 0; l < layers.length; l++) {
      const { input, start, blocks, columns, width } = layers[l]
      const above = layers[l + 1]
      const out = above ? above.input + 8 : output
      kernels.product(at.weights + 8 * start, input, out, blocks, columns)
      if (above) for (let i = out / 8, end = i + width; i < end; i++) all[i] = Math.max(0, all[i])
    }
    return all[output / 8]
  }

  /** Adds the gradient of the example that was scored last. */
  function sendBack(error: number): void {
    all[layers[layers.length - 1].errors / 8] = error
    for (let l = layers.length - 1; l >= 0; l--) {
      const { input, errors, start, blocks, columns, width, back } = layers[l]
      kernels.outer(at.gradient + 8 * start, input, errors, blocks, columns)
      if (!back) return
      const below = layers[l - 1].errors
      kernels.product(back.at, errors, below, back.blocks, width)
      for (let j = 0; j < columns - 1; j++) if (all[input / 8 + 1 + j] <= 0) all[below / 8 + j] = 0
    }
  }

  function step(batch: readonly Example[], from: number): void {
    const end = Math.min(batch.length, from + stepExamples)
    for (let k = 0; k < numbers; k++) gradient[k] = l2 * weights[k]
    for (let e = from; e < end; e++) {
      const { x, label, weight = 1 } = batch[e]
      sendBack((weight * (sigmoid(score(x)) - label)) / (end - from))
    }
    steps++
    kernels.adam(
      ...([at.weights, at.gradient, at.first, at.second, numbers / 2] as const),
      ...([1 - decay[0], 1 - decay[1], stepRate(steps), epsilon] as const),
    )
    refresh()
  }

  put(weights, initialWeights(shape, random))
  refresh()
  return {
    name: 'mlp',
    predict: (x) => sigmoid(score(x)),
    learn(batch) {
      for (let from = 0; from < batch.length; from += stepExamples) step(batch, from)
    },
    snapshot: () => ({
      weights: plainOf(weights),
      first: plainOf(matrices(at.first)),
      second: plainOf(matrices(at.second)),
      steps,
    }),
    restore(snapshot) {
      put(weights, snapshot.weights)
      put(matrices(at.first), snapshot.first)
      put(matrices(at.second), snapshot.second)
      steps = snapshot.steps
      refresh()
    },
  }
}

/** `createMlp` at its fastest on this processor; whichever runs, the numbers are the same bits. */
export function createFastMlp(inputs: number, random: Random): IncrementalLearner<MlpSnapshot> {
  return simd() ? createWasmMlp(inputs, random) : createMlp(inputs, random)
}

/** Asked beforehand, since `random` can't be asked twice. */
function simd(): boolean {
  try {
    return Boolean(new WebAssembly.Module(assembleMlp(1)))
  } catch {
    return false
  }
}
