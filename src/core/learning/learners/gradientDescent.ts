/**
 * @module Incremental gradient descent with fusion, for logistic regression. A batch moves θ_prev to θ_new by steps θ ←
 * θ − α·g, then θ = λ·θ_new + (1−λ)·θ_prev. The next batch adapts the rates λ and α. λ grows if θ_new has a lower
 * log-loss on that batch than θ_prev. α grows if a step twice as long would have a lower log-loss than a step half as
 * long.
 */
import { type Example, type IncrementalLearner, logLoss, sigmoid } from './learner.ts'

/** Number of examples per step, equal to the number of candidates of a case. */
const STEP_EXAMPLES = 50
/** Maximum distance by which a batch can move θ, because a mean of distant parameters makes no sense. */
const TRUST_RADIUS = 1
/** Rate at which the step size α adapts. */
const STEP_ADAPTION = 0.1
/** Rate at which the fusion weight λ adapts. */
const FUSION_ADAPTION = 0.2
const STEP_RANGE = [1e-4, 1] as const
/** Limits of the fusion weight λ; at exactly 0 or 1, it could never change again. */
const FUSION_RANGE = [0.05, 0.99] as const

/**
 * @param initial θ at the start: one weight per column, then a constant
 * @param stepSize initial α
 * @param fusionWeight initial λ
 */
export function createGradientLearner(
  initial: readonly number[],
  stepSize: number,
  fusionWeight: number,
): IncrementalLearner & { rates(): { readonly stepSize: number; readonly fusionWeight: number } } {
  const columns = initial.length - 1
  let parameters: Float64Array = Float64Array.from(initial)
  /** θ before the last batch. */
  let previous = parameters
  /** θ after the steps of the last batch, before fusion. */
  let fitted = parameters

  const score = (theta: Float64Array, x: Float32Array) => {
    let z = theta[columns]
    for (let j = 0; j < columns; j++) z += theta[j] * x[j]
    return z
  }

  const meanLoss = (theta: Float64Array, batch: readonly Example[]) => {
    let total = 0
    for (const { x, label, weight = 1 } of batch)
      total += weight * logLoss(sigmoid(score(theta, x)), label)
    return total / batch.length
  }

  const meanGradient = (theta: Float64Array, batch: readonly Example[]) => {
    const out = new Float64Array(theta.length)
    for (const { x, label, weight = 1 } of batch) {
      const residual = (weight * (sigmoid(score(theta, x)) - label)) / batch.length
      for (let j = 0; j < columns; j++) out[j] += residual * x[j]
      out[columns] += residual
    }
    return out
  }

  const adapt = (batch: readonly Example[]) => {
    const gain = meanLoss(previous, batch) - meanLoss(fitted, batch)
    const odds =
      (fusionWeight / (1 - fusionWeight)) * Math.exp(FUSION_ADAPTION * batch.length * gain)
    fusionWeight = clamp(odds === Infinity ? 1 : odds / (1 + odds), FUSION_RANGE)
    const half = meanLoss(between(previous, fitted, 0.5), batch)
    const twice = meanLoss(between(previous, fitted, 2), batch)
    const pull = clamp(batch.length * (half - twice), [-1, 1])
    stepSize = clamp(stepSize * Math.exp(STEP_ADAPTION * pull), STEP_RANGE)
  }

  return {
    rates: () => ({ stepSize, fusionWeight }),
    predict: (x) => sigmoid(score(parameters, x)),
    learn(batch) {
      if (batch.length === 0) return
      if (fitted !== previous) adapt(batch)
      const next = Float64Array.from(parameters)
      for (let from = 0; from < batch.length; from += STEP_EXAMPLES) {
        const g = meanGradient(next, batch.slice(from, from + STEP_EXAMPLES))
        for (let j = 0; j < next.length; j++) next[j] -= stepSize * g[j]
      }
      pullBack(next, parameters)
      previous = parameters
      fitted = next
      parameters = between(previous, fitted, fusionWeight)
    },
  }
}

/** Shortens the step from `origin` to `point` to the trust radius. */
function pullBack(point: Float64Array, origin: Float64Array): void {
  const distance = Math.hypot(...point.map((value, j) => value - origin[j]))
  if (distance <= TRUST_RADIUS) return
  for (let j = 0; j < point.length; j++)
    point[j] = origin[j] + ((point[j] - origin[j]) * TRUST_RADIUS) / distance
}

function between(a: Float64Array, b: Float64Array, share: number): Float64Array {
  return a.map((value, j) => share * b[j] + (1 - share) * value)
}

function clamp(value: number, [least, most]: readonly [number, number]): number {
  return Math.min(most, Math.max(least, value))
}
