/** @module Which of the ranked candidates make a list. Pure; candidates are numbers. */
import type { Item } from '../catalog/item.ts'
import type { GroupLimit } from '../rules/listRules.ts'
import type { ListOptions } from './apiLists.ts'
import { diversify } from './diversify.ts'
import { DEFAULT_LIMIT } from './listLimit.ts'

export interface Selection extends Pick<ListOptions, 'limit' | 'perFamily'> {
  /** Beside `perFamily`. */
  readonly limits?: readonly GroupLimit[]
  /** Ids of all that it may hold; absent: any. */
  readonly among?: ReadonlySet<string>
  /** What stands in the list besides, and counts. */
  readonly taken?: readonly Item[]
}

/** Variants of one product that a list shows before anything else has its turn. */
const PER_FAMILY = 2

/** Candidates for each place of a list that is not to be all of one subject. */
const POOL = 8

/**
 * @param best the so many best candidates, best first; fewer only where there are no more
 * @param itemOf undefined: of no group
 * @param scoreOf of a list that is not to be all of one subject
 * @returns `limit` candidates, rounded down, or all
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
 * The place of each in such a list: a variant too many stands no higher than what comes after it, and
 * behind all others where the list has room for them.
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
  // A minus marks a variant too many.
  const ranks = ordered.map((candidate) => (fits(itemOf(candidate)) ? ++above : -above - 1))
  let last = above
  return ranks.map((rank) => (rank > 0 ? rank : above < limit ? ++last : -rank))
}

/** Whether there is room for one more of its groups; to be asked once for each, in order. */
function createFits({ perFamily = PER_FAMILY, limits = [], taken = [] }: Selection) {
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
  // Asked of every item of a catalog: nothing is made on the way.
  return (item: Item | undefined): boolean => {
    if (!item) return true
    for (const limit of all)
      if (item[limit.per] && countsOf(limit, item) >= limit.most) return false
    add(item)
    return true
  }
}
