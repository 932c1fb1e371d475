/** @module Selects the items of a list from ranked candidates: it limits variants and varies categories. */
import type { Item } from '../catalog/item.ts'
import type { GroupLimit } from '../rules/listRules.ts'
import type { ListOptions } from './apiLists.ts'
import { DEFAULT_LIMIT } from './listQuery.ts'

export interface Selection extends Pick<ListOptions, 'limit' | 'diversify'> {
  /** Maximum number of variants of one product while other items remain; default 2, without `diversify` any number. */
  readonly perFamily?: number
  /** Limits in addition to `perFamily`. */
  readonly limits?: readonly GroupLimit[]
  /** Ids of the items that the list may contain; undefined: all items. */
  readonly among?: ReadonlySet<string>
  /** Pinned items of the list, which count against the limits. */
  readonly taken?: readonly Item[]
}

const PER_FAMILY = 2

/** Number of candidates for each place of a list with varied categories. */
const POOL = 8

/**
 * @param best returns the best candidates, best first; fewer than `count` only if there are no more
 * @param itemOf returns a candidate's item; a candidate without an item is under no limit
 * @param scoreOf returns a candidate's score, for a list with varied categories
 * @returns as many candidates as `limit` (rounded down), or all if there are fewer
 */
export function selectPlaces(
  best: (count: number) => readonly number[],
  selection: Selection,
  itemOf: (candidate: number) => Item | undefined,
  scoreOf?: (candidate: number) => number,
): readonly number[] {
  const places = Math.floor(selection.limit ?? DEFAULT_LIMIT)
  for (let looked = (scoreOf ? POOL : 2) * places; ; looked *= 2) {
    const ranked = best(looked)
    const fitting: number[] = []
    const rest: number[] = []
    const fits = createFits(selection)
    for (const candidate of ranked) {
      if (fitting.length === places && !scoreOf) break
      ;(fits(itemOf(candidate)) ? fitting : rest).push(candidate)
    }
    if (fitting.length < places && ranked.length === looked) continue
    const chosen = scoreOf
      ? diversify(fitting, places, scoreOf, itemOf, selection.taken)
      : fitting.slice(0, places)
    return [...chosen, ...rest.slice(0, places - chosen.length)]
  }
}

/**
 * Rank of each candidate in the list that `selectPlaces` makes. A candidate that a limit excludes gets the rank of the
 * next candidate within the limits, or ranks behind all of these if the list has room for more.
 * @param ordered candidates, best first
 */
export function ranksInGroups(
  ordered: readonly number[],
  selection: Selection,
  itemOf: (candidate: number) => Item | undefined,
): number[] {
  const { limit = DEFAULT_LIMIT } = selection
  const fits = createFits(selection)
  let above = 0
  // A negative rank marks a candidate that a limit excludes.
  const ranks = ordered.map((candidate) => (fits(itemOf(candidate)) ? ++above : -above - 1))
  let last = above
  return ranks.map((rank) => (rank > 0 ? rank : above < limit ? ++last : -rank))
}

/** Returns a check whether the limits leave room for an item. An item that passes takes up room. */
function createFits(selection: Selection) {
  const { diversify = true, limits = [], taken = [] } = selection
  const { perFamily = diversify ? PER_FAMILY : Number.POSITIVE_INFINITY } = selection
  const all = [{ per: 'groupId', most: perFamily } as const, ...limits].map((limit) => ({
    ...limit,
    counts: new Map<string, number>(),
  }))
  const countsOf = ({ per, counts }: (typeof all)[number], item: Item) =>
    (item[per] && counts.get(item[per])) || 0
  const add = (item: Item) => {
    for (const limit of all) {
      const group = item[limit.per]
      if (group) limit.counts.set(group, countsOf(limit, item) + 1)
    }
  }
  for (const item of taken) add(item)
  // The check is called for every item of a catalog, so it allocates nothing.
  return (item: Item | undefined): boolean => {
    if (!item) return true
    for (const limit of all)
      if (item[limit.per] && countsOf(limit, item) >= limit.most) return false
    add(item)
    return true
  }
}

/** Log-odds that an item loses for each listed item of its category but the first; see docs/results/lists.md. */
const COST = 0.25
/** Maximum loss in log-odds, so that high scores decide in a long list. */
const MOST = 2.5

/**
 * Varies the categories of a list by maximal marginal relevance: each listed item lowers the worth of the other items
 * of its category.
 * @see Carbonell and Goldstein 1998, The use of MMR
 * @param ranked candidates, best first
 * @param taken pinned items of the list, which count as listed
 * @returns `count` candidates, or all if there are fewer
 */
export function diversify(
  ranked: readonly number[],
  count: number,
  scoreOf: (candidate: number) => number,
  itemOf: (candidate: number) => Item | undefined,
  taken: readonly Item[] = [],
): number[] {
  const held = new Map<string, number>()
  const add = (category = '') =>
    category !== '' && held.set(category, (held.get(category) ?? 0) + 1)
  for (const { category } of taken) add(category)
  // Places by category, the best last. Items without a category don't lower one another's worth.
  const queues = new Map<string, number[]>()
  for (let place = ranked.length - 1; place >= 0; place--) {
    const category = itemOf(ranked[place])?.category ?? ''
    const queue = queues.get(category)
    if (queue) queue.push(place)
    else queues.set(category, [place])
  }
  const chosen: number[] = []
  while (chosen.length < Math.min(count, ranked.length)) {
    let [best, most, from] = [ranked.length, Number.NEGATIVE_INFINITY, '']
    for (const [category, queue] of queues) {
      const place = queue.at(-1)
      if (place === undefined) continue
      const before = Math.max(0, (held.get(category) ?? 0) - 1)
      const worth = scoreOf(ranked[place]) - Math.min(MOST, COST * before)
      // On a tie, the candidate that ranks higher wins.
      if (worth < most || (worth === most && place > best)) continue
      ;[best, most, from] = [place, worth, category]
    }
    queues.get(from)?.pop()
    add(from)
    chosen.push(ranked[best])
  }
  return chosen
}
