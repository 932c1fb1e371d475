/** @module Finds items by id. It reads the products only as far as needed. */
import type { Item } from '@nearside/core/catalog/item.ts'

/**
 * Function that finds an item by its id; of several, the first. Best sellers come first in a published catalog, so
 * that the first lists read few of many thousand products, which takes a slow phone no time.
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
