import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { testFolder } from '@nearside/core/testFolder.ts'
import { isSequenceShop } from '@nearside/train/plan.ts'
import { describe, expect, test } from 'vitest'
import type { Flags } from '../testCommand.ts'
import { type Files, runImport } from '../testImport.ts'

/** Runs an import that keeps the raw ids and accepts products without titles. */
async function run(files: Files, flags: Flags = {}, folder = testFolder()) {
  const given = { 'raw-ids': true, untitled: true, ...flags } as const
  const { shop, ...rest } = await runImport(files, given, folder)
  return { ...rest, shop: await shop() }
}

const UCI = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n'

describe('import of an order log', () => {
  test('UCI Online Retail: import counts each rejected line under the first reason that applies', async () => {
    const good =
      '536365,85123A,"WHITE HANGING HEART T-LIGHT HOLDER",6,2011-07-01 08:26:00,2.55,17850,UK\n'
    const folder = testFolder()
    const { report, printed, shop, events } = await run(
      {
        'orders.csv': [
          UCI,
          good,
          good,
          good.replace('17850', ''),
          good.replace('536365', 'C536365'),
          good.replace(',6,', ',-6,'),
          good.replace(',6,', ',0,'),
          good.replace(',6,', ',six,'),
          good.replace('2.55', '0'),
          good.replace('2.55', 'free').replace('536365', '536369'),
          good.replace('85123A', 'POST'),
          good.replace('85123A', ''),
          good.replace('2011-07-01', '2011-02-31'),
          good.replace(',UK', ''),
          good.replace('2.55', '2.75').replace(',6,', ',1,').replace('536365', '536370'),
        ].join(''),
      },
      { currency: 'GBP', 'time-zone': 'Europe/London' },
      folder,
    )
    expect(report.logs).toEqual([
      {
        file: 'orders.csv',
        layout: 'UCI Online Retail',
        columns: expect.objectContaining({ shopper: 'CustomerID', session: 'InvoiceNo' }),
        lines: 14,
        kept: 3,
        dropped: {
          'unreadable line': 1,
          'no shopper': 1,
          'no item': 1,
          'bad date': 1,
          'bad quantity': 1,
          cancellation: 2,
          'zero quantity': 1,
          'zero or negative price': 1,
          'service line': 1,
          'exact duplicate': 1,
        },
        examples: expect.objectContaining({ 'no shopper': [4], 'exact duplicate': [3] }),
        lost: { 'bad price': 1 },
      },
    ])
    expect(printed[0]).toBe('orders.csv (UCI Online Retail)')
    expect(printed).toContain('  shopper is CustomerID')
    expect(printed).toContain('         14  lines read')
    expect(printed).toContain('          2  left out: cancellation (line 5, 6)')
    expect(printed).toContain(
      '  2011-07-01 07:26  purchase  85123A (WHITE HANGING HEART T-LIGHT HOLDER)  by 17850',
    )
    expect(shop.items).toEqual([
      { id: '85123A', title: 'WHITE HANGING HEART T-LIGHT HOLDER', price: 2.65, currency: 'GBP' },
    ])
    const common = { shopper: '17850', event: 'purchase', item: '85123A' }
    const time = '2011-07-01T07:26:00Z'
    expect(await events()).toEqual([
      { ...common, time, session: '536365', quantity: '6', price: '2.55' },
      { ...common, time, session: '536369', quantity: '6', price: '' },
      { ...common, time, session: '536370', quantity: '1', price: '2.75' },
    ])
    const written = JSON.parse(await readFile(join(folder, 'out', 'report.json'), 'utf8'))
    expect(written).toEqual(report)
  })

  test('Shopify: import takes shopper and time of an order’s other lines from the order’s first line', async () => {
    const { report, shop } = await run({
      'orders.csv': [
        'Name,Email,Paid at,Currency,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku',
        '#1001,ann@example.com,2020-01-01 10:00:00 -0500,EUR,1,Tea Pot,20.00,TP',
        '#1001,,,,2,Mug,"7,50",MG',
        '#1002,,,,2,Mug,7.50,MG',
      ].join('\n'),
    })
    expect(report.logs[0]).toMatchObject({
      layout: 'Shopify orders',
      kept: 2,
      dropped: { 'no shopper': 1 },
    })
    expect(shop.shoppers).toHaveLength(1)
    expect(shop.shoppers[0].interactions.map(({ session }) => session)).toEqual(['#1001', '#1001'])
    expect(shop.from).toBe(Date.UTC(2020, 0, 1, 15))
    expect(shop.items).toEqual([
      { id: 'MG', title: 'Mug', price: 7.5, currency: 'EUR' },
      { id: 'TP', title: 'Tea Pot', price: 20, currency: 'EUR' },
    ])
  })

  test('GA4 as gzipped JSON lines: import reads nested items, and counts events of kinds that it doesn’t read', async () => {
    const event = (event_name: string, ids: string[]) =>
      JSON.stringify({
        event_name,
        event_timestamp: 1314865560000000,
        user_pseudo_id: 'u1',
        event_params: [{ key: 'ga_session_id', value: { int_value: 7 } }],
        items: ids.map((item_id) => ({ item_id, item_name: `Item ${item_id}`, price: 2 })),
      })
    const lines = [event('view_item', ['a']), event('purchase', ['a', 'b']), event('scroll', ['a'])]
    const { report, shop } = await run({ 'orders.csv': gzipSync(lines.join('\n')) })
    expect(report.logs[0]).toMatchObject({ kept: 3, dropped: { 'other event': 1 } })
    expect(shop.shoppers[0].interactions.map(({ name, item }) => `${name} ${item}`)).toEqual([
      'view_item 0',
      'purchase 0',
      'purchase 1',
    ])
  })

  test('import reads orders, clicks and catalog by the column names that options give, and accepts dates without a time of day', async () => {
    const { report, shop } = await run(
      {
        'orders.csv': 'wer;was;wann\nann;tea;13.05.2014\nbob;mug;2.5.2014\n',
        'clicks.tsv':
          'wer\twas\twann\taction\nann\tcake\t2014-05-12\tclick\nann\ttea\t2014-05-12\tfav\n',
        'catalog.csv':
          'was,title,price,availability\ntea,Tea,"2,50",in stock\nmug,Mug,,out of stock\ntea,Tea again,3,yes\n',
      },
      {
        columns: 'shopper=wer,item=was, time=Wann',
        currency: 'EUR',
      },
    )
    expect(report.shop).toMatchObject({ dayOnly: true, items: 2, shoppers: 2, events: 4 })
    expect(shop.items).toEqual([
      { id: 'tea', title: 'Tea', price: 2.5, currency: 'EUR', available: true },
      { id: 'mug', title: 'Mug', available: false },
      { id: 'cake' },
    ])
    expect(shop.shoppers[0].interactions.map(({ name }) => name)).toEqual([
      'view_item',
      'add_to_wishlist',
      'purchase',
    ])
  })

  test('import reads searches, both from a log of searches and from the click log', async () => {
    const orders = 'user,sku,time\nann,tea,2014-05-13 10:00\n'
    const own = await run({
      'orders.csv': orders,
      'clicks.csv':
        'user,time,search term\nann,2014-05-13 09:59,Green Tea\nbob,2014-05-12 08:00,\n',
    })
    expect(own.report.logs[1]).toMatchObject({ lines: 2, kept: 1, dropped: { 'no item': 1 } })
    const time = Date.UTC(2014, 4, 13, 9, 59)
    expect(own.shop.searches).toEqual([
      { shopper: 'ann', query: 'Green Tea', time, session: '2014-05-13' },
    ])
    const events = [
      ['view_search_results', { key: 'search_term', value: { string_value: 'tea' } }],
      ['view_search_results', { key: 'ga_session_id', value: { int_value: 7 } }],
      ['view_item', { key: 'ga_session_id', value: { int_value: 7 } }],
    ].map(([event_name, parameter]) => ({
      event_name,
      event_timestamp: 1314865560000000,
      user_pseudo_id: 'u1',
      event_params: [parameter],
      items: [],
    }))
    const ga4 = await run({
      'orders.csv': orders,
      'clicks.jsonl': events.map((event) => JSON.stringify(event)).join('\n'),
    })
    const dropped = { 'no query': 1, 'no item': 1 }
    expect(ga4.report.logs[1]).toMatchObject({ lines: 3, kept: 1, dropped })
    expect(ga4.shop.searches).toMatchObject([{ shopper: 'u1', query: 'tea' }])
    expect(ga4.shop.shoppers.map(({ id }) => id)).toEqual(['ann'])
  })

  test.each([
    [{ 'orders.csv': '' }, {}, 'orders.csv: is empty'],
    [{}, { orders: 'nowhere/orders.csv' }, 'orders.csv: there is no such file'],
    [{ 'orders.csv': 'a,b\n1,2\n' }, {}, '--columns shopper=COLUMN'],
    [{ 'orders.csv': `${UCI}` }, { columns: 'item=Code' }, "has no column 'Code' for item"],
    [
      {
        'orders.csv': `${UCI}1,11111,Tea,4,2011-01-01,6,7,8\n`,
        'catalog.csv': 'id,title,category\n11111,Tea,c\n',
      },
      { columns: 'category=kind' },
      "has no column 'kind' for category",
    ],
    [{ 'orders.csv': `${UCI}1,2,3,4,1/2/2011,6,7,8\n` }, {}, '--date-order'],
    [
      { 'orders.csv': `${UCI}1,POST,3,4,2011-01-01,6,7,8\n` },
      {},
      'no line could be used (service line: 1)',
    ],
    [{ 'orders.csv': UCI }, { currency: 'pounds' }, 'ISO 4217 code'],
    [{ 'orders.csv': UCI }, { columns: 'colour=Red' }, 'colour=Red'],
    [{ 'orders.csv': UCI }, { item: 'Code' }, "unknown option '--item'"],
    [{ 'orders.csv': UCI }, { delimiter: 'x' }, 'comma, tab'],
    [{ 'orders.csv': UCI }, { 'available-days': '0' }, '--available-days'],
  ])('import refuses %j %j', async (files, flags, message) => {
    await expect(run(files as Record<string, string>, flags as Flags)).rejects.toThrow(message)
  })

  test('for a log without times, import gives each interaction a day of its own, and ends all histories on the same day', async () => {
    const { report, printed, shop } = await run(
      {
        'orders.csv': '7 a b c\n8 b a\n\n9\n10 c a b b\n',
        'catalog.csv': 'id,title,kind\na,Tea,drinks\nb,Cup,things\nc,Pot,things\n',
      },
      { columns: 'category=kind' },
    )
    expect(shop.items.map(({ category }) => category)).toEqual(['drinks', 'things', 'things'])
    expect(printed[0]).toMatch(/sequences/)
    expect(report.logs[0]).toMatchObject({ lines: 10, kept: 9, dropped: { 'unreadable line': 1 } })
    const days = (id: string) =>
      shop.shoppers
        .find((shopper) => shopper.id === id)
        ?.interactions.map(({ item, time }) => [
          shop.items[item].id,
          new Date(time).toISOString().slice(5, 10),
        ])
    expect(days('7')).toEqual([
      ['a', '12-29'],
      ['b', '12-30'],
      ['c', '12-31'],
    ])
    expect(days('10')?.map(([item]) => item)).toEqual(['c', 'a', 'b', 'b'])
    expect(shop.dayOnly).toBe(true)
    expect(isSequenceShop(shop)).toBe(true)
  })
})
