/** @module Multilayer perceptron 64-32-1: ReLU, sigmoid, binary cross-entropy, L2. All weights are in one vector. */

import { adamStep, startAdam } from '../../adam.ts'
import type { Random } from '../../model/random.ts'
import { type Example, type IncrementalLearner, logLoss, sigmoid } from './learner.ts'

const HIDDEN = [64, 32] as const

interface NetworkShape {
  /** Width of each layer, from the inputs to 1 output. */
  readonly widths: readonly number[]
  /** Offset of each layer's weights [out, in]; its biases follow them. */
  readonly starts: readonly number[]
  /** Length of the vector of all weights. */
  readonly size: number
}

export function networkShape(inputs: number): NetworkShape {
  const widths = [inputs, ...HIDDEN, 1]
  const starts: number[] = []
  let size = 0
  for (let layer = 0; layer + 1 < widths.length; layer++) {
    starts.push(size)
    size += (widths[layer] + 1) * widths[layer + 1]
  }
  return { widths, starts, size }
}

/** He initialisation, biases 0. */
export function initialWeights({ widths, starts, size }: NetworkShape, random: Random) {
  const weights = new Float64Array(size)
  starts.forEach((start, layer) => {
    const deviation = Math.sqrt(2 / widths[layer])
    const count = widths[layer] * widths[layer + 1]
    for (let k = 0; k < count; k++) weights[start + k] = deviation * random.normal()
  })
  return weights
}

/** Outputs of every layer; the last output is the score before the sigmoid. */
export function forward(
  shape: NetworkShape,
  weights: Float64Array,
  x: ArrayLike<number>,
): ArrayLike<number>[] {
  const outputs: ArrayLike<number>[] = [x]
  shape.starts.forEach((start, layer) => {
    const [inputs, width] = [shape.widths[layer], shape.widths[layer + 1]]
    const before = outputs[layer]
    const out = new Float64Array(width)
    const biases = start + inputs * width
    for (let i = 0, at = start; i < width; i++) {
      let sum = weights[biases + i]
      for (let j = 0; j < inputs; j++, at++) sum += weights[at] * before[j]
      out[i] = layer + 1 < shape.starts.length ? Math.max(0, sum) : sum
    }
    outputs.push(out)
  })
  return outputs
}

/** Mean weighted binary cross-entropy of the batch plus ½·l2·‖weights‖². @param gradient [size], overwritten. */
export function lossAndGradient(
  shape: NetworkShape,
  weights: Float64Array,
  batch: readonly Example[],
  l2: number,
  gradient: Float64Array,
): number {
  let loss = 0
  for (let k = 0; k < weights.length; k++) {
    gradient[k] = l2 * weights[k]
    loss += 0.5 * l2 * weights[k] ** 2
  }
  for (const { x, label, weight = 1 } of batch) {
    const outputs = forward(shape, weights, x)
    const probability = sigmoid(outputs[outputs.length - 1][0])
    loss += (weight * logLoss(probability, label)) / batch.length
    backward(shape, weights, outputs, (weight * (probability - label)) / batch.length, gradient)
  }
  return loss
}

/** Adds the gradient of one example; `error` is ∂loss/∂score. */
function backward(
  { widths, starts }: NetworkShape,
  weights: Float64Array,
  outputs: readonly ArrayLike<number>[],
  error: number,
  gradient: Float64Array,
): void {
  let errors = Float64Array.of(error)
  for (let layer = starts.length - 1; layer >= 0; layer--) {
    const [inputs, width] = [widths[layer], widths[layer + 1]]
    const before = outputs[layer]
    const biases = starts[layer] + inputs * width
    const below = new Float64Array(inputs)
    for (let i = 0; i < width; i++) {
      const e = errors[i]
      if (e === 0) continue
      gradient[biases + i] += e
      const row = starts[layer] + i * inputs
      for (let j = 0; j < inputs; j++) {
        gradient[row + j] += e * before[j]
        below[j] += e * weights[row + j]
      }
    }
    for (let j = 0; j < inputs; j++) if (before[j] <= 0) below[j] = 0
    errors = below
  }
}

const STEP_SIZE = 1e-3
const L2 = 1e-4
const STEP_EXAMPLES = 50

/** @param weights initial weights; each step changes them in place */
export function createMlp(
  inputs: number,
  random: Random,
  weights = initialWeights(networkShape(inputs), random),
): IncrementalLearner {
  const shape = networkShape(inputs)
  const gradient = new Float64Array(shape.size)
  const stepSize = new Float32Array(shape.size).fill(STEP_SIZE)
  let adam = startAdam(shape.size)

  return {
    predict: (x) => sigmoid(forward(shape, weights, x)[shape.starts.length][0]),
    learn(batch) {
      for (let from = 0; from < batch.length; from += STEP_EXAMPLES) {
        lossAndGradient(shape, weights, batch.slice(from, from + STEP_EXAMPLES), L2, gradient)
        adam = adamStep(adam, weights, gradient, stepSize)
      }
    },
  }
}
