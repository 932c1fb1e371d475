/**
 * @module A shopper's history as the model reads it: item rows instead of ids, one entry an item.
 * `fromEvents` (device) and the shop-folder reader (Node) both end here, so that training,
 * evaluation and serving compute the same numbers.
 */
import type { EventName } from '../events/event.ts'

export interface Interaction {
  /** Row of the item in the model's item table. */
  readonly item: number
  readonly name: EventName
  /** Milliseconds since the epoch, UTC. */
  readonly time: number
  /** Visit or order; entries of one session are a set whose inner order means nothing. */
  readonly session: string
  /** Of a search that found the item, as it was typed. */
  readonly query?: string
}

/** Ascending by time. */
export type History = readonly Interaction[]

/** One thing to predict: what the shopper turned to at `time`, from what they did before it. */
export interface Case {
  readonly shopper: string
  /** Milliseconds since the epoch, UTC. */
  readonly time: number
  /** Only entries before this case. */
  readonly history: History
  /** Distinct item rows. */
  readonly targets: readonly number[]
}
