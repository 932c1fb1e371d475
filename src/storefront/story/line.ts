/** @module Writes the sentence above the shopper's list, e.g. "2 of these 12 are new since you looked at Tea Cosy." */
import type { Item, Recommendation } from '../../index.ts'
import { titleOf } from '../catalog.ts'
import { words } from '../words/words.ts'
import type { Action } from './visit.ts'

interface Shown {
  /** The list on screen, best first. */
  readonly now: readonly Recommendation[]
  /** The list as it would be without the actions in `done`; null if the sentence doesn't need that list. */
  readonly without: readonly Recommendation[] | null
  /** Everyone's list, of the same length; null until it has loaded. */
  readonly everyones: readonly Recommendation[] | null
  /** Actions since the shopper last saw the list, latest first. */
  readonly done: readonly Action[]
  /** Whether the device knows anything about the shopper. */
  readonly known: boolean
}

export function lineOf(
  { now, without, everyones, done, known }: Shown,
  itemOf: (id: string) => Item | undefined,
): string {
  if (!known) return words('yourList.invitation')
  const of = now.length
  const since = sinceOf(done, itemOf)
  if (without && since) {
    const news = countOf(now, without)
    if (news > 0) return words('yourList.entered', { n: news, of, since })
    if (now.some(({ id }, place) => without[place]?.id !== id))
      return words('yourList.reordered', { since })
  }
  // Compares the lists, because `baseRank` doesn't count items that the shopper's list leaves out.
  if (!everyones) return ''
  const own = countOf(now, everyones)
  return own > 0 ? words('yourList.others', { n: own, of }) : words('yourList.same', { of })
}

/** Number of a list's items that are not in another list. */
function countOf(list: readonly Recommendation[], other: readonly Recommendation[]): number {
  const ids = new Set(other.map(({ id }) => id))
  return list.filter(({ id }) => !ids.has(id)).length
}

function sinceOf(done: readonly Action[], itemOf: (id: string) => Item | undefined): string | null {
  const [last, ...others] = done
  if (!last) return null
  const item = itemOf(last.about)
  const about = item ? titleOf(item) : last.about
  const did = words(`yourList.${last.verb}`, { title: about })
  if (others.length === 0) return did
  if ([last, ...others].every(({ verb }) => verb === 'view_item'))
    return words('yourList.viewed', { title: about, n: others.length })
  const searched = others.filter(({ verb }) => verb === 'search').length
  const searches = words('yourList.otherSearches', { n: searched })
  const products = words('yourList.otherProducts', { n: others.length - searched })
  if (searched === 0) return words('yourList.after', { did, others: products })
  if (searched === others.length) return words('yourList.after', { did, others: searches })
  return words('yourList.afterBoth', { did, products, searches })
}

/**
 * Number of positions by which an item is higher than in everyone's ranking. Null if everyone's list shows the item,
 * too, or if the item's rank in everyone's ranking is unknown.
 * @param shown length of the list
 */
export function riseOf(
  { rank, baseRank }: Pick<Recommendation, 'rank' | 'baseRank'>,
  shown: number,
): number | null {
  return Number.isFinite(baseRank) && baseRank > shown ? baseRank - rank : null
}
