import { describe, expect, it } from 'vitest'
import { createRandom } from '../../model/random.ts'
import { createTreeLearner } from '../trees/hoeffdingTree.ts'
import { combine } from './candidateLearners.ts'
import { createGradientLearner } from './gradientDescent.ts'
import { type Example, type IncrementalLearner, logit, logLoss } from './learner.ts'
import { createMlp, forward, initialWeights, lossAndGradient, networkShape } from './network.ts'

const COLUMNS = [0, 1, 2, 3]

const gradientLearner = (fusionWeight = 0.5) =>
  createGradientLearner([0, 0, 0, 0, 0], 0.5, fusionWeight)

/** Examples labelled by a logistic rule of the first two columns; a `sign` of −1 inverts the rule. */
function examples(count: number, seed: number, sign = 1): Example[] {
  const random = createRandom(seed)
  return Array.from({ length: count }, () => {
    const x = Float32Array.from(COLUMNS, () => random.normal())
    const z = sign * (3 * x[0] - 2 * x[1])
    return { x, label: random.next() < 1 / (1 + Math.exp(-z)) ? 1 : 0 }
  })
}

function meanLoss(learner: IncrementalLearner, batch: readonly Example[]): number {
  return (
    batch.reduce((sum, { x, label }) => sum + logLoss(learner.predict(x), label), 0) / batch.length
  )
}

function inBatches(learner: IncrementalLearner, stream: readonly Example[], size = 50): void {
  for (let k = 0; k < stream.length; k += size) learner.learn(stream.slice(k, k + size))
}

const MAKERS: readonly (readonly [string, () => IncrementalLearner])[] = [
  ['gradient', () => gradientLearner()],
  ['mlp', () => createMlp(4, createRandom(2))],
  ['tree', () => createTreeLearner(new Set())],
  [
    'combination',
    () => combine([gradientLearner(), createTreeLearner(new Set())], 0.5, [0.5, 0.5]),
  ],
]

describe.each(MAKERS)('%s', (_name, make) => {
  it('the learner learns a logistic rule far better than chance', () => {
    const learner = make()
    inBatches(learner, examples(5000, 1))
    // An untrained learner has a loss of log 2; the rule that labels the examples has a loss of about .30.
    expect(meanLoss(learner, examples(2000, 9))).toBeLessThan(0.48)
  })
})

describe('fusion', () => {
  it('with fusion weight 1 the new parameters apply, with fusion weight 0 the old parameters apply', () => {
    const batch = examples(50, 4)
    const [x] = examples(1, 5).map(({ x }) => x)
    const scores = [1, 0, 0.25].map((fusionWeight) => {
      const learner = gradientLearner(fusionWeight)
      learner.learn(batch)
      return logit(learner.predict(x))
    })
    expect(Math.abs(scores[0])).toBeGreaterThan(0.01)
    expect(scores[1]).toBe(0)
    expect(scores[2]).toBeCloseTo(scores[0] / 4, 12)
  })

  it('the gradient learner’s fusion weight and step size fall if batches contradict each other', () => {
    const steady = gradientLearner()
    const contrary = gradientLearner()
    for (let k = 0; k < 60; k++) {
      steady.learn(examples(50, k))
      contrary.learn(examples(50, k, k % 2 === 0 ? 1 : -1))
    }
    expect(contrary.rates().fusionWeight).toBeLessThan(steady.rates().fusionWeight)
    expect(contrary.rates().stepSize).toBeLessThan(steady.rates().stepSize)
  })
})

describe('the network', () => {
  it('the network’s gradient agrees with central differences', () => {
    const shape = networkShape(4)
    const random = createRandom(3)
    const weights = initialWeights(shape, random)
    const batch = examples(7, 5)
    const gradient = new Float64Array(shape.size)
    lossAndGradient(shape, weights, batch, 0.01, gradient)
    const scratch = new Float64Array(shape.size)
    for (let n = 0; n < 200; n++) {
      const k = random.integer(shape.size)
      const at = (change: number) => {
        const moved = Float64Array.from(weights)
        moved[k] += change
        return lossAndGradient(shape, moved, batch, 0.01, scratch)
      }
      expect((at(1e-6) - at(-1e-6)) / 2e-6).toBeCloseTo(gradient[k], 6)
    }
  })

  it('the network’s layers have 64, 32 and 1 outputs', () => {
    const outputs = forward(networkShape(4), new Float64Array(networkShape(4).size), [1, 2, 3, 4])
    expect(outputs.map(({ length }) => length)).toEqual([4, 64, 32, 1])
  })
})

describe('the combination', () => {
  const fixed = (probability: (x: Float32Array) => number): IncrementalLearner => ({
    predict: probability,
    learn() {},
  })

  it('the combination moves its weight to the better learner, and back when the other learner becomes better', () => {
    const right = fixed((x) => (3 * x[0] - 2 * x[1] > 0 ? 0.85 : 0.15))
    const wrong = fixed((x) => (3 * x[0] - 2 * x[1] > 0 ? 0.15 : 0.85))
    const combination = combine([right, wrong], 0.5, [0.5, 0.5])
    inBatches(combination, examples(500, 1))
    expect(combination.weights()[0]).toBeGreaterThan(0.98)
    inBatches(combination, examples(500, 2, -1))
    expect(combination.weights()[1]).toBeGreaterThan(0.98)
    expect(combination.weights().reduce((a, b) => a + b)).toBeCloseTo(1, 12)
  })
})
