/** @module Interface of learners on a stream of binary examples, and the functions that they share. */
import { exp } from '../../model/arithmetic.ts'

/** Candidate, described by what was known before the shopper's choice, and whether it was bought. */
export interface Example {
  /** Input numbers; all examples of a stream have the same number of them. */
  readonly x: Float32Array
  /** 1 if the candidate was bought. */
  readonly label: 0 | 1
  /** Weight of the example in a gradient; default 1. Trees ignore it. */
  readonly weight?: number
}

export interface IncrementalLearner {
  /** Probability that the label is 1. */
  predict(x: Float32Array): number
  learn(batch: readonly Example[]): void
}

/** Minimum probability, which bounds the loss of a single wrong prediction. */
const LEAST_PROBABILITY = 1e-4

/** −log of the probability of the outcome, in nats. */
export function logLoss(probability: number, label: 0 | 1): number {
  const given = label === 1 ? probability : 1 - probability
  return -Math.log(Math.max(LEAST_PROBABILITY, given))
}

export function sigmoid(z: number): number {
  return z >= 0 ? 1 / (1 + exp(-z)) : 1 - 1 / (1 + exp(z))
}

/** Log-odds of a probability, which is first clamped to [1e-6, 1 − 1e-6]. */
export function logit(probability: number): number {
  const kept = Math.min(1 - 1e-6, Math.max(1e-6, probability))
  return Math.log(kept / (1 - kept))
}
