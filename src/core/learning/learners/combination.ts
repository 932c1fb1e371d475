/**
 * @module Combines learners by weights, which follow each learner's log-loss on new examples by exponentiated gradient:
 * w_k ∝ w_k · exp(−η · loss_k). After each batch, a small share of the weight is spread evenly over all learners, so that
 * a learner can recover when the shopper changes. Predictions are averaged as log-odds: in a mean of probabilities, an
 * untrained learner that predicts about ½ would hide the small differences of the others.
 * @see Herbster and Warmuth, Tracking the best expert, Machine Learning 32, 1998
 */
import { type IncrementalLearner, logit, logLoss, sigmoid } from './learner.ts'

export interface Combination extends IncrementalLearner {
  /** Weights in the order of the learners; they sum to one. */
  weights(): readonly number[]
}

/** Share of the weight that is spread evenly over all learners after each batch. */
const SHARE = 0.01

/**
 * Combines learners, which then learn only through the combination.
 * @param rate η, the learning rate per example
 * @param initial weights at the start, which sum to one
 */
export function combine(
  learners: readonly IncrementalLearner[],
  rate: number,
  initial: readonly number[],
): Combination {
  let weights = initial
  return {
    weights: () => weights,
    predict: (x) =>
      sigmoid(learners.reduce((sum, one, k) => sum + weights[k] * logit(one.predict(x)), 0)),
    learn(batch) {
      const logs = learners.map((learner, k) => {
        let loss = 0
        for (const { x, label } of batch) loss += logLoss(learner.predict(x), label)
        return Math.log(weights[k]) - rate * loss
      })
      const most = Math.max(...logs)
      const raised = logs.map((log) => Math.exp(log - most))
      const total = raised.reduce((a, b) => a + b, 0)
      weights = raised.map((value) => (1 - SHARE) * (value / total) + SHARE / learners.length)
      for (const learner of learners) learner.learn(batch)
    },
  }
}
