/** @module A shop's own catalog file, from any table with an id column. */
import type { Item } from '../../core/catalog/item.ts'
import { parseItem } from '../../core/catalog/parseItem.ts'
import { NearsideError } from '../../core/error.ts'
import { mapColumns, presentColumns, type Role } from './columns.ts'
import { parseAmount } from './number.ts'
import { openTable, type TableOptions } from './table.ts'

const CATALOG_ROLES: readonly Role[] = [
  'item',
  'title',
  'price',
  'currency',
  'category',
  'brand',
  'description',
  'image',
  'available',
]

const YES = /^(true|yes|y|1|in[ _]?stock|available|published|active)$/i
const NO = /^(false|no|n|0|out[ _]?of[ _]?stock|unavailable|discontinued|draft|archived)$/i

/**
 * Reads CSV, TSV or JSON lines; a later row of an id that was there before is left out (feeds list
 * variants so), and counted.
 * @throws NearsideError `catalog-invalid` naming file, line and field
 */
export async function readCatalogFile(
  path: string,
  named: Readonly<Partial<Record<Role, string>>>,
  currency: string | undefined,
  options: TableOptions,
): Promise<{ readonly items: Item[]; readonly repeated: number }> {
  const table = await openTable(path, options)
  const columns = mapColumns(table, CATALOG_ROLES, ['item'], presentColumns(table, named))
  const items = new Map<string, Item>()
  let repeated = 0
  for await (const rows of table.rows()) {
    for (const { values, line, problem } of rows) {
      const where = `${table.name} line ${line}`
      if (problem)
        throw new NearsideError(
          'catalog-invalid',
          `${where}: has another number of fields than the header`,
        )
      const text = (role: Role) => {
        const column = columns[role]
        return column === undefined ? '' : values[column].trim()
      }
      const price = text('price') === '' ? undefined : parseAmount(text('price'))
      if (price === null)
        throw new NearsideError(
          'catalog-invalid',
          `${where}: price '${text('price')}' is not a number`,
        )
      const item = parseItem(
        {
          id: text('item'),
          title: text('title'),
          price,
          currency: price === undefined ? undefined : text('currency') || currency,
          category: text('category'),
          brand: text('brand'),
          description: text('description'),
          image: text('image'),
          available: availability(text('available'), where),
        },
        where,
      )
      if (items.has(item.id)) repeated++
      else items.set(item.id, item)
    }
  }
  return { items: [...items.values()], repeated }
}

function availability(text: string, where: string): boolean | undefined {
  if (text === '') return undefined
  if (YES.test(text)) return true
  if (NO.test(text)) return false
  throw new NearsideError(
    'catalog-invalid',
    `${where}: availability '${text}' is neither yes nor no`,
  )
}
