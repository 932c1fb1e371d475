/**
 * @module When to learn. A fit is cheap but not free, and its result should not change a list under
 * the shopper's hand: purchases and carts at once, the rest when it is quiet. The device and
 * the evaluation both read the rules here.
 */
import type { EventName } from '../events/event.ts'
import { eventStrength } from '../features/strength.ts'

/**
 * When to learn: `online` from each event at once; `batch` after 20 events or half a minute of quiet;
 * `hybrid` from purchases and carts at once, from the rest after two seconds of quiet.
 */
export type StrategyName = 'online' | 'batch' | 'hybrid'

interface UpdateStrategy {
  readonly name: StrategyName
  /**
   * Milliseconds of quiet to wait before the next fit, now that `event` came as the
   * `pending`-th since the last one; null: not because of this event.
   */
  delayAfter(event: EventName, pending: number): number | null
  /**
   * For learners that can't be solved anew from all events: after this many, what was learned one by
   * one is gone over again together, so that nothing is learned on one sample alone; 0: never.
   */
  readonly reviewAfter: number
}

/** The shopper is looking at what they just opened. */
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
