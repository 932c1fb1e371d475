/** @module What moved between everybody's list and this shopper's, and how to say it. */
import type { Recommendation } from '../index.ts'
import { words } from './words/words.ts'

/** How far down both lists are known; what stands lower is only "further down". */
export const KNOWN_PLACES = 200

export interface Placed {
  readonly id: string
  /** 1-based; null: below `KNOWN_PLACES`. */
  readonly base: number | null
  readonly personal: number | null
}

export interface Movements {
  /** The shop's first `shown`, in its order. */
  readonly base: readonly Placed[]
  /** This shopper's first `shown`, with why. */
  readonly personal: readonly (Placed & { readonly recommendation: Recommendation })[]
  /** Of the shopper's first `shown`, those that the shop's first `shown` lack. */
  readonly entered: number
  /** The one that rose furthest; null where nothing rose. */
  readonly furthest: (Placed & { readonly recommendation: Recommendation }) | null
}

/**
 * @param base the shop's order, best first
 * @param personal the shopper's order, best first; its `baseRank` says where an item came from
 */
export function movementsOf(
  base: readonly Recommendation[],
  personal: readonly Recommendation[],
  shown: number,
): Movements {
  const personalPlace = new Map(personal.map(({ id }, index) => [id, index + 1]))
  const basePlace = new Map(base.map(({ id }, index) => [id, index + 1]))
  const mine = personal.slice(0, shown).map((recommendation, index) => ({
    id: recommendation.id,
    personal: index + 1,
    base: basePlace.get(recommendation.id) ?? known(recommendation.baseRank),
    recommendation,
  }))
  const rise = (entry: (typeof mine)[number]) => entry.recommendation.baseRank - entry.personal
  const highest = mine.reduce<(typeof mine)[number] | null>(
    (best, entry) => (rise(entry) > (best ? rise(best) : 0) ? entry : best),
    null,
  )
  return {
    base: base.slice(0, shown).map(({ id }, index) => ({
      id,
      base: index + 1,
      personal: personalPlace.get(id) ?? null,
    })),
    personal: mine,
    entered: mine.filter((entry) => entry.base === null || entry.base > shown).length,
    furthest: highest,
  }
}

const known = (rank: number): number | null => (Number.isFinite(rank) ? rank : null)

export interface Move {
  readonly direction: 'up' | 'down' | 'same'
  readonly text: string
}

/** For the shopper's list: where the item came from. */
export function cameFrom({ base, personal }: Placed): Move {
  if (base === null || personal === null) return { direction: 'up', text: words.compare.fromBelow }
  if (base === personal) return { direction: 'same', text: words.compare.samePlace }
  return {
    direction: base > personal ? 'up' : 'down',
    text: words.compare.from(base),
  }
}

/** For the shop's list: where the item went. */
export function wentTo({ base, personal }: Placed): Move {
  if (personal === null || base === null)
    return { direction: 'down', text: words.compare.belowPlace(KNOWN_PLACES) }
  if (base === personal) return { direction: 'same', text: words.compare.samePlace }
  return {
    direction: personal < base ? 'up' : 'down',
    text: words.compare.to(personal),
  }
}
