/** @module Variants of a product, because a shop's page may name the product by an id that no variant has. */
import type { Item } from './item.ts'

/**
 * Maps a `groupId` to the ids of its variants, available variants first; empty for an item's own id or an unknown id.
 */
export type VariantsOf = (id: string) => readonly string[]

export function createVariants(items: readonly Item[]): VariantsOf {
  const families = new Map<string, string[]>()
  const add = ({ id, groupId }: Item) => {
    if (groupId === undefined) return
    const known = families.get(groupId)
    if (known) known.push(id)
    else families.set(groupId, [id])
  }
  for (const item of items) if (item.available !== false) add(item)
  for (const item of items) if (item.available === false) add(item)
  for (const { id } of items) families.delete(id)
  return (id) => families.get(id) ?? []
}
