/** @module Incremental neural network: one step of Adam per few new examples. */
import { type AdamState, adamStep, startAdam } from '../../adam.ts'
import type { Random } from '../../model/random.ts'
import { type IncrementalLearner, sigmoid } from './learner.ts'
import { forward, initialWeights, lossAndGradient, networkShape } from './network.ts'

interface MlpSnapshot {
  readonly weights: Float64Array
  readonly adam: AdamState
}

const STEP_SIZE = 1e-3
const L2 = 1e-4
const STEP_EXAMPLES = 50

export function createMlp(inputs: number, random: Random): IncrementalLearner<MlpSnapshot> {
  const shape = networkShape(inputs)
  const gradient = new Float64Array(shape.size)
  const stepSize = new Float32Array(shape.size).fill(STEP_SIZE)
  let weights: Float64Array = initialWeights(shape, random)
  let adam = startAdam(shape.size)

  return {
    name: 'mlp',
    predict: (x) => sigmoid(forward(shape, weights, x)[shape.starts.length][0]),
    learn(batch) {
      for (let from = 0; from < batch.length; from += STEP_EXAMPLES) {
        lossAndGradient(shape, weights, batch.slice(from, from + STEP_EXAMPLES), L2, gradient)
        adam = adamStep(adam, weights, gradient, stepSize)
      }
    },
    snapshot: () => structuredClone({ weights, adam }),
    restore(snapshot) {
      ;({ weights, adam } = structuredClone(snapshot))
    },
  }
}
