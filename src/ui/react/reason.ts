/** @module A recommendation's reason in plain words. */
import type { Item } from '@nearside/core/catalog/item.ts'
import type { Reason, Recommendation } from '@nearside/core/ranking/apiLists.ts'
import { ENGLISH_LISTS, type ListLabels } from './listLabels.ts'

/**
 * One short sentence without a full stop.
 * @param of id of the explained item: its own events are described directly, not as "because"
 */
export function reasonText(
  reason: Reason,
  itemOf: (id: string) => Item | undefined,
  labels: ListLabels = ENGLISH_LISTS,
  of?: string,
): string {
  const item = 'item' in reason ? reason.item : undefined
  const title = item === undefined ? '' : (itemOf(item)?.title ?? labels.something)
  switch (reason.kind) {
    case 'because':
      return (reason.item === of ? labels.did : labels.because)(title, reason.signal)
    case 'similar':
      return labels.similarTo(title)
    case 'bought-together':
      return labels.boughtWith(title)
    case 'searched':
      return labels.searched(reason.query)
    case 'category':
      return labels.category(reason.category)
    case 'context':
      return labels.context(reason.name, reason.value)
    default:
      return labels[reason.kind]
  }
}

/** Number of places that the device moved an item from the shop's own order; null where it didn't move. */
export function movedText(
  { baseRank, rank }: Pick<Recommendation, 'baseRank' | 'rank'>,
  labels: ListLabels = ENGLISH_LISTS,
): string | null {
  const up = baseRank - rank
  if (up > 0) return labels.higher(up)
  return up < 0 ? labels.lower(-up) : null
}
