/**
 * @module Computes lifts: how much a context raises or lowers the demand for an item, as the logarithm of
 * P(item | value) / P(item), over shoppers. An item's lift is shrunk to its category's lift, which is shrunk to zero.
 * Sales before an item's first appearance don't count: last Christmas says nothing about an item added in June.
 */

import { eventStrength } from '../../events/strength.ts'
import { firstIndex } from '../../firstIndex.ts'
import { groupBy } from '../../groupBy.ts'
import { DAY } from '../../time.ts'
import type { History } from '../history.ts'
import type { ContextSource, ShopContext } from './context.ts'
import { contextValue } from './contextValue.ts'

export interface ContextTable {
  readonly kind: string
  /** Values of the context that occur in the log, e.g. `rain`. */
  readonly values: readonly string[]
  /** Lift (logarithm of the change of demand) of each item for each context value, row-major [values, N]. */
  readonly lifts: Float32Array
}

/** Maximum number of values per kind, because a 32-bit mask has a bit for each; further values count as no value. */
const MAX_VALUES = 24
/** Weight of the prior that shrinks a category's lift to zero, in shoppers. */
const CATEGORY_PRIOR = 20
/** Weight of the prior that shrinks an item's lift to its category's lift, in shoppers. */
const ITEM_PRIOR = 10

/**
 * @param category index of each item's category, [N]; 0 for none
 * @param shoppers one history per shopper; only entries strictly before `asOf` (milliseconds since the epoch) count
 */
export function contextTables(
  kinds: readonly string[],
  category: Uint16Array,
  shoppers: Iterable<History>,
  asOf: number,
  contexts: ContextSource,
): ContextTable[] {
  const counters = kinds.map((kind) => createCounter(kind, category.length, asOf, contexts))
  // One pass over the shoppers counts all kinds, because a log in columns builds each history anew in each pass.
  for (const history of shoppers) for (const { add } of counters) add(history)
  return counters.map(({ counts }, k) => liftsOf(kinds[k], category, counts()))
}

function liftsOf(kind: string, category: Uint16Array, counts: Counts): ContextTable {
  const values = counts.values.slice(1)
  const lifts = new Float32Array(values.length * category.length)
  const expected = expectedByValue(counts, category.length)
  const categories = category.reduce((most, index) => Math.max(most, index), 0) + 1
  for (let v = 1; v <= values.length; v++) {
    const found = counts.met[v]
    const wanted = expected[v]
    const groupFound = new Float64Array(categories)
    const groupWanted = new Float64Array(categories)
    category.forEach((group, item) => {
      groupFound[group] += found[item]
      groupWanted[group] += wanted[item]
    })
    for (let item = 0; item < category.length; item++) {
      const group = category[item]
      const prior =
        group > 0 ? (groupFound[group] + CATEGORY_PRIOR) / (groupWanted[group] + CATEGORY_PRIOR) : 1
      lifts[(v - 1) * category.length + item] = Math.log(
        (found[item] + ITEM_PRIOR * prior) / (wanted[item] + ITEM_PRIOR),
      )
    }
  }
  return { kind, values, lifts }
}

interface Counts {
  /** Values of the context by index; index 0 stands for no value. */
  readonly values: readonly string[]
  /** Number of shoppers who interacted with each item, [N], for each value of the context. */
  readonly met: readonly Float64Array[]
  /**
   * Day → sum of `met` over all items, by value. A shopper who interacted with an item several times under one value
   * counts on the first day only.
   */
  readonly daily: ReadonlyMap<number, Float64Array>
  /** Day of each item's first interaction, [N]. */
  readonly firstDay: Float64Array
}

function createCounter(kind: string, items: number, asOf: number, contexts: ContextSource) {
  const places = new Map<string | undefined, number>([[undefined, 0]])
  const met = [new Float64Array(items)]
  const daily = new Map<number, Float64Array>()
  const firstDay = new Float64Array(items).fill(Number.POSITIVE_INFINITY)
  const placeOf = (value: string | undefined): number => {
    const known = places.get(value)
    if (known !== undefined) return known
    if (places.size > MAX_VALUES) return 0
    places.set(value, met.length)
    met.push(new Float64Array(items))
    return met.length - 1
  }
  const add = (history: History): void => {
    /** Item → bit mask of the context values under which this shopper interacted with it. */
    const seen = new Map<number, number>()
    let last = Number.NaN
    let place = 0
    for (const { item, name, time } of history) {
      if (time >= asOf || eventStrength(name) === 0) continue
      if (time !== last) {
        place = placeOf(contextValue(kind, time, contexts))
        last = time
      }
      const day = Math.floor(time / DAY)
      if (day < firstDay[item]) firstDay[item] = day
      const before = seen.get(item) ?? 0
      if ((before & (1 << place)) !== 0) continue
      seen.set(item, before | (1 << place))
      met[place][item]++
      let ofDay = daily.get(day)
      if (!ofDay) {
        ofDay = new Float64Array(MAX_VALUES + 1)
        daily.set(day, ofDay)
      }
      ofDay[place]++
    }
  }
  const values = () => [...places.keys()].map((value) => value ?? '')
  return { add, counts: (): Counts => ({ values: values(), met, daily, firstDay }) }
}

/**
 * Counts that each item would have if the context had no effect, [N] for each value: the item's total, split among the
 * values like the counts of all items since the item's first day.
 */
function expectedByValue({ met, daily, firstDay }: Counts, items: number): Float64Array[] {
  const days = [...daily].sort(([a], [b]) => b - a)
  const since = new Map<number, Float64Array>()
  const sum = new Float64Array(met.length)
  for (const [day, ofDay] of days) {
    for (let v = 0; v < sum.length; v++) sum[v] += ofDay[v]
    since.set(day, sum.slice())
  }
  const expected = met.map(() => new Float64Array(items))
  for (let item = 0; item < items; item++) {
    const there = since.get(firstDay[item])
    if (!there) continue
    const all = there.reduce((total, count) => total + count, 0)
    const own = met.reduce((total, ofValue) => total + ofValue[item], 0)
    for (let v = 0; v < met.length; v++) expected[v][item] = (own * there[v]) / all
  }
  return expected
}

export interface ContextChange {
  /** Time from which the value applies, milliseconds since the epoch. */
  readonly time: number
  readonly name: string
  /** New value. An empty value means that the context has no value from this time on. */
  readonly value: string
}

/** Returns a function that gives the context at a time: of each name, the last value at or before that time. */
export function contextOver(changes: readonly ContextChange[]): (time: number) => ShopContext {
  const names = [...groupBy(changes, ({ name }) => name)].map(([name, own]) => ({
    name,
    // The sort is stable, so of two simultaneous changes the later line counts.
    own: own.sort((a, b) => a.time - b.time),
  }))
  return (time) => {
    const context: Record<string, string> = {}
    for (const { name, own } of names) {
      const last = firstIndex(own.length, (at) => own[at].time > time) - 1
      if (last >= 0) context[name] = own[last].value
    }
    return context
  }
}
