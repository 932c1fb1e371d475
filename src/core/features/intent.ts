/**
 * @module Intent of a visit: the peer groups of the last products that a shopper looked at or put into the basket. A
 * peer group is the items of one category and brand. While a shopper browses, the intent predicts the next product best
 * (docs/results/visit-state.md). Purchases say little about the next visit, so orders don't count.
 *
 * The prices of the visit are part of the intent: products near the prices just viewed rise. The lift of a price is a
 * log-likelihood ratio, log(p(price | prices viewed in this visit) / p(price)). The prices of one visit are assumed to
 * be normal, with a mean and a variance that differ between visits. Prices of earlier visits don't count: they say
 * nothing about the next order (docs/results/lists.md).
 */
import type { Item } from '../catalog/item.ts'
import { SESSION_GAP } from '../events/event.ts'
import { onceFor } from '../onceFor.ts'
import { DAY } from '../time.ts'
import type { ItemStatistics, PriceRange } from './itemStatistics.ts'
import type { Profile } from './profile.ts'

/** Number of last viewed products that the intent reads. */
const RECENT = 6
/** Number of products viewed afterwards that halve a product's weight. */
const HALF_LIFE = 2

export interface Intent {
  /** Share of each peer group among the last `RECENT` products viewed, weighted by `HALF_LIFE`, [groups + 1]. */
  readonly recent: Float32Array
  /** Share of each peer group among the products viewed last (several if viewed at one time), [groups + 1]. */
  readonly last: Float32Array
  /** Indices of the last products' peer groups: distinct, and above 0, because group 0 has no peers. */
  readonly groups: readonly number[]
}

/** Returns null if the history has only orders. Products viewed at the same time are equally recent. */
export function intentOf(
  statistics: Pick<ItemStatistics, 'peerGroup'>,
  { interactions: all }: Pick<Profile, 'interactions'>,
): Intent | null {
  const interactions = all.filter(({ kind }) => kind !== 'purchase')
  if (interactions.length === 0) return null
  const { peerGroup } = statistics
  const groups = peersOf(peerGroup).length
  const recent = new Float32Array(groups)
  const last = new Float32Array(groups)
  const seen = new Set<number>()
  let total = 0
  let totalLast = 0
  let place = 0
  let age = interactions[0].age
  for (const interaction of interactions) {
    if (interaction.age !== age) {
      place = seen.size
      age = interaction.age
    }
    if (place >= RECENT) break
    if (seen.has(interaction.item)) continue
    seen.add(interaction.item)
    const weight = 2 ** (-place / HALF_LIFE)
    const group = peerGroup[interaction.item]
    total += weight
    if (place === 0) totalLast++
    // A product without category and brand is one of the products last viewed, but has no peer group.
    if (group === 0) continue
    recent[group] += weight
    if (place === 0) last[group]++
  }
  const found = [...recent.keys()].filter((group) => recent[group] > 0)
  for (const group of found) {
    recent[group] /= total
    last[group] /= totalLast
  }
  return { recent, last, groups: found }
}

/** Rows of each peer group; group 0 contains the rows without category and brand. */
export const peersOf = onceFor(
  (peerGroup: ItemStatistics['peerGroup']): readonly (readonly number[])[] => {
    const rows: number[][] = [[]]
    peerGroup.forEach((group, row) => {
      while (rows.length <= group) rows.push([])
      rows[group].push(row)
    })
    return rows
  },
)

/** Maximum index of a group, which has 16 bits; items of further groups count as items without a group. */
const MOST_GROUPS = 65_535

/**
 * Index of each item's group. Items with the same key are a group; an item without a key gets 0.
 * @param known indices of earlier groups
 * @param last index after which new groups are numbered, in order of first appearance
 */
export function groupItems(
  items: readonly Item[],
  keyOf: (item: Item) => string | null | undefined,
  known: ReadonlyMap<string, number> = new Map(),
  last = Math.max(0, ...known.values()),
): Uint16Array {
  const index = new Map(known)
  let next = last
  return Uint16Array.from(items, (item) => {
    const key = keyOf(item)
    if (!key) return 0
    const group = index.get(key) ?? (next < MOST_GROUPS ? ++next : 0)
    index.set(key, group)
    return group
  })
}

