/** @module Decides when a device fits the personal model, since a fit can change a list while the shopper uses it. */
import type { EventName } from '../events/event.ts'
import { eventStrength } from '../events/strength.ts'

/**
 * When the device learns.
 * - `online`: from each event at once.
 * - `batch`: after 20 events, or after half a minute without an event.
 * - `hybrid`: from purchases and carts at once, from other events after two seconds without an event.
 */
export type StrategyName = 'online' | 'batch' | 'hybrid'

interface UpdateStrategy {
  /**
   * Milliseconds to wait for further events before a fit, if `event` is the `pending`-th event since the last fit;
   * null: no fit.
   */
  delayAfter(event: EventName, pending: number): number | null
  /** Number of cases in a batch that incremental learners learn once more as soon as it is full; 0: never. */
  readonly reviewAfter: number
}

/** Milliseconds without an event after which the shopper is assumed to be looking at the product just opened. */
const IDLE = 2000
const BATCH = 20
const BATCH_IDLE = 30_000

const teachesNothing = (event: EventName) => eventStrength(event) === 0

export const STRATEGIES: Readonly<Record<StrategyName, UpdateStrategy>> = {
  online: {
    delayAfter: (event) => (teachesNothing(event) ? null : 0),
    reviewAfter: 0,
  },
  batch: {
    delayAfter: (event, pending) =>
      pending >= BATCH ? 0 : teachesNothing(event) ? null : BATCH_IDLE,
    reviewAfter: 0,
  },
  hybrid: {
    delayAfter: (event) =>
      event === 'purchase' || event === 'add_to_cart' ? 0 : teachesNothing(event) ? null : IDLE,
    reviewAfter: BATCH,
  },
}
