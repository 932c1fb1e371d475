/**
 * @module Combines learners by weights that follow their log-loss on events before learning from
 * them: w_k ∝ w_k · exp(−η · loss_k), exponentiated gradient. A small share is given back to all,
 * so that a learner that was of no help can return when the shopper changes. What they say is joined
 * as log-odds: joined as probabilities, one that still knows nothing, at ½ give or take a little,
 * drowns differences between probabilities of a hundredth.
 * @see Herbster and Warmuth, Tracking the best expert, Machine Learning 32, 1998
 */
import { type Example, type IncrementalLearner, logit, logLoss, sigmoid } from './learner.ts'

interface CombinationSnapshot {
  readonly weights: readonly number[]
  readonly learners: readonly unknown[]
}

export interface Combination extends IncrementalLearner<CombinationSnapshot> {
  /** Of each learner, in their order; sums to one. */
  weights(): readonly number[]
}

/** Half a Bayesian's, because candidates of one case are not independent. */
const RATE = 0.5
/** Share of the weight dealt out anew after each batch. */
const SHARE = 0.01

/**
 * The combination owns its learners: `learn` passes the batch on to each of them.
 * @param rate η, per example.
 * @param initial weights at the start, which sum to one; absent: all alike.
 */
export function combine(
  learners: readonly IncrementalLearner[],
  rate = RATE,
  initial = learners.map(() => 1 / learners.length),
): Combination {
  let weights = [...initial]
  return {
    name: 'combination',
    weights: () => weights,
    predict: (x) =>
      sigmoid(learners.reduce((sum, one, k) => sum + weights[k] * logit(one.predict(x)), 0)),
    learn(batch) {
      weights = reweigh(weights, learners, batch, rate)
      for (const learner of learners) learner.learn(batch)
    },
    snapshot: () => ({ weights: [...weights], learners: learners.map((one) => one.snapshot()) }),
    restore(snapshot) {
      weights = [...snapshot.weights]
      learners.forEach((learner, k) => {
        learner.restore(snapshot.learners[k])
      })
    },
  }
}

function reweigh(
  weights: readonly number[],
  learners: readonly IncrementalLearner[],
  batch: readonly Example[],
  rate: number,
): number[] {
  const logs = learners.map((learner, k) => {
    let loss = 0
    for (const { x, label } of batch) loss += logLoss(learner.predict(x), label)
    return Math.log(weights[k]) - rate * loss
  })
  const most = Math.max(...logs)
  const raised = logs.map((log) => Math.exp(log - most))
  const total = raised.reduce((a, b) => a + b, 0)
  return raised.map((value) => (1 - SHARE) * (value / total) + SHARE / learners.length)
}
