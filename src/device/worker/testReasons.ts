/** @module What the shopper would have done without what a reason names. */
import { sameQuery } from '../../core/catalog/words.ts'
import type { Recommendation } from '../../core/ranking/apiLists.ts'
import type { Captured } from '../messages.ts'

/** What is left of events without an item, or without those of a category. */
const withoutItems = (all: readonly Captured[], isOut: (id: string) => boolean) =>
  all.flatMap((one) => {
    const { item_id: only, items: several = [] } = one.input
    if (only !== undefined) return isOut(String(only)) ? [] : [one]
    if (several.length === 0) return [one]
    const items = several.filter(({ item_id }) => !isOut(String(item_id)))
    return items.length > 0 ? [{ ...one, input: { ...one.input, items } }] : []
  })

/** The events without what the reason names; null where it names nothing. */
export function withoutCause(
  all: readonly Captured[],
  { id, reason }: Recommendation,
  categoryOf: (id: string) => string | undefined,
): readonly Captured[] | null {
  switch (reason.kind) {
    case 'because':
      return withoutItems(all, (item) => item === reason.item)
    case 'bought-before':
      return withoutItems(all, (item) => item === id)
    case 'category':
      return withoutItems(all, (item) => categoryOf(item) === reason.category)
    case 'searched':
      return all.filter(
        ({ input: { search_term } }) =>
          search_term === undefined || sameQuery(search_term) !== sameQuery(reason.query),
      )
    case 'taste':
      return []
    default:
      return null
  }
}

/** How many places hold the item while it is there. */
export const there = ({ rank }: Recommendation, limit: number) =>
  Math.min(limit, 12 * Math.ceil(rank / 12))

/** From 1; infinite where it isn't in the list. */
export const place = (list: readonly Recommendation[], id: string) =>
  list.findIndex((one) => one.id === id) + 1 || Number.POSITIVE_INFINITY
