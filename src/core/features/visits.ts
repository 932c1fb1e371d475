/**
 * @module The interactions of a profile by item and visit, whatever was done: in a shop where people
 * mostly look, what they come back to is in their views, and time is best counted in visits.
 */
import type { Profile } from './profile.ts'

/** Interactions that the usual return tendency counts as. */
const PRIOR_INTERACTIONS = 9

export interface Visit {
  /** Visits since; 0 = the last one. */
  readonly ago: number
  /** Days before now, ≥ 0. */
  age: number
  /** Of the strongest interaction, in (0, 1]. */
  strength: number
}

interface VisitedItem {
  readonly item: number
  /** Visits that it is in, most recent first; never empty. */
  readonly own: readonly Visit[]
}

interface Visits {
  readonly items: readonly VisitedItem[]
  /** How many visits there were. */
  readonly visits: number
  /** Share of the interactions after the first visit that come back to an item, shrunk to a third. */
  readonly returnTendency: number
}

/** Items in the order in which the profile's interactions first name them. */
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
