/** @module A recommendation's reason, in plain words. */
import type { Item } from '../catalog/item.ts'
import type { Reason, Recommendation } from '../personalizer/api.ts'

/** One short sentence without a full stop, true to the score's largest term. */
export function reasonText(reason: Reason, itemOf: (id: string) => Item | undefined): string {
  switch (reason.kind) {
    case 'because': {
      const title = itemOf(reason.item)?.title
      return title ? `Because you looked at ${title}` : 'Because of something you looked at'
    }
    case 'bought-before':
      return 'You bought this before'
    case 'category':
      return `You often look at ${reason.category}`
    case 'taste':
      return 'Close to what you like lately'
    case 'popular':
      return 'Popular with all shoppers'
    default:
      return reason satisfies never
  }
}

/** How far an item stands from its place in the shop's own order; null where it didn't move. */
export function movedText(recommendation: Recommendation, position: number): string | null {
  const up = recommendation.baseRank - position
  if (!Number.isFinite(up) || up === 0) return null
  const places = Math.abs(up) === 1 ? 'place' : 'places'
  return `${Math.abs(up)} ${places} ${up > 0 ? 'higher' : 'lower'} than in the shop’s order`
}
