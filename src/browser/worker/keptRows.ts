/**
 * @module Stores on disk the shopper's products of a large catalog's tail (products loaded when needed). Otherwise a
 * returning device would request their files (shards), and so tell the server what its shopper had looked at.
 */
import { Catalog } from '@nearside/core/catalog/catalog.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { areRowsOf, pickRows, type TailRows } from '@nearside/core/model/tail.ts'

export interface Shard {
  readonly rows: TailRows
  /** This shard's products, as in the catalog. */
  readonly items: readonly Item[]
}

export type Shards = ReadonlyMap<number, Shard>

interface Kept {
  /** SHA-256 of the tail to which the rows belong, from the model's manifest. */
  readonly sha256: string
  readonly shards: readonly (readonly [number: number, shard: Shard])[]
}

/**
 * Reads the parts of the tail (shards) in a stored record; none if the record is damaged or belongs to another model's
 * tail.
 */
export function readKept(value: unknown, head: BaseModel): Shards {
  const shards = new Map<number, Shard>()
  try {
    const kept = value as Kept
    if (kept.sha256 === head.manifest.tail?.sha256)
      for (const [number, { rows, items }] of kept.shards)
        if (Number.isInteger(number) && areRowsOf(head, rows))
          shards.set(number, { rows, items: Catalog.parse(items).items })
  } catch {
    return new Map()
  }
  return shards
}

/** Record for the disk. It marks products as unavailable, since prices and stock could change before it is read. */
export const keptOf = (head: BaseModel, shards: Shards): Kept => ({
  sha256: head.manifest.tail?.sha256 ?? '',
  shards: [...shards].map(([number, { rows, items }]) => [
    number,
    { rows, items: items.map(asUnavailable) },
  ]),
})

const asUnavailable = ({ id, title, category, groupId }: Item): Item => ({
  ...{ id, title, category, groupId },
  available: false,
})

/** Reduces parts of the tail (shards) to the given items, and leaves out parts without any of them. */
export function pickItems(shards: Shards, ids: ReadonlySet<string>): Shards {
  const picked = new Map<number, Shard>()
  for (const [number, { rows, items }] of shards) {
    const chosen = [...rows.itemIds.keys()].filter((row) => ids.has(rows.itemIds[row]))
    if (chosen.length > 0)
      picked.set(number, {
        rows: pickRows(rows, chosen),
        items: items.filter(({ id }) => ids.has(id)),
      })
  }
  return picked
}
