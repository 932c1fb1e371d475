/** @module Computes counterfactual histories of a shopper, without the events that a reason names. */
import { sameQuery } from '@nearside/core/catalog/words.ts'
import type { Recommendation } from '@nearside/core/ranking/apiLists.ts'
import type { Captured } from '../messages.ts'

/** Events from which an item, or the items of a category, are removed. */
const withoutItems = (all: readonly Captured[], isOut: (id: string) => boolean) =>
  all.flatMap((one) => {
    const { item_id: only, items: several = [] } = one.input
    if (only !== undefined) return isOut(String(only)) ? [] : [one]
    if (several.length === 0) return [one]
    const items = several.filter(({ item_id }) => !isOut(String(item_id)))
    return items.length > 0 ? [{ ...one, input: { ...one.input, items } }] : []
  })

/** Events without the events that the reason names; null for a reason that names no event. */
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

/** Rank of the last item on the item's screen (a list has screens of 12 items); at most `limit`. */
export const there = ({ rank }: Recommendation, limit: number) =>
  Math.min(limit, 12 * Math.ceil(rank / 12))

/** Rank of an item, from 1; infinite if the list lacks it. */
export const place = (list: readonly Recommendation[], id: string) =>
  list.findIndex((one) => one.id === id) + 1 || Number.POSITIVE_INFINITY
