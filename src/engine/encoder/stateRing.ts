/**
 * @module Which states a device holds and which it must compute. A state depends on item, event and
 * the bucket of the time to what follows (`model/encoder.ts`), so it serves every window and every
 * shopper that has it; the oldest are written over.
 */
import { EVENT_NAMES } from '../../core/events/event.ts'
import type { History } from '../../core/features/history.ts'
import { eventRow, GAP_BUCKETS, gapAfter } from '../../core/model/encoder.ts'

export interface NewState {
  readonly row: number
  readonly item: number
  readonly event: number
  readonly gap: number
}

export class StateRing {
  /** State of each row, −1 where there is none yet. */
  readonly #keys: Float64Array
  readonly #rows = new Map<number, number>()
  #next = 0

  /** @param size at least as many as one request needs */
  constructor(size: number) {
    this.#keys = new Float64Array(size).fill(-1)
  }

  /**
   * Rows of the states of a window (`windowOf`), oldest first.
   * @param taken rows that this request uses, which stay; added to
   * @param fresh states that are to be computed; added to
   */
  rowsOf(recent: History, now: number, taken: Set<number>, fresh: NewState[]): number[] {
    return recent.map(({ item, name }, t) => {
      const gap = gapAfter(recent, t, now)
      const event = eventRow(name)
      const key = (item * EVENT_NAMES.length + event) * GAP_BUCKETS + gap
      let row = this.#rows.get(key)
      if (row === undefined) {
        row = this.#replace(key, taken)
        fresh.push({ row, item, event, gap })
      }
      taken.add(row)
      return row
    })
  }

  #replace(key: number, taken: ReadonlySet<number>): number {
    while (taken.has(this.#next)) this.#next = (this.#next + 1) % this.#keys.length
    const row = this.#next
    this.#next = (row + 1) % this.#keys.length
    this.#rows.delete(this.#keys[row])
    this.#keys[row] = key
    this.#rows.set(key, row)
    return row
  }
}
