/**
 * @module Changes of a shop since its catalog was published. `nearside sync` writes them as `live.json`; devices and
 * pages apply them to the catalog that they have.
 */
import type { Item } from './item.ts'

/**
 * New price, sale and stock of a product. An absent field means that the product has no such value, with two
 * exceptions: an absent `regularPrice` (usual price) or `currency` keeps the old value. A `regularPrice` of 0 removes
 * the old value.
 */
export type LiveValues = Pick<
  Item,
  'id' | 'price' | 'regularPrice' | 'currency' | 'sale' | 'available'
>

/** Changes of a catalog since it was published. */
export interface LiveChanges {
  /** Products whose price, usual price, sale or availability differs from the catalog's. */
  readonly changed: readonly LiveValues[]
  /** Ids of products that the shop no longer has. */
  readonly gone: readonly string[]
  /** Products that the catalog lacks. */
  readonly added: readonly Item[]
}

/** Content of `live.json`, which is the same for all shoppers. */
export interface LiveFile extends LiveChanges {
  /** SHA-256 of the `catalog.json` that the changes belong to. */
  readonly catalog: string
  /** SHA-256 of the text of that catalog's first products (`headOf`); files of earlier versions lack it. */
  readonly head?: string
  /** Time at which `nearside sync` wrote the file, ISO 8601; an unchanged file is written again every hour. */
  readonly time: string
  /** Minimum number of minutes between two requests of a device for this file. */
  readonly minutes: number
}

/** Applies the changes; returns the same array if `live` is null. New products have only the fields of `Item`. */
export function withLive<TItem extends Item>(
  items: readonly TItem[],
  live: LiveChanges | null,
): readonly TItem[] {
  if (!live || items.length === 0) return items
  const changed = new Map(live.changed.map((values) => [values.id, values]))
  const gone = new Set(live.gone)
  const known = new Set(items.map(({ id }) => id))
  const kept = items.flatMap((item) => {
    if (gone.has(item.id)) return []
    const values = changed.get(item.id)
    if (!values) return item
    const { price, sale, available, ...more } = values
    const { regularPrice = item.regularPrice, currency = item.currency } = more
    return { ...item, price, currency, sale, available, regularPrice: regularPrice || undefined }
  })
  const added = live.added.filter(({ id }) => !known.has(id) && known.add(id))
  return [...kept, ...(added as readonly Item[] as readonly TItem[])]
}
