/** @module Items of a shop in a fixed order, with lookup by id. */
import { NearsideError } from '../error.ts'
import { groupBy } from '../groupBy.ts'
import { inOneCurrency } from './currency.ts'
import type { Item } from './item.ts'
import { parseItem } from './parseItem.ts'
import { atPrices } from './sale.ts'

export class Catalog {
  readonly items: readonly Item[]
  readonly #byId = new Map<string, Item>()
  /** Fault of each row that `parse` skipped. */
  readonly faults: readonly string[]

  /** @throws NearsideError `catalog-invalid` when two items share an id */
  constructor(items: readonly Item[], faults: readonly string[] = []) {
    this.items = items
    this.faults = faults
    for (const item of items) {
      if (this.#byId.has(item.id))
        throw new NearsideError('catalog-invalid', `catalog: two items have the id '${item.id}'`)
      this.#byId.set(item.id, item)
    }
  }

  /**
   * Reads a catalog from unknown data. Invalid rows and repeated ids are skipped, so that one bad row doesn't cost the
   * whole catalog. A price is left out if its currency differs from that of most items.
   * @param now milliseconds since the epoch; each item gets its price at that time. Without it, sales don't apply.
   * @throws NearsideError `catalog-invalid` if the value is no array, or every row is invalid
   */
  static parse(value: unknown, now?: number): Catalog {
    if (!Array.isArray(value))
      throw new NearsideError('catalog-invalid', 'catalog: is not an array of items')
    const rows = new CatalogRows()
    rows.add(value)
    return rows.done(now)
  }

  get size(): number {
    return this.items.length
  }

  get(id: string): Item | undefined {
    return this.#byId.get(id)
  }
}

/** `Catalog.parse` for rows that arrive in several parts. */
export class CatalogRows {
  readonly #items = new Map<string, Item>()
  readonly #faults: string[] = []
  /** Number of rows read so far. */
  read = 0

  add(rows: readonly unknown[]): void {
    for (const row of rows) {
      const where = `catalog item ${++this.read}`
      try {
        const item = parseItem(row, where)
        if (this.#items.has(item.id))
          this.#faults.push(`${where}: the id '${item.id}' was already used`)
        else this.#items.set(item.id, item)
      } catch (error) {
        this.#faults.push((error as NearsideError).message)
      }
    }
  }

  /** @throws NearsideError `catalog-invalid` if every row is invalid */
  done(now?: number): Catalog {
    const [first] = this.#faults
    if (this.#items.size === 0 && first) throw new NearsideError('catalog-invalid', first)
    const items = [...this.#items.values()]
    const priced = now === undefined ? items : atPrices(items, now)
    return new Catalog(inOneCurrency(priced), [...this.#faults])
  }
}

/** Maps a `groupId` to the ids of its variants, available variants first; any other id to an empty list. */
export type VariantsOf = (id: string) => readonly string[]

/** Finds variants by `groupId`, because a shop's page can pass a `groupId` instead of an item's id. */
export function createVariants(items: readonly Item[]): VariantsOf {
  const variants = items.filter(({ groupId }) => groupId !== undefined)
  const availableFirst = [true, false].flatMap((isSold) =>
    variants.filter(({ available = true }) => available === isSold),
  )
  const families = groupBy(availableFirst, ({ groupId }) => groupId)
  for (const { id } of items) families.delete(id)
  return (id) => families.get(id)?.map((variant) => variant.id) ?? []
}
