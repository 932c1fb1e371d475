/**
 * @module Fits the ranker's softmax with an L1 term, at falling strengths. A feature whose weight stays 0 adds nothing
 * to the features with a weight. Each proximal Newton step minimises a quadratic model of the loss plus the L1 term by
 * coordinate descent.
 * @see Friedman, Hastie and Tibshirani, Regularization paths, doi 10.18637/jss.v033.i01
 */
import type { RankerDataset } from '../ranker/dataset.ts'
import { evaluate } from '../ranker/newton.ts'

interface LassoStep {
  /** Strength as a share of the smallest strength at which every weight is 0. */
  readonly strength: number
  /** Weights for scaled features, [columns]. */
  readonly weights: Float64Array
}

const STEPS = 30
/** Number of steps that share a Hessian, which costs as much as ten gradients and changes little. */
const STEPS_A_HESSIAN = 6
const SWEEPS = 200
const TOLERANCE = 1e-5
const PLAIN = { l2: 0, frozen: new Set<number>() }

/**
 * @param scale divisor of the raw features, [columns]
 * @param strengths falling, in (0, 1]
 */
export function lassoPath(
  data: RankerDataset,
  scale: Float32Array,
  strengths: readonly number[],
): LassoStep[] {
  const inverse = Float64Array.from(scale, (value) => 1 / value)
  let weights: Float64Array = new Float64Array(data.columns)
  const start = evaluate(data, inverse, weights, PLAIN, 'gradient')
  const largest = start.gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  return strengths.map((strength) => {
    weights = descend(data, inverse, weights, strength * largest)
    return { strength, weights }
  })
}

function descend(data: RankerDataset, inverse: Float64Array, from: Float64Array, l1: number) {
  const at = (weights: Float64Array, asked: 'gradient' | 'hessian') => {
    const found = evaluate(data, inverse, weights, PLAIN, asked)
    return { ...found, weights, objective: found.loss + l1 * sumOf(weights, Math.abs) }
  }
  let now = at(from, 'hessian')
  let { hessian } = now
  for (let step = 1; step < STEPS; step++) {
    const best = minimise(hessian, now.gradient, now.weights, l1)
    let size = 1
    let next = at(best, 'gradient')
    while (next.objective > now.objective && size > 1e-3) {
      size /= 2
      const { weights } = now
      next = at(
        weights.map((value, f) => value + size * (best[f] - value)),
        'gradient',
      )
    }
    if (next.objective > now.objective) break
    const moved = now.weights.map((value, f) => Math.abs(next.weights[f] - value))
    now = next
    if (Math.max(...moved) < TOLERANCE) break
    if (step % STEPS_A_HESSIAN === 0) {
      now = at(now.weights, 'hessian')
      hessian = now.hessian
    }
  }
  return now.weights
}

/** Minimum of gradient · (w − from) + ½ (w − from)ᵀ H (w − from) + l1 · Σ |w|. */
function minimise(
  hessian: Float64Array,
  gradient: Float64Array,
  from: Float64Array,
  l1: number,
): Float64Array {
  const F = from.length
  const weights = from.slice()
  const slope = gradient.slice()
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let most = 0
    for (let f = 0; f < F; f++) {
      const curvature = hessian[f * F + f]
      // A constant column has no curvature, so its weight stays 0.
      if (curvature <= 1e-12) continue
      const moved = shrink(weights[f] - slope[f] / curvature, l1 / curvature) - weights[f]
      if (moved === 0) continue
      weights[f] += moved
      for (let g = 0; g < F; g++) slope[g] += hessian[g * F + f] * moved
      most = Math.max(most, Math.abs(moved))
    }
    if (most < TOLERANCE / 10) break
  }
  return weights
}

function shrink(value: number, by: number): number {
  if (Math.abs(value) <= by) return 0
  return value - Math.sign(value) * by
}

const sumOf = (values: Float64Array, of: (value: number) => number): number =>
  values.reduce((sum, value) => sum + of(value), 0)
