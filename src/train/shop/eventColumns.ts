/**
 * @module Stores the events of a log in numeric columns, 21 bytes for each event, because ten million objects would not
 * fit into memory. A shopper's history is built from the columns on demand.
 */
import { LOG_NAMES, type LogName, SESSION_GAP } from '@nearside/core/events/event.ts'
import type { ShopperHistory } from '@nearside/core/features/cases.ts'
import type { Interaction } from '@nearside/core/features/history.ts'
import { DAY } from '@nearside/core/time.ts'
import { formatDay } from './time.ts'

const PLACES: ReadonlyMap<LogName, number> = new Map(LOG_NAMES.map((name, k) => [name, k]))

export class EventColumns {
  #count = 0
  #shopper = new Int32Array(1024)
  #item = new Int32Array(1024)
  #name = new Uint8Array(1024)
  #session = new Int32Array(1024)
  #time = new Float64Array(1024)
  readonly #shoppers = new Map<string, number>()
  readonly #sessions = new Map<string, number>()

  add(shopper: string, { item, name, time, session }: Interaction): void {
    const k = this.#count++
    if (k === this.#item.length) this.#grow()
    this.#shopper[k] = placeOf(this.#shoppers, shopper)
    this.#item[k] = item
    this.#name[k] = PLACES.get(name) ?? 0
    this.#session[k] = placeOf(this.#sessions, session)
    this.#time[k] = time
  }

  /**
   * Shoppers in the order of their first events in the log, each shopper's events sorted by time, equal times as
   * inserted. Events without a session form visits, see `Shop.shoppers`.
   */
  shoppers(dayOnly: boolean): ShopperHistory[] {
    const ids = [...this.#shoppers.keys()]
    const sessions = [...this.#sessions.keys()]
    const start = new Int32Array(ids.length + 1)
    for (let k = 0; k < this.#count; k++) start[this.#shopper[k] + 1]++
    for (let s = 0; s < ids.length; s++) start[s + 1] += start[s]
    const place = new Int32Array(this.#count)
    const next = start.slice()
    for (let k = 0; k < this.#count; k++) place[next[this.#shopper[k]]++] = k
    const [item, name, session] = [this.#item, this.#name, this.#session]
    const time = this.#time.slice(0, this.#count)
    if (dayOnly) for (let k = 0; k < time.length; k++) time[k] = Math.floor(time[k] / DAY) * DAY
    for (let s = 0; s < ids.length; s++)
      place.subarray(start[s], start[s + 1]).sort((a, b) => time[a] - time[b] || a - b)
    return ids.map((id, s) => ({
      id,
      get interactions() {
        const history: Interaction[] = []
        let before = Number.NEGATIVE_INFINITY
        let visit = ''
        for (let at = start[s]; at < start[s + 1]; at++) {
          const k = place[at]
          const named = sessions[session[k]]
          if (named === '') {
            if (dayOnly) visit = formatDay(time[k])
            else if (time[k] - before > SESSION_GAP) visit = `visit ${time[k]}`
            before = time[k]
          }
          history.push({
            item: item[k],
            name: LOG_NAMES[name[k]],
            time: time[k],
            session: named || visit,
          })
        }
        return history
      },
    }))
  }

  #grow(): void {
    const length = Math.ceil(1.5 * this.#count)
    this.#shopper = grown(new Int32Array(length), this.#shopper)
    this.#item = grown(new Int32Array(length), this.#item)
    this.#name = grown(new Uint8Array(length), this.#name)
    this.#session = grown(new Int32Array(length), this.#session)
    this.#time = grown(new Float64Array(length), this.#time)
  }
}

function grown<T extends Int32Array | Uint8Array | Float64Array>(into: T, from: T): T {
  into.set(from)
  return into
}

function placeOf(known: Map<string, number>, text: string): number {
  const place = known.get(text)
  if (place !== undefined) return place
  // Copies the text, because a slice of the file's text would keep the whole file in memory.
  known.set(Buffer.from(text).toString(), known.size)
  return known.size - 1
}
