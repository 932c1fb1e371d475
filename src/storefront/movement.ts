/**
 * @module Computes which products move between everyone's list and this shopper's list, and the texts for these moves.
 */
import type { Recommendation } from '../index.ts'
import { words } from './words/words.ts'

/** Number of products that are compared in both lists. Products after these are only "further down". */
export const KNOWN_PLACES = 200

export interface Placed {
  readonly id: string
  /** Rank in the shop's ranking, from 1; null if the rank is beyond `KNOWN_PLACES`. */
  readonly base: number | null
  readonly personal: number | null
}

export interface Movements {
  /** First `shown` items of the shop's ranking. */
  readonly base: readonly Placed[]
  /** First `shown` items of this shopper's ranking, with reasons. */
  readonly personal: readonly (Placed & { readonly recommendation: Recommendation })[]
  /** Number of items in `personal` that are not in `base`. */
  readonly entered: number
  /** The item that rose furthest; null if no item rose. */
  readonly furthest: (Placed & { readonly recommendation: Recommendation }) | null
}

/**
 * @param base the shop's ranking, best first
 * @param personal the shopper's ranking, best first; `baseRank` is an item's rank in the shop's ranking
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

/** Text in the shopper's list that states the item's rank in the shop's list. */
export function cameFrom({ base, personal }: Placed): Move {
  if (base === null || personal === null)
    return { direction: 'up', text: words('compare.fromBelow') }
  if (base === personal) return { direction: 'same', text: words('compare.samePlace') }
  return {
    direction: base > personal ? 'up' : 'down',
    text: words('compare.from', { place: base }),
  }
}

/** Text in the shop's list that states the item's rank in the shopper's list. */
export function wentTo({ base, personal }: Placed): Move {
  if (personal === null || base === null)
    return { direction: 'down', text: words('compare.belowPlace', { place: KNOWN_PLACES }) }
  if (base === personal) return { direction: 'same', text: words('compare.samePlace') }
  return {
    direction: personal < base ? 'up' : 'down',
    text: words('compare.to', { place: personal }),
  }
}
