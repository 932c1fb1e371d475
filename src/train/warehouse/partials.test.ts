/** These tests run the data warehouse's statements on DuckDB. `cli/commands/sql.test.ts` runs them on PostgreSQL. */
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { historiesOf } from '@nearside/core/features/cases.ts'
import { cooccurrence } from '@nearside/core/features/cooccurrence.ts'
import { columnsOf, type LogColumns } from '@nearside/core/features/logColumns.ts'
import { testFolder } from '@nearside/core/testFolder.ts'
import { DAY } from '@nearside/core/time.ts'
import { describe, expect, it } from 'vitest'
import { DIALECTS, TRAITS, translate } from './dialects.ts'
import { readPartials } from './readPartials.ts'
import { GA4_DAYS } from './source.ts'
import { type PartialOptions, partialStatements } from './statements.ts'
import {
  expectEqualCounts,
  historiesIn,
  type Line,
  log,
  neighbours,
  onDuckDb,
  SHOP,
  tableOf,
} from './testPartials.ts'

const partialsOf = async (lines: readonly Line[], settings: Partial<PartialOptions>) =>
  readPartials((await onDuckDb(tableOf(lines), { ...SHOP, ...settings })).folder)

describe('partials: the files that a data warehouse writes', () => {
  it('the warehouse’s files (sums over most shoppers, and a sample of the others) give the same counts as a log of all shoppers, item by item', async () => {
    const lines = log(240, 40)
    const shop = await partialsOf(lines, { fewestShoppers: 1, mostEvents: 900 })
    expect(shop.shoppers.length).toBeGreaterThan(20)
    expect(shop.others.shoppers).toBeGreaterThan(100)
    expect(shop.shoppers.length + shop.others.shoppers).toBe(240)
    expectEqualCounts(shop, lines)
  }, 120_000)

  it('the warehouse’s files keep the 48 strongest neighbours of each item', async () => {
    const lines = log(240, 120)
    const shop = await partialsOf(lines, { fewestShoppers: 1, mostEvents: 60 })
    const sampled = new Set(shop.shoppers.map(({ interactions }) => interactions[0].time))
    const rest = historiesIn(lines, shop.items).filter(
      ({ interactions }) => !sampled.has(interactions[0].time),
    )
    expect(rest.length).toBe(shop.others.shoppers)
    const listsOf = (columns: LogColumns) => cooccurrence(shop.items.length, columns, shop.until)
    const own = listsOf(columnsOf([], undefined, shop.others))
    const theirs = listsOf(columnsOf(historiesOf(rest)))
    const full = shop.items.filter((_, row) => theirs.neighbourWeights[row * 48 + 47] > 0)
    expect(full.length).toBeGreaterThan(20)
    for (const row of shop.items.keys())
      expect(Object.values(neighbours(own, row)).sort()).toEqual(
        Object.values(neighbours(theirs, row)).sort(),
      )
  }, 120_000)

  it('the warehouse’s files contain no shopper id, no text that fewer than ten shoppers share, and no sum over fewer than ten shoppers', async () => {
    const lines = log(240, 40)
    const planted = { ...lines[100], who: 'anna.smith@example.org', visit: 'Anna, 5 Elm Street' }
    // Nine shoppers view a product whose name contains a shopper's address. One line of a common product gives it a
    // name that contains a shopper's name.
    const nine = Array.from({ length: 9 }, (_, k) => ({
      ...planted,
      who: `friend${k}@example.org`,
      product: 'portrait of anna.smith@example.org',
    }))
    const all = [...lines, ...nine, { ...planted, name: 'Mug for Anna Smith' }]
    const { folder, rows } = await onDuckDb(tableOf(all), { ...SHOP, mostEvents: 900 })
    const texts: string[] = []
    for (const file of readdirSync(folder))
      for (const row of await rows(`SELECT * FROM read_parquet('${join(folder, file)}')`))
        texts.push(
          JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? `${value}` : value)),
        )
    expect(texts.length).toBeGreaterThan(1000)
    expect(texts.filter((text) => /anna|elm|@|example|v\d+-\d|s\d+"/i.test(text))).toEqual([])
    expect(texts.some((text) => text.includes('Product 1'))).toBe(true)
    const shop = await readPartials(folder)
    expect(shop.items.every(({ id }) => /^p\d+$/.test(id))).toBe(true)
    const { all: counted } = shop.others.countsAt(shop.others.countDates[0])
    expect(counted.some((shoppers) => shoppers > 0)).toBe(true)
    expect(counted.every((shoppers) => shoppers === 0 || shoppers >= 10)).toBe(true)
    const together = new Map<string, number>()
    for (const { interactions } of historiesIn(lines, shop.items)) {
      const met = new Set(interactions.map(({ item }) => item))
      for (const a of met)
        for (const b of met) together.set(`${a} ${b}`, (together.get(`${a} ${b}`) ?? 0) + 1)
    }
    const { start, neighbour } = shop.others.pairsAt(shop.until)
    expect(neighbour.length).toBeGreaterThan(50)
    for (let item = 0; item < shop.items.length; item++)
      for (let k = start[item]; k < start[item + 1]; k++)
        expect(together.get(`${item} ${neighbour[k]}`)).toBeGreaterThanOrEqual(10)
  }, 120_000)

  it('the warehouse’s CSV files keep ids that look like numbers, and titles with quotes', async () => {
    const lines = log(60, 20).map((line) => ({
      ...line,
      product: line.product.replace('p', '00'),
      name: `1", 'so' it\n${line.name}`,
    }))
    const { folder, rows } = await onDuckDb(tableOf(lines), { ...SHOP, fewestShoppers: 2 })
    const shop = await readPartials(folder)
    for (const file of readdirSync(folder)) {
      const path = join(folder, file)
      const csv = path.replace('parquet', 'csv')
      await rows(`COPY (FROM read_parquet('${path}')) TO '${csv}' (FORMAT csv, HEADER)`)
      rmSync(path)
    }
    const { items, shoppers, others } = await readPartials(folder)
    expect(items[0].id).toMatch(/^00/)
    expect(items[0].title).toContain("1\", 'so' it\n")
    expect({ items, shoppers, dates: others.countDates }).toEqual({
      items: shop.items,
      shoppers: shop.shoppers,
      dates: shop.others.countDates,
    })
  }, 120_000)

  it('readPartials rejects a folder that lacks a file or has files of two runs', async () => {
    await expect(readPartials(testFolder())).rejects.toMatchObject({ code: 'input-invalid' })
    const { folder, rows } = await onDuckDb(tableOf(log(60, 20)), { ...SHOP, fewestShoppers: 2 })
    expect((await readPartials(folder)).others.shoppers).toBe(0)
    const left = join(folder, 'sample-2.parquet')
    const copy = `COPY (SELECT * FROM read_parquet('${join(folder, 'sample.parquet')}') LIMIT 5) TO '${left}'`
    await rows(`${copy} (FORMAT parquet)`)
    await expect(readPartials(folder)).rejects.toMatchObject({ code: 'input-invalid' })
    rmSync(left)
    expect((await readPartials(folder)).others.shoppers).toBe(0)
    await rows(`COPY (SELECT * FROM read_parquet('${join(folder, 'fact.parquet')}'))
      TO '${join(folder, 'fact-2.parquet')}' (FORMAT parquet)`)
    await expect(readPartials(folder)).rejects.toMatchObject({ code: 'input-invalid' })
  }, 120_000)

  it.each(['ga4', 'snowplow'] as const)(
    'partials are made from a log of %s',
    async (layout) => {
      const lines = log(120, 20).filter(({ action }) => action !== 'remove_from_cart')
      const schema = 'com_snowplowanalytics_snowplow_ecommerce'
      const view = {
        ga4: `SELECT CASE WHEN price < 3 THEN '' ELSE who END AS user_id, who AS user_pseudo_id,
        lower(action) AS event_name, epoch_us(happened) AS event_timestamp,
        [{'key': 'page', 'value': {'int_value': 1}}, {'key': 'ga_session_id', 'value': {'int_value': hash(visit) % 1000000}}] AS event_params,
        [{'item_id': product, 'item_name': name, 'item_category': 'Toys', 'item_category2': '(not set)', 'item_brand': 'Us', 'price': price}] AS items FROM shop_log`,
        snowplow: `SELECT who AS user_id, who AS domain_userid, NULL AS network_userid, visit AS domain_sessionid,
        happened AS derived_tstamp, happened AS collector_tstamp,
        {'type': CASE lower(action) WHEN 'view_item' THEN 'product_view' WHEN 'purchase' THEN 'transaction' ELSE action END} AS unstruct_event_${schema}_snowplow_ecommerce_action_1,
        [{'id': product, 'name': name, 'category': 'Toys', 'brand': 'Us', 'price': price}] AS contexts_${schema}_product_1 FROM shop_log`,
      }[layout]
      const { folder } = await onDuckDb([...tableOf(lines), `CREATE TABLE exported AS ${view}`], {
        ...SHOP,
        layout,
        table: 'exported',
        fewestShoppers: 1,
      })
      const shop = await readPartials(folder)
      const newest = lines.at(-1)?.at ?? 0
      const limit = layout === 'ga4' ? (Math.floor(newest / DAY) - GA4_DAYS) * DAY : newest + 1
      expect(shop.until).toBe(limit)
      const wanted = lines.filter(({ at }) => at < limit)
      const found = shop.shoppers.flatMap(({ interactions }) =>
        interactions.map(({ item, name, time }) => `${shop.items[item].id} ${name} ${time}`),
      )
      expect(found.sort()).toEqual(
        wanted.map(({ product, action, at }) => `${product} ${action.toLowerCase()} ${at}`).sort(),
      )
      expect(shop.items[0]).toMatchObject({
        category: 'Toys',
        brand: 'Us',
        title: expect.any(String),
      })
    },
    120_000,
  )

  it.each(DIALECTS)(
    'the statements can be parsed in the dialect %s',
    async (dialect) => {
      const sdk = await import('@polyglot-sql/sdk')
      const { library } = TRAITS[dialect]
      const to = sdk.Dialect[library ?? 'DuckDB']
      const statements = await partialStatements(dialect, SHOP)
      const created = statements.filter((one) => /CREATE TABLE nearside_/.test(one))
      expect(created.length).toBe(16)
      for (const one of statements.filter((one) => !one.startsWith('\\')))
        expect([one, sdk.parse(one, to).error]).toEqual([one, null])
      if (library)
        await expect(translate('SELECT FROM WHERE', dialect)).rejects.toMatchObject({
          code: 'input-invalid',
        })
    },
    120_000,
  )
})
