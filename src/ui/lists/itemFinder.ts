/** @module Finds items by id. The finder reads the products only until the item is found. */
import type { Item } from '@nearside/core/catalog/item.ts'

/**
 * Function that finds an item by its id; if several items have the id, it finds the first. In a published catalog best
 * sellers come first, so the first lists read only a few of many thousand products, which is fast even on a slow phone.
 */
export function createItemFinder<TItem extends Item>(
  items: readonly TItem[],
): (id: string) => TItem | undefined {
  const known = new Map<string, TItem>()
  let read = 0
  return (id) => {
    while (read < items.length && !known.has(id)) {
      const item = items[read++]
      if (!known.has(item.id)) known.set(item.id, item)
    }
    return known.get(id)
  }
}
