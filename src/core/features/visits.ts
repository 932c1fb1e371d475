/**
 * @module Groups the interactions of a profile by item and visit. In a shop where people mostly look, views
 * show the items that they come back to, and visits measure time best.
 */
import type { Profile } from './profile.ts'

/** Weight of the prior return tendency, in interactions. */
const PRIOR_INTERACTIONS = 9

export interface Visit {
  /** Number of visits since this one; 0 = the last visit. */
  readonly ago: number
  /** Age in days, ≥ 0. */
  age: number
  /** Strength of the strongest interaction, in (0, 1]. */
  strength: number
}

interface VisitedItem {
  readonly item: number
  /** Visits with this item, most recent first; never empty. */
  readonly own: readonly Visit[]
}

interface Visits {
  readonly items: readonly VisitedItem[]
  /** Number of visits. */
  readonly visits: number
  /** Share of the interactions after the first visit that return to an item, shrunk to a third. */
  readonly returnTendency: number
}

/** Items in the order in which the profile's interactions first mention them. */
export function visitsOf({ interactions }: Pick<Profile, 'interactions'>): Visits {
  const place = new Map<string, number>()
  const byItem = new Map<number, Visit[]>()
  for (const { item, session, age, strength } of interactions) {
    let ago = place.get(session)
    if (ago === undefined) {
      ago = place.size
      place.set(session, ago)
    }
    const own = byItem.get(item)
    const same = own?.find((visit) => visit.ago === ago)
    if (same) {
      same.strength = Math.max(same.strength, strength)
      same.age = Math.min(same.age, age)
    } else if (own) own.push({ ago, age, strength })
    else byItem.set(item, [{ ago, age, strength }])
  }
  const oldest = place.size - 1
  let all = 0
  let inFirst = 0
  for (const own of byItem.values()) {
    all += own.length
    if (own.some(({ ago }) => ago === oldest)) inFirst++
  }
  return {
    items: [...byItem].map(([item, own]) => ({ item, own: own.sort((a, b) => a.ago - b.ago) })),
    visits: place.size,
    returnTendency:
      (all - byItem.size + PRIOR_INTERACTIONS / 3) / (all - inFirst + PRIOR_INTERACTIONS),
  }
}
