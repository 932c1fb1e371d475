/**
 * @module What the shopper searched for, as additions to scores: to what the query found, and, by
 * their ties to it, to the items that go with that. A query is no interaction with an item. It says what is
 * wanted, not what is liked, so it is in no feature, no encoded history and no case of a fit.
 */
import { onceFor } from '../onceFor.ts'
import { DAY } from '../time.ts'
import type { History } from './history.ts'
import type { ItemStatistics } from './itemStatistics.ts'

/**
 * Log-odds of the only item found, just after the search; of each of n a √n-th. An item that goes
 * with those found adds as much times its mean tie to them. Chosen on training shoppers' orders
 * before the limit of training: docs/results/search.md.
 */
export const SEARCH_LIFT = 4
/** A wish is soon over: days after which a search counts half. */
export const SEARCH_HALF_LIFE = 7
/** Days after which it has been forgotten: a sixty-fourth of it would be left. */
const LONGEST = 6 * SEARCH_HALF_LIFE

/** Less moves nothing, and would keep everything that ever went with anything. */
const LEAST_SHARE = 0.01

export interface SearchLift {
  /** Above 0, in the unit of a score. */
  readonly lift: number
  /** The search that it comes from. */
  readonly query: string
}

interface Asked {
  readonly found: Set<number>
  readonly time: number
}

/**
 * By item. Of several searches the one that lifts an item most counts for it, the last of equal
 * ones: asking twice is not wanting twice.
 * @param now milliseconds since the epoch; entries after it are left out.
 */
export function searchLifts(
  statistics: ItemStatistics,
  history: History,
  now: number,
): ReadonlyMap<number, SearchLift> {
  const lifts = new Map<number, SearchLift>()
  for (const [query, { found, time }] of lastSearches(history, now)) {
    const decay = 2 ** ((time - now) / DAY / SEARCH_HALF_LIFE)
    for (const [item, share] of sharesOf(statistics, found)) {
      const lift = SEARCH_LIFT * share * decay
      if (lift >= (lifts.get(item)?.lift ?? 0)) lifts.set(item, { lift, query })
    }
  }
  return lifts
}

/** What each query found when it was last asked. */
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

/** A fit asks again for each of its cases, and lists after each event. */
const knownShares = onceFor((_: ItemStatistics) => new Map<string, Shares>())
const MOST_KNOWN = 200

/** What one query lifts, in units of `SEARCH_LIFT`. */
function sharesOf(statistics: ItemStatistics, found: ReadonlySet<number>): Shares {
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
