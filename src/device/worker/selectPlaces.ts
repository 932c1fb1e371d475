/** @module Which of the ranked candidates make a list. Pure; candidates are numbers. */
import type { ListOptions } from '../api.ts'
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
    const counts = new Map<string, number>()
    for (const candidate of ranked) {
      if (chosen.length === places) break
      const family = familyOf(candidate)
      const count = family ? (counts.get(family) ?? 0) : 0
      if (family) counts.set(family, count + 1)
      ;(count < perFamily ? chosen : rest).push(candidate)
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
  const counts = new Map<string, number>()
  let above = 0
  const ranks = ordered.map((candidate) => {
    const family = familyOf(candidate)
    const count = family ? (counts.get(family) ?? 0) : 0
    if (family) counts.set(family, count + 1)
    if (count < perFamily) return ++above
    // Marked by a minus as a variant too many.
    return -above - 1
  })
  let last = above
  return ranks.map((rank) => (rank > 0 ? rank : above < limit ? ++last : -rank))
}
