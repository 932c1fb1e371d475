/** @module All items of a shop in a fixed order, found by id in constant time. */
import { NearsideError } from '../error.ts'
import type { Item } from './item.ts'
import { parseItem } from './parseItem.ts'

/**
 * @example
 * const catalog = Catalog.parse(await response.json())
 * catalog.get('85123A')?.title
 */
export class Catalog {
  /** In row order. */
  readonly items: readonly Item[]
  /** A Map and not an object: an item may be called `__proto__` or `constructor`. */
  readonly #byId = new Map<string, Item>()

  /** What was wrong with each row that `parse` left out. */
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
   * From unknown data. A row that can't be used, or repeats an id, is left out: it costs one product its
   * place, not all of them theirs.
   * @throws NearsideError `catalog-invalid` for what is no array, or where no row can be used
   */
  static parse(value: unknown): Catalog {
    if (!Array.isArray(value))
      throw new NearsideError('catalog-invalid', 'catalog: is not an array of items')
    const items = new Map<string, Item>()
    const faults: string[] = []
    value.forEach((row, index) => {
      const where = `catalog item ${index + 1}`
      try {
        const item = parseItem(row, where)
        if (items.has(item.id)) faults.push(`${where}: the id '${item.id}' was already used`)
        else items.set(item.id, item)
      } catch (error) {
        faults.push((error as NearsideError).message)
      }
    })
    if (items.size === 0 && faults.length > 0) throw new NearsideError('catalog-invalid', faults[0])
    return new Catalog([...items.values()], faults)
  }

  get size(): number {
    return this.items.length
  }

  get(id: string): Item | undefined {
    return this.#byId.get(id)
  }
}
