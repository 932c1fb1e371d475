/**
 * @module Combines learners by weights. The weights follow each learner's log-loss on examples that it has not learned
 * yet, by exponentiated gradient: w_k ∝ w_k · exp(−η · loss_k). After each batch, a small share of the weight is spread
 * evenly over all learners, so that a learner can recover when the shopper changes. Predictions are combined as
 * log-odds. If probabilities were averaged instead, an untrained learner that predicts about ½ would hide the small
 * differences of the other learners.
 * @see Herbster and Warmuth, Tracking the best expert, Machine Learning 32, 1998
 */
import { type Example, type IncrementalLearner, logit, logLoss, sigmoid } from './learner.ts'

export interface Combination extends IncrementalLearner {
  /** Weights in the order of the learners; they sum to one. */
  weights(): readonly number[]
}

/** Default learning rate η, half of the Bayesian rate, because the candidates of one case depend on each other. */
const RATE = 0.5
/** Share of the weight that is spread evenly over all learners after each batch. */
const SHARE = 0.01

/**
 * Combines learners and owns them: `learn` passes each batch on to them.
 * @param rate η, the learning rate per example.
 * @param initial weights at the start, which sum to one; default: equal weights.
 */
export function combine(
  learners: readonly IncrementalLearner[],
  rate = RATE,
  initial = learners.map(() => 1 / learners.length),
): Combination {
  let weights = [...initial]
  return {
    weights: () => weights,
    predict: (x) =>
      sigmoid(learners.reduce((sum, one, k) => sum + weights[k] * logit(one.predict(x)), 0)),
    learn(batch) {
      weights = reweigh(weights, learners, batch, rate)
      for (const learner of learners) learner.learn(batch)
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
