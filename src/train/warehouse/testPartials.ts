/** @module Makes a log for tests of a warehouse's partials (sample, sums); compares these with the trainer's counts. */
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import type { Item } from '@nearside/core/catalog/item.ts'
import { historiesOf, type ShopperHistory } from '@nearside/core/features/cases.ts'
import type { NeighbourLists } from '@nearside/core/features/cooccurrence.ts'
import type { ItemStatistics } from '@nearside/core/features/itemStatistics.ts'
import { columnsOf } from '@nearside/core/features/logColumns.ts'
import { buildStatistics } from '@nearside/core/features/statistics.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import { testFolder } from '@nearside/core/testFolder.ts'
import { DAY } from '@nearside/core/time.ts'
import { expect, onTestFinished } from 'vitest'
import { EventColumns } from '../shop/eventColumns.ts'
import type { PartialShop } from './readPartials.ts'
import { type PartialOptions, partialStatements } from './statements.ts'

/** Names of the columns of `LOG_TABLE`. */
export const COLUMNS = {
  shopper: 'who',
  item: 'product',
  time: 'happened',
  session: 'visit',
  event: 'action',
  price: 'price',
  title: 'name',
}
/** Settings for the table that `tableOf` makes. The table's newest event sets the time limit. */
export const SHOP = {
  layout: 'table',
  table: 'shop_log',
  columns: COLUMNS,
  until: null,
  salt: 's',
} as const
const START = Date.UTC(2026, 0, 5)

const ACTIONS = ['view_item', 'view_item', 'add_to_cart', 'Purchase', 'remove_from_cart'] as const

export interface Line {
  readonly who: string
  readonly product: string
  readonly at: number
  readonly visit: string
  readonly action: 'view_item' | 'add_to_cart' | 'Purchase' | 'remove_from_cart'
  readonly price: number
  readonly name: string
}

/**
 * Half a year of a shop with a fortnight without events, an order of 25 lines, visits without a name, and sessions that
 * continue for months.
 */
export function log(shoppers: number, items: number): Line[] {
  const random = createRandom(7)
  const lines: Line[] = []
  for (let s = 0; s < shoppers; s++) {
    const visits = 1 + random.integer(7)
    for (let v = 0; v < visits; v++) {
      const day = random.integer(150)
      // Times differ by shopper and visit, so that no two baskets begin at once.
      const begin = START + (day < 90 ? day : day + 20) * DAY + 36_000_000 + s * 7000 + v * 1000
      const looks = s === 0 ? 25 : 1 + random.integer(6)
      for (let k = 0; k < looks; k++) {
        const item = Math.floor(items * random.next() ** 2)
        const action = k === 0 ? 'view_item' : ACTIONS[random.integer(5)]
        // Each tenth shopper has two sessions, which take turns for months.
        const session = s % 10 === 1 ? v % 2 : v
        const visit = s % 3 === 0 ? '' : `v${s}-${session}`
        lines.push({
          who: `s${s}@example.org`,
          product: `p${item}`,
          at: begin + k * 60_000,
          visit,
          action,
          price: 1 + item,
          name: `Product ${item}`,
        })
      }
    }
  }
  return lines.sort((a, b) => a.at - b.at)
}

/** Histories of the shoppers in the lines, as the shop reader makes them. */
export function historiesIn(
  lines: readonly Line[],
  items: readonly Item[],
): readonly ShopperHistory[] {
  const columns = new EventColumns()
  const rows = new Map(items.map(({ id }, row) => [id, row]))
  for (const { who, product, at, visit, action } of lines) {
    const item = rows.get(product)
    if (item === undefined) throw new Error(product)
    const name = action === 'Purchase' ? 'purchase' : action
    columns.add(who, { item, name, time: at, session: visit })
  }
  return columns.shoppers(false)
}

/** Neighbours of each item with their weights, to six digits. */
export const neighbours = ({ neighbourItems, neighbourWeights }: NeighbourLists, row: number) =>
  Object.fromEntries(
    Array.from({ length: 48 }, (_, k) => row * 48 + k)
      .filter((k) => neighbourWeights[k] > 0)
      .map((k) => [neighbourItems[k], Number(neighbourWeights[k].toFixed(6))]),
  )

/** Expects that the sample and the sums together equal the trainer's counts over all shoppers. */
export function expectEqualCounts(shop: PartialShop, lines: readonly Line[]) {
  const { items, others } = shop
  const found = columnsOf(historiesOf(shop.shoppers), undefined, others)
  const wanted = columnsOf(historiesOf(historiesIn(lines, items)))
  expect(others.countDates.length).toBeGreaterThan(others.pairDates.length)
  for (const asOf of others.countDates) {
    const hasPairs = others.pairDates.includes(asOf)
    const reuse = hasPairs ? {} : { neighbours: NO_NEIGHBOURS }
    const [own, theirs] = [found, wanted].map((log) => buildStatistics(items, log, asOf, reuse))
    const pick = ({ neighbourItems, neighbourWeights, ...counts }: ItemStatistics) => counts
    expect(pick(own)).toEqual(pick(theirs))
    if (hasPairs)
      for (const row of items.keys()) expect(neighbours(own, row)).toEqual(neighbours(theirs, row))
  }
}

const NO_NEIGHBOURS = {
  neighbourItems: new Uint16Array(),
  neighbourWeights: new Float32Array(),
  neighboursPerItem: 0,
}

/** Statements that make the table `shop_log` and fill it with the lines. All tested dialects can run them. */
export function tableOf(lines: readonly Line[]): string[] {
  const text = (value: string) => `'${value.replaceAll("'", "''")}'`
  const rows = lines.map(
    ({ who, product, at, visit, action, price, name }) =>
      `(${[who, product, new Date(at).toISOString(), visit, action].map(text)}, ${price}, ${text(name)})`,
  )
  return [
    `CREATE TABLE shop_log (who VARCHAR, product VARCHAR, happened TIMESTAMPTZ, visit VARCHAR, action VARCHAR,
      price DOUBLE PRECISION, name VARCHAR)`,
    `INSERT INTO shop_log VALUES ${rows}`,
  ]
}

/** Runs the statements `first`, then those of `nearside sql` with these options, in a new DuckDB database. */
export async function onDuckDb(first: readonly string[], options: PartialOptions) {
  const folder = testFolder()
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  onTestFinished(() => {
    connection.closeSync()
    instance.closeSync()
  })
  for (const statement of [...first, ...(await partialStatements('duckdb', options))]) {
    const [, name] = /^COPY \w+ TO '([^']+)'/.exec(statement) ?? []
    await connection.run(name ? statement.replace(name, join(folder, name)) : statement)
  }
  const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJS()
  return { folder, rows }
}
