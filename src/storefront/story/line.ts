/** @module The sentence above the own list: what is there because of what the shopper did. Pure. */
import type { Item, Recommendation } from '../../index.ts'
import { titleOf } from '../catalog.ts'
import { words } from '../words/words.ts'
import type { Action } from './visit.ts'

interface Shown {
  /** The list on screen, best first. */
  readonly now: readonly Recommendation[]
  /** What the list would be without what was done since it was on screen; null where that is no matter. */
  readonly without: readonly Recommendation[] | null
  /** Everyone's list, of the same length; null until it is there. */
  readonly everyones: readonly Recommendation[] | null
  /** What was done in between, the latest first. */
  readonly done: readonly Action[]
  /** False as long as the device knows nothing of the shopper. */
  readonly known: boolean
}

/** @param itemOf the shop's product for an id */
export function lineOf(
  { now, without, everyones, done, known }: Shown,
  itemOf: (id: string) => Item | undefined,
): string {
  const { invitation, entered, reordered, others, same } = words.yourList
  if (!known) return invitation
  const of = now.length
  const since = sinceOf(done, itemOf)
  if (without && since) {
    const news = countOf(now, without)
    if (news > 0) return entered(news, of, since)
    if (now.some(({ id }, place) => without[place]?.id !== id)) return reordered(of, since)
  }
  // Not by their base ranks, which pass over what is left out of the own list alone.
  if (!everyones) return ''
  const own = countOf(now, everyones)
  return own > 0 ? others(own, of) : same(of)
}

/** How many of a list are not in another. */
function countOf(list: readonly Recommendation[], other: readonly Recommendation[]): number {
  const ids = new Set(other.map(({ id }) => id))
  return list.filter(({ id }) => !ids.has(id)).length
}

function sinceOf(done: readonly Action[], itemOf: (id: string) => Item | undefined): string | null {
  const [last, ...others] = done
  if (!last) return null
  const item = itemOf(last.about)
  const about = item ? titleOf(item) : last.about
  const did = words.yourList[last.verb](about)
  if (others.length === 0) return did
  if ([last, ...others].every(({ verb }) => verb === 'view_item'))
    return words.yourList.viewed(about, others.length)
  const searches = others.filter(({ verb }) => verb === 'search').length
  return words.yourList.earlier(did, others.length - searches, searches)
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
