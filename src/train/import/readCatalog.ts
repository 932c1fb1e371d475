/** @module A shop's product file to the engine's table `product`, and from there to items. */
import type { Item } from '../../core/catalog/item.ts'
import { parseItem } from '../../core/catalog/parseItem.ts'
import { mapColumns, type NamedColumns, normalName, type Role, requireColumn } from './columns.ts'
import { SqlEngine } from './engine.ts'
import { recogniseLayout } from './layouts.ts'
import {
  type DateOrder,
  dateOrders,
  describeFile,
  type FileReport,
  loadRaw,
  usesComma,
} from './readLog.ts'
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
  'url',
  'available',
  'published',
  'added',
  'status',
  'stock',
  'stockPolicy',
  'visibility',
  'sale',
  'saleStarts',
  'saleEnds',
  'saleDates',
]

interface ProductOptions {
  /** Of prices that name none. */
  readonly currency: string | null
  readonly dateOrder?: DateOrder
  /** Milliseconds since the epoch: a sale price counts where its sale runs then. */
  readonly now: number
}

/**
 * Fills `product`. Of the names that a file has for a product, the one counts that the log uses
 * (table `known_item`).
 * @throws NearsideError `input-invalid`
 */
export async function loadCatalog(
  engine: SqlEngine,
  source: Source,
  named: NamedColumns,
  { currency, dateOrder, now }: ProductOptions,
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
  const orders = await dateOrders(engine, 'raw_catalog', 'added')
  await engine.set({
    // Where days and months can't be told apart, a product has no date.
    date_order: dateOrder ?? (orders.length === 1 ? orders[0] : null),
    use_number: byNumber === true,
    inherits: layout?.inherits === true,
    google_category:
      columns.category?.some((name) => normalName(name).endsWith('googleproductcategory')) ?? false,
    price_comma: await usesComma(engine, 'raw_catalog', 'price'),
    currency,
    now,
  })
  await engine.runFile('catalog')
  const report = await describeFile(engine, 'product_verdict', source, layout, columns)
  const { undated } = await engine.row(`SELECT count(*)::DOUBLE AS undated
    FROM product_verdict WHERE reason IS NULL AND added_text <> '' AND added IS NULL`)
  return { ...report, undated: Number(undated) }
}

/** Items of `product` or `fact`, in order. */
export async function readItems(engine: SqlEngine, sql: string): Promise<Item[]> {
  return (await engine.rows(sql)).map((row) => parseItem(row))
}

/**
 * The items of a product file by itself.
 * @param now milliseconds since the epoch
 * @throws NearsideError `input-invalid`, `catalog-invalid` where no row is a product
 */
export async function readCatalogFile(path: string, now: number): Promise<Item[]> {
  return SqlEngine.use(async (engine) => {
    await engine.run('CREATE TABLE known_item (item VARCHAR)')
    await loadCatalog(engine, await openSource(engine, path), {}, { currency: null, now })
    return readItems(engine, PRODUCTS)
  })
}

export const PRODUCTS =
  'SELECT id, title, price, currency, category, group_id AS "groupId", brand, description, image, url, available, added FROM product ORDER BY n'
