/**
 * @module Stores a log as columns of numbers, for fast counts at many dates. A shopper's events that show interest
 * (`eventStrength` above 0) come first, sorted by basket (one session). The shopper's other events follow.
 */
import { eventStrength } from '../events/strength.ts'
import { groupBy } from '../groupBy.ts'
import type { History } from './history.ts'
import type { OtherShoppers } from './otherShoppers.ts'

export interface LogColumns {
  /** Index of each shopper's first basket, [S + 1]; the last entry is the number of baskets. */
  readonly shopperStart: Int32Array
  /** Index of each basket's first event, [B + 1]; the last entry is the number of events. */
  readonly basketStart: Int32Array
  /** Item row of each event, [E]. */
  readonly item: Int32Array
  /** Time of each event in milliseconds since the epoch, [E]. */
  readonly time: Float64Array
  /** `eventStrength` of each event, [E]; within a basket all are above 0, or all are 0. */
  readonly strength: Float32Array
  /** Cross-validation fold of each shopper, [S]. */
  readonly fold: Uint8Array
  /** Fold whose shoppers don't count; −1 if all shoppers count. */
  readonly without: number
  /** The same log as one history per shopper, for counts that need histories. */
  readonly histories: Iterable<History>
  /** Counts of shoppers who are missing in the columns; absent if the columns have every shopper. */
  readonly others?: OtherShoppers
}

/**
 * @param histories one per shopper; iterated more than once
 * @param foldOf maps the index of a shopper to the shopper's fold
 * @param others counts of further shoppers, who belong to no fold
 */
export function columnsOf(
  histories: Iterable<History>,
  foldOf: (shopper: number) => number = () => 0,
  others?: OtherShoppers,
): LogColumns {
  let events = 0
  let shoppers = 0
  for (const history of histories) {
    events += history.length
    shoppers++
  }
  const shopperStart = new Int32Array(shoppers + 1)
  const fold = Uint8Array.from({ length: shoppers }, (_, shopper) => foldOf(shopper))
  const starts: number[] = []
  const item = new Int32Array(events)
  const time = new Float64Array(events)
  const strength = new Float32Array(events)
  let at = 0
  let shopper = 0
  for (const history of histories) {
    const baskets = groupBy(history.keys(), (k) =>
      eventStrength(history[k].name) > 0 ? history[k].session : null,
    )
    const others = baskets.get(null)
    if (others && baskets.delete(null)) baskets.set(null, others)
    for (const places of baskets.values()) {
      starts.push(at)
      for (const k of places) {
        item[at] = history[k].item
        time[at] = history[k].time
        strength[at] = eventStrength(history[k].name)
        at++
      }
    }
    shopperStart[++shopper] = starts.length
  }
  starts.push(at)
  return {
    shopperStart,
    basketStart: Int32Array.from(starts),
    item,
    time,
    strength,
    fold,
    without: -1,
    histories,
    ...(others && { others }),
  }
}

export function withoutFold(log: LogColumns, without: number): LogColumns {
  const { histories, fold } = log
  return {
    ...log,
    without,
    histories: {
      *[Symbol.iterator]() {
        let shopper = 0
        for (const history of histories) if (fold[shopper++] !== without) yield history
      },
    },
  }
}