/** Key of an item's peer group; null without category and brand. */
export function peerKey({ category, brand }: Pick<Item, 'category' | 'brand'>): string | null {
  return category || brand ? JSON.stringify([category ?? '', brand ?? '']) : null
}

/** Share of the variance of log prices that lies between visits, measured on the demo shop's training orders. */
const BETWEEN = 0.2
/** Weight of the prior of the variance within a visit, in viewed products. */
const PRIOR_LOOKS = 4
/** Width of a price band in logarithms: prices within 5 % get the same lift. */
const STEP = 0.05

/** Change of each row's score by the row's price, in log-odds. */
export interface PriceLift {
  readonly of: (row: number) => number
  /** Largest lift of any row. */
  readonly most: number
  /** Largest absolute value of a lift. */
  readonly size: number
}

interface Prices extends PriceRange {
  /** Price band of each row, [N]. */
  readonly bands: Uint16Array
  readonly count: number
}

/** Prices of the catalog, in bands; null if all prices are about equal. */
const pricesOf = onceFor((statistics: ItemStatistics): Prices | null => {
  const { logPrice, whole } = statistics
  const range = whole?.prices ?? priceRange(statistics)
  const { least, highest, variance } = range
  if (!(variance > STEP ** 2)) return null
  const last = Math.round((highest - least) / STEP)
  const bands = Uint16Array.from(logPrice, (price) =>
    Math.min(last, Math.max(0, Math.round((price - least) / STEP))),
  )
  return { ...range, bands, count: last + 1 }
})

export function priceRange({ logPrice, popularityAll, coldStart }: ItemStatistics): PriceRange {
  let [sum, first, second] = [0, 0, 0]
  let [least, highest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  // Cold-start items must not change the lifts of known items.
  for (let row = 0; row < (coldStart?.from ?? logPrice.length); row++) {
    const weight = Math.expm1(popularityAll[row]) + 0.1
    sum += weight
    first += weight * logPrice[row]
    second += weight * logPrice[row] ** 2
    least = Math.min(least, logPrice[row])
    highest = Math.max(highest, logPrice[row])
  }
  const mean = first / sum
  return { least, highest, mean, variance: second / sum - mean ** 2 }
}

/** Lift of each row by its price. Null if this visit has no viewed prices, or the shop's prices are about equal. */
export function priceLift(
  statistics: ItemStatistics,
  { interactions, lastSession }: Pick<Profile, 'interactions' | 'lastSession'>,
): PriceLift | null {
  const isNow = (interactions[0]?.age ?? Number.POSITIVE_INFINITY) * DAY <= SESSION_GAP
  const looked = isNow
    ? interactions.filter(({ kind, session }) => kind !== 'purchase' && session === lastSession)
    : []
  const prices = looked.length > 0 ? pricesOf(statistics) : null
  if (!prices) return null
  const { least, bands, count, mean, variance } = prices
  const seen = [...new Set(looked.map(({ item }) => item))].map((row) => statistics.logPrice[row])
  const within = (1 - BETWEEN) * variance
  const looks = within / (BETWEEN * variance)
  const own = seen.reduce((sum, price) => sum + price, 0) / seen.length
  const spread = seen.reduce((sum, price) => sum + (price - own) ** 2, 0)
  const all = looks + seen.length
  const squares = PRIOR_LOOKS * within + spread + ((looks * seen.length) / all) * (own - mean) ** 2
  const before = logDensity(mean, within * (1 + 1 / looks), PRIOR_LOOKS)
  const degrees = PRIOR_LOOKS + seen.length
  const center = (looks * mean + seen.length * own) / all
  const after = logDensity(center, (squares / degrees) * (1 + 1 / all), degrees)
  const lifts = Float64Array.from({ length: count }, (_, band) => {
    const price = least + band * STEP
    return after(price) - before(price)
  })
  return {
    of: (row) => lifts[bands[row]],
    most: Math.max(...lifts),
    size: Math.max(...lifts.map(Math.abs)),
  }
}

/** Log density of a Student distribution, without the terms that depend on the degrees of freedom alone. */
function logDensity(center: number, scale: number, degrees: number): (value: number) => number {
  return (value) =>
    -Math.log(scale) / 2 -
    ((degrees + 1) / 2) * Math.log1p((value - center) ** 2 / (scale * degrees))
}
