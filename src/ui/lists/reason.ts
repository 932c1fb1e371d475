/** @module A recommendation's reason in plain words. */

import type { Words } from '@nearside/browser/page/words.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import type { Reason, Recommendation } from '@nearside/core/ranking/apiLists.ts'
import type { ListKey } from '../messages/lists.ts'

/**
 * One short sentence without a full stop.
 * @param of id of the explained item: its own events are described directly, not as "because"
 */
export function reasonText(
  words: Words<ListKey>,
  reason: Reason,
  itemOf: (id: string) => Item | undefined,
  of?: string,
): string {
  const item = 'item' in reason ? reason.item : undefined
  const title = item === undefined ? '' : (itemOf(item)?.title ?? words('something'))
  switch (reason.kind) {
    case 'because':
      return words(`${reason.item === of ? 'did' : 'because'}.${reason.signal}`, { title })
    case 'similar':
      return words('similarTo', { title })
    case 'bought-together':
      return words('boughtWith', { title })
    case 'searched':
      return words('searched', { query: reason.query })
    case 'category':
      return words('category', { category: reason.category })
    case 'context':
      return words('context', { name: reason.name, value: reason.value })
    default:
      return words(reason.kind)
  }
}

/** Number of places that the device moved an item from the shop's own order; null where it didn't move. */
export function movedText(
  words: Words<'higher' | 'lower'>,
  { baseRank, rank }: Pick<Recommendation, 'baseRank' | 'rank'>,
): string | null {
  const up = baseRank - rank
  if (up > 0) return words('higher', { n: up })
  return up < 0 ? words('lower', { n: -up }) : null
}
