/** @module A log for tests of the partials, and the comparison of partials with the trainer's own counts. */
import type { Item } from '@nearside/core/catalog/item.ts'
import { historiesOf, type ShopperHistory } from '@nearside/core/features/cases.ts'
import type { NeighbourLists } from '@nearside/core/features/cooccurrence.ts'
import type { ItemStatistics } from '@nearside/core/features/itemStatistics.ts'
import { columnsOf } from '@nearside/core/features/logColumns.ts'
import { buildStatistics } from '@nearside/core/features/statistics.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import { DAY } from '@nearside/core/time.ts'
import { expect } from 'vitest'
import { EventColumns } from '../shop/eventColumns.ts'
import type { PartialShop } from './readPartials.ts'

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

/** Half a year of a shop with a fortnight without events, visits with and without a name, and an order of 25 lines. */
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
        const visit = s % 3 === 0 ? '' : `v${s}-${v}`
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

/** Shoppers of the lines as the shop reader makes them. */
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

/** The sample and the sums together must be the trainer's counts over everybody. */
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

/** Statements that make the table `shop_log` of the lines; every dialect here reads them. */
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
