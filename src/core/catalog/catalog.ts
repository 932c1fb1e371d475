/** @module All items of a shop in a fixed order, found by id in constant time. */
import { NearsideError } from '../error.ts'
import type { Item } from './item.ts'
import { parseItems } from './parseItem.ts'

/**
 * @example
 * const catalog = Catalog.parse(await response.json())
 * catalog.get('85123A')?.title
 */
export class Catalog implements Iterable<Item> {
  /** In row order. */
  readonly items: readonly Item[]
  /** A Map and not an object: an item may be called `__proto__` or `constructor`. */
  readonly #rows = new Map<string, number>()

  /** @throws NearsideError `catalog-invalid` when two items share an id */
  constructor(items: readonly Item[]) {
    this.items = items
    for (const [row, { id }] of items.entries()) {
      if (this.#rows.has(id))
        throw new NearsideError('catalog-invalid', `catalog: two items have the id '${id}'`)
      this.#rows.set(id, row)
    }
  }

  /** From unknown data. @throws NearsideError `catalog-invalid` */
  static parse(value: unknown, where?: string): Catalog {
    return new Catalog(parseItems(value, where))
  }

  get size(): number {
    return this.items.length
  }

  get(id: string): Item | undefined {
    const row = this.#rows.get(id)
    return row === undefined ? undefined : this.items[row]
  }

  /** Place of the item in `items`. */
  row(id: string): number | undefined {
    return this.#rows.get(id)
  }

  [Symbol.iterator](): Iterator<Item> {
    return this.items[Symbol.iterator]()
  }
}
