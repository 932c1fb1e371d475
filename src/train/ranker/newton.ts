/**
 * @module Fits the ranker's weights by Newton's method. A softmax with several targets and an L2 term is convex in w
 * and has about thirty parameters, so a few exact steps reach the optimum, without a learning rate.
 */
import { NearsideError } from '@nearside/core/error.ts'
import type { RankerDataset } from './dataset.ts'

interface NewtonOptions {
  /** Strength of the L2 term on the distance of the scaled weights from `centre`; 1 weighs as much as one case. */
  readonly l2: number
  /** Columns whose weights stay at the centre. */
  readonly frozen: ReadonlySet<number>
  /** Start of the descent and centre of the L2 term, [columns]; default 0. */
  readonly centre?: Float64Array
  readonly onProgress?: (step: number) => void
}

type NewtonTable = Pick<
  RankerDataset,
  'start' | 'columns' | 'features' | 'correction' | 'target'
> & { readonly cases: readonly { readonly weight: number }[] }

const MAX_STEPS = 25
/** The fit stops when a step improves the mean loss by less than this, nats. */
const TOLERANCE = 1e-7

/**
 * @param scale divisor of the raw features, > 0, [columns]
 * @returns weights for scaled features, [columns], and the `loss` at these weights, see `evaluate`
 */
export function fitNewton(data: NewtonTable, scale: Float32Array, options: NewtonOptions) {
  const inverse = Float64Array.from(scale, (value) => 1 / value)
  let weights = Float64Array.from(options.centre ?? new Float64Array(data.columns))
  let state = evaluate(data, inverse, weights, options, 'hessian')
  let steps = 0
  while (steps < MAX_STEPS) {
    const step = direction(state.hessian, state.gradient, options.frozen)
    let size = 1
    let next = weights
    let loss = Number.POSITIVE_INFINITY
    while (size > 1e-4) {
      next = weights.map((value, f) => value - size * step[f])
      loss = evaluate(data, inverse, next, options, 'loss').loss
      if (loss <= state.loss) break
      size /= 2
    }
    steps++
    if (!(loss <= state.loss)) break
    const gained = state.loss - loss
    weights = next
    options.onProgress?.(steps)
    if (gained < TOLERANCE) {
      state = { ...state, loss }
      break
    }
    state = evaluate(data, inverse, weights, options, 'hessian')
  }
  if (!weights.every(Number.isFinite))
    throw new NearsideError('fit-diverged', `the ranker diverged after ${steps} steps`)
  return { weights, loss: state.loss }
}

/**
 * Mean negative log-likelihood of a case in nats, with the L2 term; on request also its gradient and Hessian with
 * respect to the scaled weights.
 * @param inverse 1 / scale, [columns]
 */
