/**
 * @module When to learn. A fit has a cost, and it should not change a list while the shopper uses it. So
 * purchases and carts are learned at once, other events after a quiet period. The device and the evaluation
 * share these rules.
 */
import type { EventName } from '../events/event.ts'
import { eventStrength } from '../events/strength.ts'

/**
 * When the device learns.
 * - `online`: from each event at once.
 * - `batch`: after 20 events or half a minute of quiet.
 * - `hybrid`: from purchases and carts at once, from other events after two seconds of quiet.
 */
export type StrategyName = 'online' | 'batch' | 'hybrid'

interface UpdateStrategy {
  readonly name: StrategyName
  /**
   * Milliseconds of quiet before the next fit, after `event` came as the `pending`-th since the last fit.
   * Null: this event causes no fit.
   */
  delayAfter(event: EventName, pending: number): number | null
  /**
   * Number of cases after which incremental learners learn these cases again, all together; 0: never. So no case is
   * learned only in isolation.
   */
  readonly reviewAfter: number
}

/** Milliseconds without an event, while the shopper looks at the product just opened. */
const IDLE = 2000
const BATCH = 20
const BATCH_IDLE = 30_000

const teachesNothing = (event: EventName) => eventStrength(event) === 0

export const STRATEGIES: Readonly<Record<StrategyName, UpdateStrategy>> = {
  online: {
    name: 'online',
    delayAfter: (event) => (teachesNothing(event) ? null : 0),
    reviewAfter: 0,
  },
  batch: {
    name: 'batch',
    delayAfter: (event, pending) =>
      pending >= BATCH ? 0 : teachesNothing(event) ? null : BATCH_IDLE,
    reviewAfter: 0,
  },
  hybrid: {
    name: 'hybrid',
    delayAfter: (event) =>
      event === 'purchase' || event === 'add_to_cart' ? 0 : teachesNothing(event) ? null : IDLE,
    reviewAfter: BATCH,
  },
}
