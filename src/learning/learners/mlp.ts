/** @module The incremental neural network: a step of Adam on each few examples that come. */
import type { Random } from '../../model/random.ts'
import { type IncrementalLearner, sigmoid } from './learner.ts'
import { forward, initialWeights, lossAndGradient, networkShape } from './network.ts'

export interface MlpSnapshot {
  readonly weights: Float64Array
  readonly first: Float64Array
  readonly second: Float64Array
  readonly steps: number
}

const STEP_SIZE = 1e-3
const L2 = 1e-4
const DECAY = [0.9, 0.999] as const
const EPSILON = 1e-8
/** Examples of one step. */
const STEP_EXAMPLES = 50

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
    const rate = (STEP_SIZE * Math.sqrt(1 - DECAY[1] ** steps)) / (1 - DECAY[0] ** steps)
    for (let k = 0; k < weights.length; k++) {
      const g = gradient[k]
      first[k] += (1 - DECAY[0]) * (g - first[k])
      second[k] += (1 - DECAY[1]) * (g * g - second[k])
      weights[k] -= (rate * first[k]) / (Math.sqrt(second[k]) + EPSILON)
    }
  }

  return {
    name: 'mlp',
    predict: (x) => sigmoid(forward(shape, weights, x)[shape.starts.length][0]),
    learn(batch) {
      for (let from = 0; from < batch.length; from += STEP_EXAMPLES) {
        lossAndGradient(shape, weights, batch.slice(from, from + STEP_EXAMPLES), L2, gradient)
        step()
      }
    },
    snapshot: () => structuredClone({ weights, first, second, steps }),
    restore(snapshot) {
      ;({ weights, first, second, steps } = structuredClone(snapshot))
    },
  }
}
