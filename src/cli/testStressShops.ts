/** @module Exports of three synthetic shops, made from fixed seeds, with features that test data rarely has. */
import { createRandom, type Random } from '@nearside/core/model/random.ts'
import { DAY } from '@nearside/core/time.ts'

export interface StressShop {
  readonly orders: string
  readonly clicks?: string
  readonly catalog: string
  readonly flags: Readonly<Record<string, string>>
  /** First day of the test period. */
  readonly until: string
}

const START = Date.UTC(2020, 0, 1)
const END = Date.UTC(2026, 5, 30)
const ITEMS = 60

const csv = (lines: readonly (readonly (string | number)[])[]) =>
  lines.map((fields) => `${fields.map((field) => `"${field}"`).join()}\n`).join('')
const iso = (time: number) => new Date(time).toISOString()
/** Whether the catalog still has the item; one item in ten has been removed. */
const isSold = (item: number) => item % 10 !== 9

/** Shop with years between a shopper's orders, one item that everybody buys, and Russian titles. */
export function yearsApart(): StressShop {
  const random = createRandom(1)
  const titles = ['Чайник', 'Кружка', 'Подсвечник', 'Гирлянда', 'Скатерть', 'Шкатулка']
  const orders: (string | number)[][] = [['order_id', 'email', 'sku', 'created_at', 'price']]
  for (let shopper = 0; shopper < 250; shopper++) {
    let time = START + random.integer(700) * DAY
    for (let order = 0; time < END; order++) {
      const lines = new Set([0, random.integer(ITEMS), random.integer(ITEMS)])
      for (const item of lines)
        orders.push([
          `${shopper}-${order}`,
          `s${shopper}@a.example`,
          `K${item}`,
          iso(time),
          5 + item,
        ])
      time += (200 + random.integer(900)) * DAY
    }
  }
  const rows = soldItems().map((item) => [
    `K${item}`,
    `${titles[item % titles.length]} № ${item}`,
    5 + item,
    `Отдел ${item % 4}`,
  ])
  return {
    orders: csv(orders),
    catalog: csv([['id', 'title', 'price', 'category'], ...rows]),
    flags: { currency: 'EUR' },
    until: '2025-01-01',
  }
}

/**
 * Shop where thousands of shoppers come once and a few shoppers come often. This shop has no categories and prices, and
 * Japanese titles.
 */
export function seenOnce(): StressShop {
  const random = createRandom(2)
  const titles = ['マグカップ', '急須', '風呂敷', '手ぬぐい', '箸置き', '湯呑み']
  const clicks: string[][] = [['user_id', 'event', 'item_id', 'time']]
  const orders: string[][] = [['order_id', 'user_id', 'item_id', 'time']]
  const from = END - 90 * DAY
  const moment = () => from + random.integer(90 * 24) * (DAY / 24)
  for (let shopper = 0; shopper < 2000; shopper++)
    clicks.push([`once ${shopper}`, 'view_item', `商品${popular(random)}`, iso(moment())])
  for (let shopper = 0; shopper < 80; shopper++)
    for (let visit = 0; visit < 6; visit++) {
      const time = moment()
      const item = `商品${popular(random)}`
      clicks.push([`often ${shopper}`, 'view_item', item, iso(time)])
      if (visit % 2)
        orders.push([`${shopper}-${visit}`, `often ${shopper}`, item, iso(time + 60_000)])
    }
  return {
    orders: csv(orders),
    clicks: csv(clicks),
    catalog: csv([
      ['id', 'title'],
      ...soldItems().map((item) => [`商品${item}`, `${titles[item % titles.length]} ${item}`]),
    ]),
    flags: {},
    until: '2026-06-10',
  }
}

/**
 * Shop where a shopper's events of one day share one second. Some shoppers buy everything; the catalog lacks one item
 * in ten.
 */
export function oneSecond(): StressShop {
  const random = createRandom(3)
  const orders: (string | number)[][] = [
    ['order_id', 'customer_id', 'sku', 'created_at', 'quantity'],
  ]
  for (let shopper = 0; shopper < 200; shopper++)
    for (let order = 0; order < 4; order++) {
      const time = END - (1 + random.integer(200)) * DAY
      const lines = shopper < 3 ? ITEMS : 1 + random.integer(4)
      for (let line = 0; line < lines; line++)
        orders.push([
          `${shopper}-${order}`,
          shopper,
          shopper < 3 ? line : popular(random),
          iso(time),
          1 + random.integer(500),
        ])
    }
  return {
    orders: csv(orders),
    catalog: csv([
      ['sku', 'title', 'price'],
      ...soldItems().map((item) => [item, `Thing ${item}`, item === 7 ? '' : 1e6 / (1 + item)]),
    ]),
    flags: { currency: 'JPY', columns: 'item=sku' },
    until: '2026-04-01',
  }
}

const soldItems = () => Array.from({ length: ITEMS }, (_, item) => item).filter(isSold)
/** Random item. A few items are drawn most of the time. */
const popular = (random: Random) => Math.floor(ITEMS * random.next() ** 3)
