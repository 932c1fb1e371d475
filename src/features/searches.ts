/**
 * @module What the shopper searched for, as additions to scores: to what the query found, and, by
 * their ties to it, to the items that go with that. A query is no touch of an item. It says what is
 * wanted, not what is liked, so it is in no feature, no encoded history and no case of a fit.
 */
import type { History } from './history.ts'
import type { ItemStatistics } from './itemStatistics.ts'
import { DAY } from './profile.ts'

/**
 * Log-odds of the only item found, just after the search; of each of n a √n-th. An item that goes
 * with those found adds as much times its mean tie to them. Chosen on training shoppers' orders
 * before the limit of training: docs/EVALUATION.md, "Search".
 */
export const SEARCH_LIFT = 4
/** A wish is soon over: days after which a search counts half. */
export const SEARCH_HALF_LIFE = 7
/** Days after which it has been forgotten: a sixty-fourth of it would be left. */
const LONGEST = 6 * SEARCH_HALF_LIFE

export interface SearchLift {
  /** Above 0, in the unit of a score. */
  readonly lift: number
  /** The search that it comes from. */
  readonly query: string
  /** Whether that found the item, or only what it goes with. */
  readonly found: boolean
}

interface Asked {
  readonly found: number[]
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
    for (const [item, share] of shares(statistics, found)) {
      const lift = SEARCH_LIFT * share * decay
      if (lift >= (lifts.get(item)?.lift ?? 0))
        lifts.set(item, { lift, query, found: found.includes(item) })
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
    if (same && same.time === time) {
      if (!same.found.includes(item)) same.found.push(item)
    } else asked.set(query, { found: [item], time })
  }
  return asked
}

/** Of what one query lifts, in units of `SEARCH_LIFT`. */
function shares(
  { neighboursPerItem, neighbourItems, neighbourWeights }: ItemStatistics,
  found: readonly number[],
): ReadonlyMap<number, number> {
  const share = new Map(found.map((item) => [item, 1 / Math.sqrt(found.length)]))
  for (const item of found) {
    const end = (item + 1) * neighboursPerItem
    for (let k = item * neighboursPerItem; k < end && neighbourWeights[k] > 0; k++) {
      const other = neighbourItems[k]
      share.set(other, (share.get(other) ?? 0) + neighbourWeights[k] / found.length)
    }
  }
  return share
}
