/**
 * @module State of a visit: thirteen features of an item that follow from the order, the time and the number of
 * the shopper's looks. The cost is one pass over the history, and one over the items of at most six categories.
 */
import { SESSION_GAP } from '@nearside/core/events/event.ts'
import { eventStrength } from '@nearside/core/events/strength.ts'
import type { History } from '@nearside/core/features/history.ts'
import type { Transitions } from './transitions.ts'

export const STATE_NAMES = [
  'categoryRecent', // share of the last six products in its category, halved every two products
  'categoryLast', // the product at hand has its category
  'categoryPopular', // probability of it: a category by recency, then an item by popularity
  'brandRecent',
  'brandLast',
  'brandPopular',
  'bothRecent', // the same for category and brand together
  'bothLast',
  'bothPopular',
  'place', // 1 / number of different products looked at since, itself included
  'minutes', // closeness of the last look, logarithm of minutes
  'looks', // logarithm of the number of looks, halved every visit
  'transition', // share of the shoppers who turned to it after the last two products
] as const

export type StateName = (typeof STATE_NAMES)[number]

/** Number of features, S. */
export const STATE_COUNT = STATE_NAMES.length

/** Features by what they need on a device. */
export const STATE_GROUPS: Readonly<Record<string, readonly StateName[]>> = {
  category: ['categoryRecent', 'categoryLast', 'categoryPopular'],
  brand: ['brandRecent', 'brandLast', 'brandPopular'],
  both: ['bothRecent', 'bothLast', 'bothPopular'],
  order: ['place', 'minutes'],
  looks: ['looks'],
  transitions: ['transition'],
}

/** Weights by which likely items are chosen before any fit, [S]. */
export const GUESS = Float64Array.from(STATE_NAMES, (name) =>
  /Popular|place|transition/.test(name) ? 1 : 0,
)

export const columnOf = (name: StateName): number => STATE_NAMES.indexOf(name)

/** Number of different products that intent reads. */
const RECENT = 6
/** Half-life of intent, in products. */
const HALF_LIFE = 2
const MINUTE = 60_000

/** Group of each item by one property, from 1; 0 is none. */
interface Grouping {
  readonly of: Uint32Array
  /** Items of each group. */
  readonly items: readonly (readonly number[])[]
}

function groupBy(names: readonly string[]): Grouping {
  const index = new Map<string, number>()
  const items: number[][] = [[]]
  const of = Uint32Array.from(names, (name, item) => {
    if (name === '') return 0
    const known = index.get(name) ?? items.push([]) - 1
    index.set(name, known)
    items[known].push(item)
    return known
  })
  return { of, items }
}

/** The three groupings that intent reads: category, brand, and both. */
export type Groupings = readonly [category: Grouping, brand: Grouping, both: Grouping]

export function groupingsOf(
  items: readonly { readonly category?: string; readonly brand?: string }[],
): Groupings {
  const text = (value: string | undefined) => value ?? ''
  return [
    groupBy(items.map(({ category }) => text(category))),
    groupBy(items.map(({ brand }) => text(brand))),
    groupBy(items.map(({ category, brand }) => (category && brand ? `${category}\t${brand}` : ''))),
  ]
}

interface Looked {
  readonly item: number
  /** Time of the last look, milliseconds since the epoch. */
  time: number
  /** Number of looks, halved every visit. */
  looks: number
}

/** Different products of a history, most recently looked at first. */
function looksOf(history: History): Looked[] {
  const byItem = new Map<number, Looked>()
  let visit = 0
  let before = Number.NaN
  const visits: number[] = []
  for (const { name, time } of history) {
    if (eventStrength(name) > 0 && time - before > SESSION_GAP) visit++
    if (eventStrength(name) > 0) before = time
    visits.push(visit)
  }
  history.forEach(({ item, name, time }, k) => {
    if (eventStrength(name) === 0) return
    const known = byItem.get(item)
    // Insert again, so that the map is ordered by the last look.
    byItem.delete(item)
    const looks = (known?.looks ?? 0) + 2 ** (visits[k] - visit)
    byItem.set(item, { item, time, looks })
  })
  return [...byItem.values()].reverse()
}

/** The product at hand: the one that the shopper turned to last; −1 without any. */
export function atHand(history: History): number {
  for (let k = history.length - 1; k >= 0; k--)
    if (eventStrength(history[k].name) > 0) return history[k].item
  return -1
}

/**
 * Features of all items, row-major [N, S].
 * @param popularity share of each item, [N], > 0
 */
export function stateFeatures(
  history: History,
  now: number,
  groupings: Groupings,
  popularity: Float32Array,
  transitions: Transitions | null,
): Float32Array {
  const out = new Float32Array(popularity.length * STATE_COUNT)
  const looked = looksOf(history)
  if (looked.length === 0) return out
  const recent = looked.slice(0, RECENT)
  const weights = recent.map((_, k) => 2 ** (-k / HALF_LIFE))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  groupings.forEach(({ of, items }, g) => {
    const shares = new Map<number, number>()
    recent.forEach(({ item }, k) => {
      if (of[item] > 0) shares.set(of[item], (shares.get(of[item]) ?? 0) + weights[k] / total)
    })
    for (const [group, share] of shares) {
      const isLast = of[recent[0].item] === group ? 1 : 0
      const sum = items[group].reduce((all, item) => all + popularity[item], 0)
      for (const item of items[group]) {
        const at = item * STATE_COUNT + 3 * g
        out[at] = share
        out[at + 1] = isLast
        out[at + 2] = Math.log1p((100 * share * popularity[item]) / sum)
      }
    }
  })
  looked.forEach(({ item, time, looks }, k) => {
    const at = item * STATE_COUNT
    out[at + columnOf('place')] = 1 / (1 + k)
    out[at + columnOf('minutes')] = Math.log1p(30 / (1 + Math.max(0, now - time) / MINUTE))
    out[at + columnOf('looks')] = Math.log1p(looks)
  })
  if (transitions)
    for (const [item, share] of transitions.from(recent.slice(0, 2).map((one) => one.item)))
      out[item * STATE_COUNT + columnOf('transition')] = Math.sqrt(share)
  return out
}
