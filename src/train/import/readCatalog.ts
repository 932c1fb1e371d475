/** @module Loads a shop's product file into the engine's table `product`, and makes items of it. */
import type { Item } from '@nearside/core/catalog/item.ts'
import { parseItem } from '@nearside/core/catalog/parseItem.ts'
import { isRecord } from '@nearside/core/isRecord.ts'
import { type PicturedItem, readPictureVector } from '../shop/pictureVectors.ts'
import {
  mapColumns,
  type NamedColumns,
  normalName,
  type Role,
  requireColumn,
  rolesIn,
} from './columns.ts'
import { quote, SqlEngine } from './engine.ts'
import { recogniseLayout } from './layouts.ts'
import {
  countLost,
  type DateOrder,
  dateOrders,
  describeFile,
  type FileReport,
  loadRaw,
  usesComma,
} from './readLog.ts'
import { openSource, type Source } from './source.ts'

const CATALOG_ROLES = rolesIn(
  'item number group kind options title price regularPrice currency category brand description image url available published rating reviews badge added status stock stockPolicy visibility sale saleStarts saleEnds saleDates pictureVector',
)

interface ProductOptions {
  /** Currency of prices that name no currency. */
  readonly currency: string | null
  readonly dateOrder?: DateOrder
  /** Whether a log has the column that `--columns` names for a role. */
  readonly isInLog?: (role: Role) => boolean
  /** Time at which a sale must run for its price to count, milliseconds since the epoch. */
  readonly now: number
}

/**
 * Fills the table `product`. If products have an id and a number, the one that more rows of `known_item` use is the id.
 * @throws NearsideError `input-invalid`
 */
export async function loadCatalog(
  engine: SqlEngine,
  source: Source,
  named: NamedColumns,
  { currency, dateOrder, isInLog = () => false, now }: ProductOptions,
): Promise<FileReport> {
  const layout = recogniseLayout(source.columns)
  const columns = mapColumns(source, layout, CATALOG_ROLES, named, isInLog)
  requireColumn(source, columns, ['item'])
  await loadRaw(engine, 'raw_catalog', source, columns, CATALOG_ROLES)
  const known = (column: string) =>
    `(SELECT count(*) FROM raw_catalog WHERE ${column} IN (SELECT item FROM known_item))`
  const { byNumber } = await engine.row(
    `SELECT ${known('number')} > ${known('item')} AS "byNumber"`,
  )
  const orders = await dateOrders(engine, 'raw_catalog', 'added')
  await engine.set({
    // If day and month can't be told apart, the products get no date.
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
  const main = await mainCurrency(engine, 'product')
  const isOther = main === null ? 'false' : `currency <> ${quote(main)}`
  await engine.run(
    `UPDATE product SET price = NULL, sale = NULL, regular_price = NULL WHERE ${isOther}`,
  )
  const report = await describeFile(engine, 'product_verdict', source, layout, columns)
  return {
    ...report,
    lost: await countLost(engine, 'product_verdict', {
      'bad price': `price_text <> '' AND price IS NULL AND sale IS NULL`,
      [`price in another currency than ${main}`]: `(price IS NOT NULL OR sale IS NOT NULL) AND ${isOther}`,
      'bad rating': `rating_text NOT IN ('', '0') AND rating IS NULL AND coalesce(amount(reviews_text), 1) <> 0`,
      'bad date of arrival': `added_text <> '' AND added IS NULL`,
    }),
  }
}

/** Currency of most rows of a table; null if no row names one. */
export async function mainCurrency(
  engine: SqlEngine,
  table: 'event' | 'product',
): Promise<string | null> {
  const [row] = await engine.rows(`SELECT currency FROM ${table} WHERE currency IS NOT NULL
    GROUP BY currency ORDER BY count(*) DESC, currency LIMIT 1`)
  return row ? String(row.currency) : null
}

/** Items that the query `sql` selects from the table `product` or `fact`, in the query's sequence. */
export async function readItems(engine: SqlEngine, sql: string): Promise<Item[]> {
  return (await engine.rows(sql)).map(({ sale, ...row }) =>
    parseItem({ ...row, sale: isRecord(sale) ? withoutNulls(sale) : null }),
  )
}

const withoutNulls = (fields: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null))

interface Given {
  readonly columns?: NamedColumns
  /** Currency of prices that name no currency. */
  readonly currency?: string | null
  /** Time zone of times that name none; default UTC. */
  readonly timeZone?: string
  /** Item ids in use, see `loadCatalog`. */
  readonly known?: readonly string[]
  readonly withPictures?: boolean
}

/**
 * Reads a product file alone, without a log.
 * @returns the file's items, and whether it has a column of regular (undiscounted) prices
 * @throws NearsideError `input-invalid`, `catalog-invalid` if no row is a product
 */
export async function readProductFile(
  path: string,
  now: number,
  { columns = {}, currency = null, known = [], timeZone = 'UTC', withPictures = false }: Given = {},
): Promise<{ readonly items: Item[]; readonly hasRegularPrices: boolean }> {
  return SqlEngine.use(async (engine) => {
    await engine.setZone(timeZone)
    const ids = known.map(quote).join(', ')
    await engine.run(`CREATE TABLE known_item AS SELECT unnest([${ids}]::VARCHAR[]) AS item`)
    const source = await openSource(engine, path)
    const report = await loadCatalog(engine, source, columns, { currency, now })
    const hasRegularPrices = 'regularPrice' in report.columns || 'sale' in report.columns
    const items = await readItems(engine, PRODUCTS)
    return {
      items: withPictures ? await addPictures(engine, source.name, items) : items,
      hasRegularPrices,
    }
  })
}

export const readCatalogFile = async (path: string, now: number): Promise<PicturedItem[]> =>
  (await readProductFile(path, now, { withPictures: true })).items

/**
 * Adds the picture vectors of the loaded product file to its items.
 * @throws NearsideError `catalog-invalid`, naming file and line
 */
export async function addPictures(
  engine: SqlEngine,
  file: string,
  items: readonly Item[],
): Promise<PicturedItem[]> {
  const vectors = new Map<string, readonly number[]>()
  const given = await engine.rows(
    `SELECT product.id, line::DOUBLE AS line, "pictureVector" AS text FROM raw_catalog JOIN product USING (n)
    WHERE "pictureVector" <> ''`,
  )
  for (const { id, line, text } of given)
    vectors.set(String(id), readPictureVector(text, `${file} line ${line}`))
  return items.map((item) => {
    const pictureVector = vectors.get(item.id)
    return pictureVector ? { ...item, pictureVector } : item
  })
}

export const PRODUCTS =
  'SELECT id, title, price, regular_price AS "regularPrice", sale, currency, category, group_id AS "groupId", brand, description, image, url, rating, reviews, badge, available, added FROM product ORDER BY n'
