/**
 * @module Adds the shopper's searches to the scores: a search raises the items found and items that co-occur with them.
 * A search is no interaction with an item, so features, encoder and the personal model's training ignore it.
 */
import { onceFor } from '../onceFor.ts'
import { isPriceAlone, takePrice } from '../search/price.ts'
import { DAY } from '../time.ts'
import type { History } from './history.ts'
import type { ItemStatistics } from './itemStatistics.ts'

/**
 * Lift of the score in log-odds after a search that found one item; each of n found items gets 1/√n of the lift. An item
 * that co-occurs with the found items gets the lift times its mean co-occurrence with them. Chosen on training data:
 * docs/results/search.md.
 */
export const SEARCH_LIFT = 4
/**
 * Share of `SEARCH_LIFT` for each product at the price, if a query asks for a price alone ("under £1"). Chosen on
 * training data: docs/results/search.md.
 */
const PRICE_SHARE = 0.25
/** Number of days after which the lift of a search is halved; small, because shoppers soon want something else. */
export const SEARCH_HALF_LIFE = 7
/** Days after which a search is ignored; by then a sixty-fourth of its lift remains. */
const LONGEST = 6 * SEARCH_HALF_LIFE

/** Minimum share of `SEARCH_LIFT` that is cached; smaller lifts would fill the memory without changing a list. */
const LEAST_SHARE = 0.01

export interface SearchLift {
  /** Lift that the searches add to the score, above 0. */
  readonly lift: number
  readonly query: string
}

interface Asked {
  readonly found: Set<number>
  readonly time: number
}

/**
 * Lifts by item. If several searches lift an item, only the strongest lift counts (of equal lifts, the last), so that
 * repeating a search adds nothing.
 * @param now milliseconds since the epoch; entries of the history after `now` are ignored
 */
export function searchLifts(
  statistics: ItemStatistics,
  history: History,
  now: number,
): ReadonlyMap<number, SearchLift> {
  const lifts = new Map<number, SearchLift>()
  for (const [query, { found, time }] of lastSearches(history, now)) {
    const decay = 2 ** ((time - now) / DAY / SEARCH_HALF_LIFE)
    for (const [item, share] of sharesOf(statistics, query, found)) {
      const lift = SEARCH_LIFT * share * decay
      if (lift >= (lifts.get(item)?.lift ?? 0)) lifts.set(item, { lift, query })
    }
  }
  return lifts
}

function lastSearches(history: History, now: number): ReadonlyMap<string, Asked> {
  const asked = new Map<string, Asked>()
  for (const { item, query, time } of history) {
    if (query === undefined || time > now || now - time > LONGEST * DAY) continue
    const same = asked.get(query)
    if (same?.time === time) same.found.add(item)
    else asked.set(query, { found: new Set([item]), time })
  }
  return asked
}

type Shares = readonly (readonly [item: number, share: number])[]

/** Caches `computeShares` by the found items, because each list and each training example needs the shares. */
const knownShares = onceFor((_: ItemStatistics) => new Map<string, Shares>())
const MOST_KNOWN = 200

/** Lift of each item by one query, in units of `SEARCH_LIFT`. */
function sharesOf(statistics: ItemStatistics, query: string, found: ReadonlySet<number>): Shares {
  const wish = takePrice(query)
  if (wish && isPriceAlone(wish)) return [...found].map((item) => [item, PRICE_SHARE])
  const known = knownShares(statistics)
  const key = [...found].join()
  const answer = known.get(key) ?? computeShares(statistics, found)
  if (known.size >= MOST_KNOWN) known.clear()
  known.set(key, answer)
  return answer
}

function computeShares(
  { neighboursPerItem, neighbourItems, neighbourWeights }: ItemStatistics,
  found: ReadonlySet<number>,
): Shares {
  const own = 1 / Math.sqrt(found.size)
  const share = new Map([...found].map((item) => [item, own]))
  for (const item of found) {
    const end = (item + 1) * neighboursPerItem
    for (let k = item * neighboursPerItem; k < end && neighbourWeights[k] > 0; k++) {
      const other = neighbourItems[k]
      share.set(other, (share.get(other) ?? 0) + neighbourWeights[k] / found.size)
    }
  }
  return [...share].filter(([, part]) => part >= LEAST_SHARE)
}
