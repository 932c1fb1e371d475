/** @module All items of a shop in a fixed order, with constant-time lookup by id. */
import { NearsideError } from '../error.ts'
import { groupBy } from '../groupBy.ts'
import { inOneCurrency } from './currency.ts'
import type { Item } from './item.ts'
import { parseItem } from './parseItem.ts'
import { atPrice } from './sale.ts'

/**
 * Items of a shop.
 * @example
 * const catalog = Catalog.parse(await response.json())
 * catalog.get('85123A')?.title
 */
export class Catalog {
  readonly items: readonly Item[]
  /** A Map rather than an object, since an item id can be `__proto__` or `constructor`. */
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
   * @param now milliseconds since the epoch; each item gets its price at that time. If `now` is absent, items keep
   *   their usual price and their `sale`.
   * @throws NearsideError `catalog-invalid` if the value is no array, or every row is invalid
   */
  static parse(value: unknown, now?: number): Catalog {
    if (!Array.isArray(value))
      throw new NearsideError('catalog-invalid', 'catalog: is not an array of items')
    const rows = new CatalogRows(now)
    rows.add(value)
    return rows.done()
  }

  get size(): number {
    return this.items.length
  }

  get(id: string): Item | undefined {
    return this.#byId.get(id)
  }
}

/** Reads a catalog whose rows arrive in several parts, by the same rules as `Catalog.parse`. */
export class CatalogRows {
  readonly #now: number | undefined
  readonly #items = new Map<string, Item>()
  readonly #faults: string[] = []
  /** Number of rows read so far. */
  read = 0

  constructor(now?: number) {
    this.#now = now
  }

  add(rows: readonly unknown[]): void {
    for (const row of rows) {
      const where = `catalog item ${++this.read}`
      try {
        const item = parseItem(row, where)
        if (this.#items.has(item.id))
          this.#faults.push(`${where}: the id '${item.id}' was already used`)
        else this.#items.set(item.id, this.#now === undefined ? item : atPrice(item, this.#now))
      } catch (error) {
        this.#faults.push((error as NearsideError).message)
      }
    }
  }

  /** @throws NearsideError `catalog-invalid` if every row is invalid */
  done(): Catalog {
    const [first] = this.#faults
    if (this.#items.size === 0 && first) throw new NearsideError('catalog-invalid', first)
    return new Catalog(inOneCurrency([...this.#items.values()]), [...this.#faults])
  }
}

/**
 * Maps a `groupId` to the ids of its variants, available variants first. Every other id, such as a variant's, maps to
 * an empty list.
 */
export type VariantsOf = (id: string) => readonly string[]

/** Finds a product's variants by its `groupId`, since a shop's page can pass a `groupId` instead of an item's id. */
export function createVariants(items: readonly Item[]): VariantsOf {
  const variants = items.filter(({ groupId }) => groupId !== undefined)
  const availableFirst = [true, false].flatMap((isSold) =>
    variants.filter(({ available = true }) => available === isSold),
  )
  const families = groupBy(availableFirst, ({ groupId }) => groupId)
  for (const { id } of items) families.delete(id)
  return (id) => families.get(id)?.map((variant) => variant.id) ?? []
}
