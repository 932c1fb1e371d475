/**
 * @module Incremental gradient descent with fusion on a logistic head. A batch moves θ_prev to
 * θ_new by steps θ ← θ − α·g, then θ = λ·θ_new + (1−λ)·θ_prev. Both rates follow the next events:
 * λ is the weight that θ_new has earned against θ_prev by log-loss on batches neither has seen, and
 * α grows where twice the way would have served the next batch better than half of it.
 */
import { type Example, type IncrementalLearner, logLoss, sigmoid } from './learner.ts'

interface GradientOptions {
  readonly name: string
  /** Columns that the head reads; θ has one weight each and a constant, which comes last. */
  readonly columns: readonly number[]
  /** θ at the start. */
  readonly initial: readonly number[]
  /** α and λ at the start. */
  readonly stepSize: number
  readonly fusionWeight: number
  /** False keeps α and λ as they are. */
  readonly adaptive: boolean
}

interface GradientSnapshot {
  readonly parameters: Float64Array
  readonly previous: Float64Array
  readonly fitted: Float64Array
  readonly stepSize: number
  readonly fusionWeight: number
}

/** Examples of one step: as many as a case has candidates. */
const STEP_EXAMPLES = 50
/** Farthest that one batch may move θ: fusing only makes sense near where one was. */
const TRUST_RADIUS = 1
/** How fast α and λ follow. */
const STEP_ADAPTION = 0.1
const FUSION_ADAPTION = 0.2
const STEP_RANGE = [1e-4, 1] as const
/** From 0 or 1 there would be no way back. */
const FUSION_RANGE = [0.05, 0.99] as const

export function createGradientLearner(
  options: GradientOptions,
): IncrementalLearner<GradientSnapshot> {
  const { name, columns, adaptive } = options
  let { stepSize, fusionWeight } = options
  let parameters: Float64Array = Float64Array.from(options.initial)
  /** θ_prev and θ_new of the last batch. */
  let previous = parameters
  let fitted = parameters

  const score = (theta: Float64Array, x: Float32Array) => {
    let z = theta[columns.length]
    for (let j = 0; j < columns.length; j++) z += theta[j] * x[columns[j]]
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
      for (let j = 0; j < columns.length; j++) out[j] += residual * x[columns[j]]
      out[columns.length] += residual
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
    name,
    predict: (x) => sigmoid(score(parameters, x)),
    learn(batch) {
      if (batch.length === 0) return
      if (adaptive && fitted !== previous) adapt(batch)
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
    snapshot: () => structuredClone({ parameters, previous, fitted, stepSize, fusionWeight }),
    restore(snapshot) {
      ;({ parameters, previous, fitted, stepSize, fusionWeight } = structuredClone(snapshot))
    },
  }
}

/** Shortens the way from `origin` to `point` to the trust radius. */
function pullBack(point: Float64Array, origin: Float64Array): void {
  const distance = Math.hypot(...point.map((value, j) => value - origin[j]))
  if (distance <= TRUST_RADIUS) return
  for (let j = 0; j < point.length; j++)
    point[j] = origin[j] + ((point[j] - origin[j]) * TRUST_RADIUS) / distance
}

/** share·b + (1 − share)·a. */
function between(a: Float64Array, b: Float64Array, share: number): Float64Array {
  return a.map((value, j) => share * b[j] + (1 - share) * value)
}

function clamp(value: number, [least, most]: readonly [number, number]): number {
  return Math.min(most, Math.max(least, value))
}
