/** @module The sentence above the own list: what moved, and what it moved for. Pure. */
import type { Item, Recommendation } from '../../index.ts'
import { titleOf } from '../catalog.ts'
import type { Action } from './visit.ts'

export interface Shown {
  /** The list on screen, best first. */
  readonly now: readonly Recommendation[]
  /** What was on screen before; null where that is no matter. */
  readonly before: readonly Recommendation[] | null
  /** What was done in between, the latest first. */
  readonly done: readonly Action[]
  /** False as long as the device knows nothing of the shopper. */
  readonly known: boolean
}

export const INVITATION = 'Everyone sees this list. Open something you like, then come back.'
export const EVERYONES = 'Everyone’s list: what a new visitor sees. Let go to see yours.'

/** @param itemOf the shop's product for an id */
export function lineOf(
  { now, before, done, known }: Shown,
  itemOf: (id: string) => Item | undefined,
): string {
  if (!known) return INVITATION
  const top = `your top ${now.length}`
  const because = becauseOf(done, itemOf)
  if (before && because) {
    const ids = new Set(before.map(({ id }) => id))
    const entered = now.filter(({ id }) => !ids.has(id)).length
    if (entered > 0) return `${entered} of ${top} changed because you ${because}.`
    if (now.some(({ id }, place) => before[place]?.id !== id))
      return `The order of ${top} changed because you ${because}.`
  }
  const others = now.filter(({ baseRank }) => baseRank > now.length).length
  if (others > 0) return `${others} of ${top} are not in everyone’s top ${now.length}.`
  return `So far ${top} are everyone’s, too.`
}

function becauseOf(
  done: readonly Action[],
  itemOf: (id: string) => Item | undefined,
): string | null {
  const [last, ...others] = done
  if (!last) return null
  const item = itemOf(last.about)
  const title = item ? titleOf(item) : last.about
  const more = others.length > 0 ? `, and ${others.length} more` : ''
  return `${VERBED[last.verb](title)}${more}`
}

const VERBED: Readonly<Record<Action['verb'], (title: string) => string>> = {
  view_item: (title) => `viewed ${title}`,
  add_to_wishlist: (title) => `put ${title} on your wishlist`,
  add_to_cart: (title) => `put ${title} in your basket`,
  purchase: (title) => `bought ${title}`,
  search: (words) => `searched for “${words}”`,
}

/**
 * How many places an item stands higher than for everybody; null where everybody sees it, too, or where
 * nobody knows.
 * @param shown length of the list
 */
export function riseOf(
  { rank, baseRank }: Pick<Recommendation, 'rank' | 'baseRank'>,
  shown: number,
): number | null {
  return Number.isFinite(baseRank) && baseRank > shown ? baseRank - rank : null
}
