/**
 * @module A shopper's history as the model reads it: item rows instead of ids, and one entry for each item of an
 * event. Training, evaluation and the browser share this form, so they compute the same numbers.
 */
import type { LogName } from '../events/event.ts'

export interface Interaction {
  /** Row of the item in the model's item table. */
  readonly item: number
  readonly name: LogName
  /** Time of the interaction in milliseconds since the epoch. */
  readonly time: number
  /** Id of the visit or of the order. The sequence of entries within a session has no meaning. */
  readonly session: string
  /** Search query that found the item, as typed; only for searches. */
  readonly query?: string
}

/** Interactions, ascending by time. */
export type History = readonly Interaction[]

/** Case to train or test on: the items that a shopper acted on at `time`, and their history before it. */
export interface Case {
  readonly shopper: string
  /** Time of the case in milliseconds since the epoch. */
  readonly time: number
  readonly history: History
  /** Distinct item rows to predict. */
  readonly targets: readonly number[]
}
