/**
 * @module A log as columns of numbers, so that counting it as of many days walks memory in order and
 * makes no objects. Events that say something lie basket by basket, a basket being one session of one
 * shopper; the others of a shopper come after.
 */
import type { History } from './history.ts'
import { eventStrength } from './strength.ts'

export interface LogColumns {
  /** First basket of each shopper, and the number of baskets at the end, [S + 1]. */
  readonly shopperStart: Int32Array
  /** First event of each basket, and the number of events at the end, [B + 1]. */
  readonly basketStart: Int32Array
  /** Item row of each event, [E]. */
  readonly item: Int32Array
  /** Milliseconds, [E]. */
  readonly time: Float64Array
  /** `eventStrength`, [E]; a basket's are all above 0, or all 0. */
  readonly strength: Float32Array
  /** Shoppers whose place holds `without` don't count, [S]. */
  readonly fold: Uint8Array
  readonly without: number
  /** The same log, for what is counted otherwise. */
  readonly histories: Iterable<History>
}

/**
 * @param histories ascending by time, one a shopper; walked more than once.
 * @param foldOf of each shopper, by place.
 */
export function columnsOf(
  histories: Iterable<History>,
  foldOf: (shopper: number) => number = () => 0,
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
    const baskets = new Map<string | null, number[]>()
    const idle: number[] = []
    history.forEach(({ name, session }, k) => {
      if (eventStrength(name) === 0) {
        idle.push(k)
        return
      }
      const basket = baskets.get(session)
      if (basket) basket.push(k)
      else baskets.set(session, [k])
    })
    if (idle.length > 0) baskets.set(null, idle)
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
  }
}

/** What the other folds hold. */
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
