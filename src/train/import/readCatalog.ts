/** @module A shop's product file to the engine's table `product`, and from there to items. */
import type { Item } from '../../core/catalog/item.ts'
import { parseItem } from '../../core/catalog/parseItem.ts'
import { mapColumns, type NamedColumns, type Role, requireColumn } from './columns.ts'
import { SqlEngine } from './engine.ts'
import { recogniseLayout } from './layouts.ts'
import { describeFile, type FileReport, loadRaw, usesComma } from './readLog.ts'
import { openSource, type Source } from './source.ts'

const CATALOG_ROLES: readonly Role[] = [
  'item',
  'number',
  'group',
  'kind',
  'options',
  'title',
  'price',
  'currency',
  'category',
  'brand',
  'description',
  'image',
  'available',
  'published',
  'status',
  'stock',
  'stockPolicy',
]

/**
 * Fills `product`. Of the names that a file has for a product, the one counts that the log uses
 * (table `known_item`).
 * @throws NearsideError `input-invalid`
 */
export async function loadCatalog(
  engine: SqlEngine,
  source: Source,
  named: NamedColumns,
  currency: string | null,
): Promise<FileReport> {
  const layout = recogniseLayout(source.columns)
  const columns = mapColumns(source, layout, CATALOG_ROLES, named, true)
  requireColumn(source, columns, ['item'])
  await loadRaw(engine, 'raw_catalog', source, columns, CATALOG_ROLES)
  const known = (column: string) =>
    `(SELECT count(*) FROM raw_catalog WHERE ${column} IN (SELECT item FROM known_item))`
  const { byNumber } = await engine.row(
    `SELECT ${known('number')} > ${known('item')} AS "byNumber"`,
  )
  await engine.set({
    use_number: byNumber === true,
    inherits: layout?.inherits === true,
    price_comma: await usesComma(engine, 'raw_catalog', 'price'),
    currency,
  })
  await engine.runFile('catalog')
  return describeFile(engine, 'product_verdict', source, layout, columns)
}

/** Items of `product` or `fact`, in order. */
export async function readItems(engine: SqlEngine, sql: string): Promise<Item[]> {
  return (await engine.rows(sql)).map((row) => parseItem(row))
}

/**
 * The items of a product file by itself.
 * @throws NearsideError `input-invalid`, `catalog-invalid` where no row is a product
 */
export async function readCatalogFile(path: string): Promise<Item[]> {
  return SqlEngine.use(async (engine) => {
    await engine.run('CREATE TABLE known_item (item VARCHAR)')
    await loadCatalog(engine, await openSource(engine, path), {}, null)
    return readItems(engine, PRODUCTS)
  })
}

export const PRODUCTS =
  'SELECT id, title, price, currency, category, group_id AS "groupId", brand, description, image, available FROM product ORDER BY n'
