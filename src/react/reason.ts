/** @module A recommendation's reason, in plain words. */
import type { Item } from '../catalog/item.ts'
import type { Reason, Recommendation } from '../personalizer/api.ts'
import { ENGLISH_LISTS, type ListLabels } from './listLabels.ts'

/** One short sentence without a full stop, true to the score's largest term. */
export function reasonText(
  reason: Reason,
  itemOf: (id: string) => Item | undefined,
  labels: ListLabels = ENGLISH_LISTS,
): string {
  switch (reason.kind) {
    case 'because': {
      const title = itemOf(reason.item)?.title
      return title ? labels.because(title) : labels.becauseOfSomething
    }
    case 'bought-before':
      return labels.boughtBefore
    case 'searched':
      return reason.found ? labels.searched(reason.query) : labels.goesWithSearch(reason.query)
    case 'category':
      return labels.category(reason.category)
    case 'taste':
      return labels.taste
    case 'moment':
      return labels.moment(reason.name, reason.value)
    case 'offer':
      return labels.offer
    case 'new':
      return labels.isNew
    case 'popular':
      return labels.popular
    default:
      return reason satisfies never
  }
}

/** How far an item stands from its place in the shop's own order; null where it didn't move. */
export function movedText(
  recommendation: Recommendation,
  position: number,
  labels: ListLabels = ENGLISH_LISTS,
): string | null {
  const up = recommendation.baseRank - position
  if (!Number.isFinite(up) || up === 0) return null
  return up > 0 ? labels.higher(up) : labels.lower(-up)
}
