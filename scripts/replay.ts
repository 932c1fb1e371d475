/**
 * @module `npx tsx scripts/replay.ts`: writes `public/replay/shoppers.json` for the demo's page `/fast-forward`. The
 * file has a year of orders of a few shoppers whose orders were not in the training data. These shoppers are chosen by
 * their number of orders, never by the quality of their lists.
 */

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { ShopperHistory } from '@nearside/core/features/cases.ts'
import { isHeldOut } from '@nearside/train/holdout.ts'
import { readShop } from '@nearside/train/shop/read.ts'
import type { Shop } from '@nearside/train/shop/shop.ts'

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
export const SHOP = join(ROOT, 'data/online-retail')
export const FILE = join(ROOT, 'public/replay/shoppers.json')

/** Share of shoppers that were held out from the shipped model's training, and the random seed that selected them. */
const FRACTION = 0.2
const SEED = 1
const COUNT = 6
const LEAST_ORDERS = 10
/** Maximum number of order lines in total, which limits the file's size. */
const MOST_LINES = 500
const FIRST_BEFORE = Date.parse('2011-02-01')
const LAST_FROM = Date.parse('2011-11-01')

interface Order {
  readonly time: string
  readonly items: readonly string[]
}

/** Text of the replay file; deterministic for a shop, on every machine. */
export function replayFile(shop: Shop): string {
  const eligible = shop.shoppers
    .filter(({ id }) => isHeldOut(id, FRACTION, SEED))
    .map((shopper) => ({ id: shopper.id, orders: ordersOf(shop, shopper) }))
    .filter(({ orders }) => isFullYear(orders))
    .sort((a, b) => a.orders.length - b.orders.length || (a.id < b.id ? -1 : 1))
  const shoppers = Array.from({ length: COUNT }, (_, place) => {
    const { orders } = eligible[Math.floor(((place + 0.5) * eligible.length) / COUNT)]
    return { label: `Shopper ${String.fromCharCode(65 + place)}`, orders }
  })
  const holdout = { fraction: FRACTION, seed: SEED }
  const lines = shoppers.map((shopper) => `    ${JSON.stringify(shopper)}`).join(',\n')
  return `{\n  "shop": ${JSON.stringify(shop.name)},\n  "holdout": ${JSON.stringify(holdout)},\n  "shoppers": [\n${lines}\n  ]\n}\n`
}

function isFullYear(orders: readonly Order[]): boolean {
  const lines = orders.reduce((sum, { items }) => sum + items.length, 0)
  return (
    orders.length >= LEAST_ORDERS &&
    lines <= MOST_LINES &&
    Date.parse(orders[0].time) < FIRST_BEFORE &&
    Date.parse(orders[orders.length - 1].time) >= LAST_FROM
  )
}

/** Events at the same time are one order, in which an item counts once. */
function ordersOf(shop: Shop, { interactions }: ShopperHistory): Order[] {
  const orders = new Map<number, Set<string>>()
  for (const { item, time, name } of interactions) {
    if (name !== 'purchase') continue
    const items = orders.get(time)
    if (items) items.add(shop.items[item].id)
    else orders.set(time, new Set([shop.items[item].id]))
  }
  return [...orders]
    .sort(([a], [b]) => a - b)
    .map(([time, items]) => ({ time: new Date(time).toISOString(), items: [...items].sort() }))
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  mkdirSync(dirname(FILE), { recursive: true })
  writeFileSync(FILE, replayFile(await readShop(SHOP)))
  console.log(`wrote ${FILE}`)
}
