/** @module The incremental neural network: a step of Adam on each few examples that come. */
import { power } from '../../model/exponential.ts'
import type { Random } from '../../model/random.ts'
import { type IncrementalLearner, sigmoid } from './learner.ts'
import { forward, initialWeights, lossAndGradient, networkShape } from './network.ts'

export interface MlpSnapshot {
  readonly weights: Float64Array
  readonly first: Float64Array
  readonly second: Float64Array
  readonly steps: number
}

/** How it learns. */
export const MLP_TRAINING = {
  stepSize: 1e-3,
  l2: 1e-4,
  decay: [0.9, 0.999],
  epsilon: 1e-8,
  /** Examples of one step. */
  stepExamples: 50,
} as const

/** Adam's step size with both bias corrections, for the step after `steps` − 1 others. */
export function stepRate(steps: number): number {
  const { stepSize, decay } = MLP_TRAINING
  return (stepSize * Math.sqrt(1 - power(decay[1], steps))) / (1 - power(decay[0], steps))
}

/** @see Kingma and Ba, Adam: a method for stochastic optimization, ICLR 2015 */
export function createMlp(inputs: number, random: Random): IncrementalLearner<MlpSnapshot> {
  const shape = networkShape(inputs)
  const gradient = new Float64Array(shape.size)
  let weights: Float64Array = initialWeights(shape, random)
  let first: Float64Array = new Float64Array(shape.size)
  let second: Float64Array = new Float64Array(shape.size)
  let steps = 0

  const step = () => {
    steps++
    const rate = stepRate(steps)
    const { decay, epsilon } = MLP_TRAINING
    for (let k = 0; k < weights.length; k++) {
      const g = gradient[k]
      first[k] += (1 - decay[0]) * (g - first[k])
      second[k] += (1 - decay[1]) * (g * g - second[k])
      weights[k] -= (rate * first[k]) / (Math.sqrt(second[k]) + epsilon)
    }
  }

  return {
    name: 'mlp',
    predict: (x) => sigmoid(forward(shape, weights, x)[shape.starts.length][0]),
    learn(batch) {
      const { l2, stepExamples } = MLP_TRAINING
      for (let from = 0; from < batch.length; from += stepExamples) {
        lossAndGradient(shape, weights, batch.slice(from, from + stepExamples), l2, gradient)
        step()
      }
    },
    snapshot: () => structuredClone({ weights, first, second, steps }),
    restore(snapshot) {
      ;({ weights, first, second, steps } = structuredClone(snapshot))
    },
  }
}
