/**
 * @module One interface for everything that learns from a stream of yes-or-no examples: was this
 * candidate bought? Predict first, learn afterwards, in any batches.
 */
import { exp } from '../../model/exponential.ts'

/** A candidate as it stood before its answer was known. */
export interface Example {
  /** Inputs; every example of a stream has the same length. */
  readonly x: Float32Array
  /** 1: bought. */
  readonly label: 0 | 1
  /** How much it counts in a gradient, absent 1; trees count all alike. */
  readonly weight?: number
}

export interface IncrementalLearner<Snapshot = unknown> {
  readonly name: string
  /** Probability that the label is 1. */
  predict(x: Float32Array): number
  /** Takes what is new; the examples' order is theirs in time. */
  learn(batch: readonly Example[]): void
  /** All that was learned, as plain data that later learning doesn't touch. */
  snapshot(): Snapshot
  restore(snapshot: Snapshot): void
}

/** Keeps a single wrong answer from costing infinitely much. */
const LEAST_PROBABILITY = 1e-4

/** −log of the probability given to what happened, in nats. */
export function logLoss(probability: number, label: 0 | 1): number {
  const given = label === 1 ? probability : 1 - probability
  return -Math.log(Math.max(LEAST_PROBABILITY, given))
}

export function sigmoid(z: number): number {
  return z >= 0 ? 1 / (1 + exp(-z)) : 1 - 1 / (1 + exp(z))
}

/** Log-odds of a probability, which is kept a millionth away from 0 and 1. */
export function logit(probability: number): number {
  const kept = Math.min(1 - 1e-6, Math.max(1e-6, probability))
  return Math.log(kept / (1 - kept))
}
