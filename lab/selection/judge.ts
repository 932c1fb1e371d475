/**
 * @module Compares ways to describe an item on cases that no weight was fitted on: all features,
 * those that carry something, those that an L1 term leaves, and a few principal components.
 */
import { mean, standardError } from '../../src/train/estimates.ts'
import type { RankerDataset } from '../../src/train/ranker/dataset.ts'
import { fitNewton } from '../../src/train/ranker/newton.ts'
import type { LassoStep } from '../../src/train/selection/lasso.ts'
import { type Measured, measureCases } from '../../src/train/selection/measure.ts'
import { principalComponents, projectOnto } from './principal.ts'

export interface SelectionOutcome {
  readonly method: string
  /** Weights that are not 0. */
  readonly features: number
  /** Mean loss of a held-out case, nats. */
  readonly loss: number
  /** Mean NDCG@10 of a held-out case among its candidates. */
  readonly 'ndcg@10': number
  /** Mean difference of NDCG@10 to all features, and its standard error over cases. */
  readonly difference: number
  readonly error: number
}

const COMPONENTS = [5, 10, 20]

/**
 * @param scale [columns], of the fitted cases.
 * @param without columns that carry nothing.
 * @returns also the share of the variance inside a case that the first k components hold
 */
export function judgeSelections(
  fitted: RankerDataset,
  heldOut: RankerDataset,
  scale: Float32Array,
  path: readonly LassoStep[],
  without: ReadonlySet<number>,
  l2: number,
) {
  const newton = (data: RankerDataset, scales: Float32Array, frozen: ReadonlySet<number>) =>
    fitNewton(data, scales, { l2, frozen }).weights
  const all = measureCases(heldOut, scale, newton(fitted, scale, new Set()))
  const outcome = (method: string, features: number, measured: Measured): SelectionOutcome => {
    const differences = measured.ndcg.map((value, c) => value - all.ndcg[c])
    return {
      method,
      features,
      loss: mean(measured.loss),
      'ndcg@10': mean(measured.ndcg),
      difference: mean(differences),
      error: standardError(differences),
    }
  }
  const outcomes = [outcome('all features', fitted.columns, all)]
  const kept = fitted.columns - without.size
  const keptOnly = measureCases(heldOut, scale, newton(fitted, scale, without))
  outcomes.push(outcome('those that carry something', kept, keptOnly))
  for (const { strength, weights } of path) {
    const count = weights.reduce((sum, value) => sum + (value === 0 ? 0 : 1), 0)
    outcomes.push(outcome(`L1 at ${strength}`, count, measureCases(heldOut, scale, weights)))
  }
  const components = principalComponents(fitted, scale)
  for (const count of COMPONENTS) {
    if (count >= fitted.columns) continue
    const ones = new Float32Array(count).fill(1)
    const weights = newton(projectOnto(fitted, scale, components, count), ones, new Set())
    const measured = measureCases(projectOnto(heldOut, scale, components, count), ones, weights)
    outcomes.push(outcome(`${count} principal components`, count, measured))
  }
  const total = components.variances.reduce((sum, value) => sum + value, 0)
  let sum = 0
  const variance = Array.from(components.variances, (value) => {
    sum += value
    return total > 0 ? sum / total : 0
  })
  return { outcomes, variance }
}
