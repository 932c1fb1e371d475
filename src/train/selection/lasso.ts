/**
 * @module The ranker's softmax with an L1 term, at falling strengths. A feature whose weight stays at 0 while others
 * enter adds nothing to them. Fitted by accelerated proximal gradient; each strength starts from the weights of the
 * previous one.
 * @see Beck and Teboulle, FISTA, doi 10.1137/080716542
 */
import type { RankerDataset } from '../ranker/dataset.ts'
import { evaluate } from '../ranker/newton.ts'

interface LassoStep {
  /** Strength as a share of the smallest strength at which every weight is 0. */
  readonly strength: number
  /** Weights for scaled features, [columns]. */
  readonly weights: Float64Array
}

const ITERATIONS = 80
const TOLERANCE = 1e-5
const PLAIN = { l2: 0, frozen: new Set<number>() }

/**
 * @param scale [columns], divisor of the raw features.
 * @param strengths falling, in (0, 1].
 */
export function lassoPath(
  data: RankerDataset,
  scale: Float32Array,
  strengths: readonly number[],
): LassoStep[] {
  const inverse = Float64Array.from(scale, (value) => 1 / value)
  const zero = new Float64Array(data.columns)
  const start = evaluate(data, inverse, zero, PLAIN, 'gradient')
  const largest = start.gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  let weights: Float64Array = zero
  let step = 1
  return strengths.map((strength) => {
    const fitted = descend(data, inverse, weights, strength * largest, step)
    weights = fitted.weights
    step = fitted.step
    return { strength, weights: weights.slice() }
  })
}

function descend(
  data: RankerDataset,
  inverse: Float64Array,
  from: Float64Array,
  l1: number,
  firstStep: number,
) {
  let weights = from
  let ahead = from
  let momentum = 1
  let step = firstStep
  for (let k = 0; k < ITERATIONS; k++) {
    const { loss, gradient } = evaluate(data, inverse, ahead, PLAIN, 'gradient')
    let next = ahead
    for (;;) {
      next = ahead.map((value, f) => shrink(value - step * gradient[f], step * l1))
      let bound = loss
      for (let f = 0; f < next.length; f++) {
        const moved = next[f] - ahead[f]
        bound += gradient[f] * moved + (0.5 * moved ** 2) / step
      }
      if (step < 1e-6 || evaluate(data, inverse, next, PLAIN, 'loss').loss <= bound + 1e-12) break
      step /= 2
    }
    const moved = next.reduce((most, value, f) => Math.max(most, Math.abs(value - weights[f])), 0)
    const following = (1 + Math.sqrt(1 + 4 * momentum ** 2)) / 2
    const before = weights
    weights = next
    ahead = next.map((value, f) => value + ((momentum - 1) / following) * (value - before[f]))
    momentum = following
    if (moved < TOLERANCE) break
  }
  return { weights, step }
}

function shrink(value: number, by: number): number {
  if (Math.abs(value) <= by) return 0
  return value - Math.sign(value) * by
}
