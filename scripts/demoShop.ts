/**
 * @module Makes the demo shop's folder from the Online Retail data set, with titles reworded by the shop's
 * `rules.json`: `tsx scripts/demoShop.ts PATH/TO/online_retail.csv.gz [OUT]`; OUT defaults to `data/online-retail`.
 */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { importShop } from '@nearside/train/import/importShop.ts'
import { readWordVectors } from '@nearside/train/wordVectors.ts'
import { buildDemoCatalog } from './demoCatalog/build.ts'
import { readCatalogRules } from './demoCatalog/catalogRules.ts'

const AVAILABLE_DAYS = 120
const data = fileURLToPath(new URL('../data', import.meta.url))
const [orders, out = join(data, 'online-retail')] = process.argv.slice(2)
if (!orders) throw new Error('usage: tsx scripts/demoShop.ts PATH/TO/online_retail.csv.gz [OUT]')

const rules = await readCatalogRules(join(data, 'online-retail/rules.json'))
const words = await readWordVectors(join(data, 'word-vectors'))
const { report } = await importShop({
  orders,
  out,
  now: Date.now(),
  currency: 'GBP',
  timeZone: 'Europe/London',
  availableDays: AVAILABLE_DAYS,
  settings: { rules: 'rules.json' },
  // The data set is public and its shopper ids are numbers, so the ids need no hashing.
  keepShopperIds: true,
  refine: (items, lines) => buildDemoCatalog(items, lines, rules, words),
})
const { items, events, shoppers } = report.shop
console.log(`${out}: ${items} items, ${events} events, ${shoppers} shoppers`)