export function evaluate(
  data: NewtonTable,
  inverse: Float64Array,
  weights: Float64Array,
  options: Pick<NewtonOptions, 'l2' | 'frozen' | 'centre'>,
  asked: 'loss' | 'gradient' | 'hessian',
) {
  const F = data.columns
  const free = Int32Array.from({ length: F }, (_, f) => f).filter((f) => !options.frozen.has(f))
  const scaled = weights.map((value, f) => value * inverse[f])
  const gradient = new Float64Array(F)
  const hessian = new Float64Array(F * F)
  const mean = new Float64Array(F)
  const { features } = data
  /** Columns in which the current row's value is not 0. */
  const some = new Int32Array(F)
  /** Values of the current row in the columns `some`. */
  const values = new Float64Array(F)
  let longest = 0
  let totalWeight = 0
  for (let c = 0; c < data.cases.length; c++) {
    longest = Math.max(longest, data.start[c + 1] - data.start[c])
    totalWeight += data.cases[c].weight
  }
  const share = new Float64Array(longest)
  let loss = 0
  for (let c = 0; c < data.cases.length; c++) {
    const first = data.start[c]
    const count = data.start[c + 1] - first
    const weight = data.cases[c].weight / totalWeight
    let highest = Number.NEGATIVE_INFINITY
    for (let k = 0; k < count; k++) {
      let score = data.correction[first + k]
      for (let f = 0, x = (first + k) * F; f < F; f++, x++) score += scaled[f] * features[x]
      share[k] = score
      if (score > highest) highest = score
    }
    let sum = 0
    for (let k = 0; k < count; k++) sum += Math.exp(share[k] - highest)
    const normaliser = highest + Math.log(sum)
    mean.fill(0)
    for (let k = 0; k < count; k++) {
      const row = first + k
      const score = share[k]
      const probability = Math.exp(score - normaliser)
      share[k] = probability
      const target = data.target[row]
      if (target > 0) loss += weight * target * (normaliser - score)
      if (asked === 'loss') continue
      const residual = weight * (probability - target)
      const at = row * F
      if (asked === 'gradient') {
        for (let f = 0; f < F; f++) gradient[f] += residual * features[at + f]
        continue
      }
      // Most features of a row are 0, and zeros add nothing.
      let filled = 0
      for (let a = 0; a < free.length; a++) {
        const f = free[a]
        const value = features[at + f]
        if (value === 0) continue
        gradient[f] += residual * value
        mean[f] += probability * value
        some[filled] = f
        values[filled++] = value
      }
      if (probability < 1e-7) continue
      for (let a = 0; a < filled; a++) {
        const value = weight * probability * values[a]
        const into = some[a] * F
        for (let b = 0; b <= a; b++) hessian[into + some[b]] += value * values[b]
      }
    }
    if (asked !== 'hessian') continue
    for (let f = 0; f < F; f++) {
      for (let g = 0; g <= f; g++) hessian[f * F + g] -= weight * mean[f] * mean[g]
    }
  }
  const l2 = options.l2 / Math.max(totalWeight, 1)
  for (let f = 0; f < F; f++) {
    const away = weights[f] - (options.centre?.[f] ?? 0)
    loss += 0.5 * l2 * away ** 2
    gradient[f] = gradient[f] * inverse[f] + l2 * away
    for (let g = 0; g <= f; g++) {
      hessian[f * F + g] *= inverse[f] * inverse[g]
      hessian[g * F + f] = hessian[f * F + g]
    }
    hessian[f * F + f] += l2
  }
  return { loss, gradient, hessian }
}

/** Solves H x = g with a small ridge; frozen columns give 0. */
function direction(
  hessian: Float64Array,
  gradient: Float64Array,
  frozen: ReadonlySet<number>,
): Float64Array {
  const F = gradient.length
  const free = hessian.map((value, at) => {
    const onDiagonal = at % (F + 1) === 0
    if (frozen.has(at % F) || frozen.has(Math.floor(at / F))) return onDiagonal ? 1 : 0
    return onDiagonal ? value + 1e-9 : value
  })
  const x = Float64Array.from(gradient, (value, f) => (frozen.has(f) ? 0 : value))
  return solve(factorise(free, F), x)
}

/** Replaces the lower half of a matrix by its Cholesky factor. Pivots below 1e-12, due to rounding, become 1e-12. */
export function factorise(matrix: Float64Array, n: number): Float64Array {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j]
      for (let k = 0; k < j; k++) sum -= matrix[i * n + k] * matrix[j * n + k]
      matrix[i * n + j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / matrix[j * n + j]
    }
  }
  return matrix
}

/** L⁻¹ x, in place. */
function solveLower(lower: Float64Array, x: Float64Array): Float64Array {
  const n = x.length
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i] -= lower[i * n + k] * x[k]
    x[i] /= lower[i * n + i]
  }
  return x
}

/** Computes (L Lᵀ)⁻¹ x in place. */
export function solve(lower: Float64Array, x: Float64Array): Float64Array {
  const n = x.length
  solveLower(lower, x)
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i] -= lower[k * n + i] * x[k]
    x[i] /= lower[i * n + i]
  }
  return x
}
