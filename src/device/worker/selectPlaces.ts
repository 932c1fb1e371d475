/** @module Which of the ranked candidates make a list. Pure; candidates are numbers. */
import type { ListOptions } from '../apiLists.ts'
import { DEFAULT_LIMIT } from '../catalogOrder.ts'

/** Variants of one product that a list shows before anything else has its turn. */
const PER_FAMILY = 2

/**
 * @param best the so many best candidates, best first; fewer only where there are no more
 * @param familyOf undefined: of no family
 * @returns `limit` candidates, rounded down, or all
 */
export function selectPlaces(
  best: (count: number) => readonly number[],
  { limit = DEFAULT_LIMIT, perFamily = PER_FAMILY }: ListOptions,
  familyOf: (candidate: number) => string | undefined,
): number[] {
  const places = Math.floor(limit)
  for (let looked = 2 * places; ; looked *= 2) {
    const ranked = best(looked)
    const chosen: number[] = []
    const rest: number[] = []
    const fits = createFits(familyOf, perFamily)
    for (const candidate of ranked) {
      if (chosen.length === places) break
      ;(fits(candidate) ? chosen : rest).push(candidate)
    }
    if (chosen.length < places && ranked.length === looked) continue
    return [...chosen, ...rest.slice(0, places - chosen.length)]
  }
}

/**
 * The place of each in such a list: a variant too many stands no higher than what comes after it, and
 * behind all others where the list has room for them.
 * @param ordered candidates, best first
 */
export function ranksInFamilies(
  ordered: readonly number[],
  { limit = DEFAULT_LIMIT, perFamily = PER_FAMILY }: ListOptions,
  familyOf: (candidate: number) => string | undefined,
): number[] {
  const fits = createFits(familyOf, perFamily)
  let above = 0
  // A minus marks a variant too many.
  const ranks = ordered.map((candidate) => (fits(candidate) ? ++above : -above - 1))
  let last = above
  return ranks.map((rank) => (rank > 0 ? rank : above < limit ? ++last : -rank))
}

/** Whether one more of its family has a place; to be asked once for each, in order. */
function createFits(familyOf: (candidate: number) => string | undefined, perFamily: number) {
  const counts = new Map<string, number>()
  return (candidate: number): boolean => {
    const family = familyOf(candidate)
    if (!family) return true
    const count = counts.get(family) ?? 0
    counts.set(family, count + 1)
    return count < perFamily
  }
}
