import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { testFolder } from '@nearside/core/testFolder.ts'
import { importShop } from '@nearside/train/import/importShop.ts'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Flags } from '../testCommand.ts'
import { brief, type Files, runImport } from '../testImport.ts'

let folder: string
beforeEach(() => {
  folder = testFolder()
})
const run = (files: Files, flags: Flags = {}) => runImport(files, flags, folder)

const ORDERS = 'email,sku,time,name\nann@example.org,tea,2024-05-13 10:00,Green tea\n'
const TRUE = true as const

describe('shopper ids', () => {
  test('shopper ids become keyed hashes, the same on each import; only the user who imports can read the key file', async () => {
    const made = await run({ 'orders.csv': `${ORDERS}Ann@example.org,mug,2024-05-14 10:00,Mug\n` })
    const first = await made.events()
    expect(first[0].shopper).toMatch(/^[0-9a-f]{20}$/)
    // Two spellings of one e-mail address are one person.
    expect(first[1].shopper).toBe(first[0].shopper)
    expect((await stat(join(folder, 'out.key'))).mode & 0o777).toBe(0o600)
    for (const name of await readdir(join(folder, 'out'))) {
      const bytes = await readFile(join(folder, 'out', name))
      expect((name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()).not.toMatch(/@|ann/)
    }
    const again = await run({ 'orders.csv': ORDERS })
    expect((await again.events())[0]).toEqual(first[0])
    await rm(join(folder, 'out.key'))
    const other = await run({ 'orders.csv': ORDERS })
    expect((await other.events())[0].shopper).not.toBe(first[0].shopper)
  })

  test('the import refuses a key file that contains no key', async () => {
    await writeFile(join(folder, 'out.key'), 'secret')
    await expect(run({ 'orders.csv': ORDERS })).rejects.toThrow('out.key')
  })

  test('import joins the shopper ids of orders and clicks by order number; a purchase in both logs counts once', async () => {
    const { report, events } = await run(
      {
        'orders.csv': 'order id,email,sku,time,name\n#1001,ann,tea,2024-05-13 10:00,Tea\n',
        'clicks.csv': [
          'visitor id,session id,transaction id,event,sku,time',
          'v1,s1,,view_item,mug,2024-05-12 09:00',
          'v1,s2,1001,purchase,tea,2024-05-13 10:01',
          'v2,s3,,view_item,tea,2024-05-13 11:00',
          'v2,s3,77,purchase,tea,2024-05-13 11:05',
        ].join('\n'),
      },
      { 'raw-ids': TRUE },
    )
    expect(report.logs[1]).toMatchObject({
      lines: 4,
      kept: 3,
      dropped: { 'purchase that the order file also has': 1 },
    })
    expect(brief(await events(), 'shopper', 'event', 'item')).toEqual([
      'ann purchase tea',
      'ann view_item mug',
      'v2 view_item tea',
      'v2 purchase tea',
    ])
  })

  test('import attributes a device’s events to the only account that used the device', async () => {
    const row = (device: string, user: string, item: string) =>
      `${device},${user},view_item,${item},2024-05-12 09:00,${item}\n`
    const rows = [row('d1', '', 'mug'), row('d1', 'u1', 'tea'), row('d2', '', 'pot')]
    // A device that two accounts used remains a separate shopper.
    const shared = [row('d3', '', 'cup'), row('d3', 'u1', 'cup'), row('d3', 'u2', 'cup')]
    const header = 'device id,user id,event,sku,time,name\n'
    const orders = header + [...rows, ...shared].join('')
    const { events } = await run({ 'orders.csv': orders }, { 'raw-ids': TRUE })
    expect(brief(await events(), 'shopper', 'item')).toEqual([
      'u1 mug',
      'u1 tea',
      'd2 pot',
      'd3 cup',
      'u1 cup',
      'u2 cup',
    ])
  })

  test('a purchase in both logs without an order number counts once per shopper, item and day', async () => {
    const { events } = await run(
      {
        'orders.csv': 'order id,email,sku,time,name\n1,ann,tea,2024-05-13 10:00,Tea\n',
        'clicks.csv': [
          'email,event,sku,time',
          'ann,purchase,tea,2024-05-13 12:00',
          'ann,purchase,tea,2024-05-20 12:00',
        ].join('\n'),
      },
      { 'raw-ids': TRUE },
    )
    expect((await events()).map(({ time }) => time.slice(0, 10))).toEqual([
      '2024-05-13',
      '2024-05-20',
    ])
  })
})

describe('inputs that an import can’t use', () => {
  test('import refuses a catalog that shares no item with the log', async () => {
    const catalog = 'id,title\n901,Lamp\n902,Chair\n'
    await expect(run({ 'orders.csv': ORDERS, 'catalog.csv': catalog })).rejects.toThrow(
      /0 of 1 items\).*the log has 'tea', the catalog '901', '902'; say --columns item=COLUMN/,
    )
  })

  test('import refuses a shop without titles, unless --untitled accepts it', async () => {
    const orders = 'email,sku,time\nann,tea,2024-05-13\n'
    await expect(run({ 'orders.csv': orders })).rejects.toThrow("the first are 'tea'")
    expect(await readdir(folder)).toEqual(['orders.csv'])
    await run({ 'orders.csv': orders }, { untitled: TRUE })
  })

  test.each(['/proc/x', '/proc/x/y', '/dev/null', '/dev/null/x'])(
    'import refuses an output folder at %s before it reads the log',
    async (out) => {
      await expect(run({ 'orders.csv': ORDERS }, { out })).rejects.toThrow(/^--out \/(proc|dev)/)
    },
  )
})

test('--dry-run prints the whole report and writes nothing', async () => {
  const { printed } = await run({ 'orders.csv': ORDERS }, { 'dry-run': TRUE })
  expect(printed).toContain(
    '1 items: 1 with a title, 0 with a price, 1 available, 0 variants of a product, 0 categories',
  )
  expect(printed.at(-1)).toBe('nothing was written (--dry-run)')
  expect(await readdir(folder)).toEqual(['orders.csv'])

  const html = join(folder, 'report.html')
  const withPage = await run({ 'orders.csv': ORDERS }, { 'dry-run': TRUE, html })
  expect(withPage.printed.at(-1)).toBe(`nothing but ${html} was written (--dry-run)`)
  expect(await readdir(folder)).toEqual(['orders.csv', 'report.html'])
})

test('a failed import leaves the shop folder unchanged', async () => {
  await run({ 'orders.csv': ORDERS })
  const before = await readFile(join(folder, 'out/events.tsv.gz'))
  await expect(run({ 'orders.csv': ORDERS.replace('2024', 'some') })).rejects.toThrow(
    'no line could be used (bad date: 1)',
  )
  expect((await readdir(join(folder, 'out'))).sort()).toEqual([
    'catalog.jsonl.gz',
    'events.tsv.gz',
    'report.json',
  ])
  expect(await readFile(join(folder, 'out/events.tsv.gz'))).toEqual(before)
})

test('an import stopped while reading writes nothing', async () => {
  const orders = join(folder, 'orders.csv')
  await writeFile(orders, ORDERS)
  const stop = new AbortController()
  const out = join(folder, 'out')
  const onProgress = () => stop.abort()
  await expect(
    importShop({ orders, out, now: 0, onProgress, signal: stop.signal }),
  ).rejects.toMatchObject({
    code: 'aborted',
  })
  expect(await readdir(folder)).toEqual(['orders.csv'])
})

test('import rejects invalid catalog rows and reports each reason', async () => {
  const { report, printed, shop } = await run(
    {
      'orders.csv': ORDERS,
      'catalog.csv': [
        'id,title,price,availability,category',
        'tea,Green tea,"2,50",in stock,Home > Kitchen > Tea',
        'mug,Mug,dear,,',
        'cup,"Cup,1,yes,',
        'pot,Pot,1,perhaps,',
        ',Nameless,1,,',
        'tea,Tea again,3,yes,',
        'can,Can',
        'tin,Tin,"3,00",preorder,12',
      ].join('\n'),
    },
    { currency: 'EUR' },
  )
  expect(report.catalog).toMatchObject({
    lines: 8,
    kept: 3,
    lost: { 'bad price': 1 },
    dropped: {
      'bad availability': 1,
      'no id': 1,
      'quote that is never closed': 1,
      'repeated id': 1,
      'unreadable line': 1,
    },
    examples: { 'quote that is never closed': [4], 'unreadable line': [8] },
  })
  expect(printed).toContain(
    'log and catalog: 1 of the 1 items in the log are in the catalog, 100.0 % of its lines',
  )
  const tea = { id: 'tea', title: 'Green tea', price: 2.5, currency: 'EUR', available: true }
  expect((await shop()).items).toEqual([
    { ...tea, category: 'Kitchen' },
    { id: 'mug', title: 'Mug' },
    { id: 'tin', title: 'Tin', price: 3, currency: 'EUR', available: true, category: '12' },
  ])
})

test('without a catalog, the most frequent name becomes the item’s title, but never a note such as “damaged”', async () => {
  const row = (sku: string, day: string, name: string) => `ann,${sku},2024-05-${day},${name},2\n`
  const text = [
    ...['damaged', 'damaged', '?', 'found in box', 'CREAM HEARTS', 'CREAM HEARTS HANGER'],
    'MIXED NUTS LIGHT GREEN BOWL',
  ].map((name, k) => row(k < 6 ? 'a' : 'b', `1${k}`, name))
  const { shop } = await run(
    { 'orders.csv': `user,sku,time,description,price\n${text.join('')}${row('c', '30', 'check')}` },
    { currency: 'GBP', 'available-days': '14' },
  )
  expect((await shop()).items).toEqual(
    [
      { id: 'a', title: 'CREAM HEARTS HANGER', price: 2, currency: 'GBP' },
      { id: 'b', title: 'MIXED NUTS LIGHT GREEN BOWL', price: 2, currency: 'GBP' },
      { id: 'c', price: 2, currency: 'GBP' },
    ].map((item) => (item.id === 'a' ? { ...item, available: false } : item)),
  )
})

test('import reads a currency sign as its code, and ignores an unknown currency', async () => {
  const row = (sku: string, currency: string) =>
    `ann,${sku},2024-05-13,Thing ${sku},2,${currency}\n`
  const orders = ['€', '€', 'eur', 'Euro'].map((currency, k) => row(`a${k}`, currency)).join('')
  const { shop } = await run({ 'orders.csv': `email,sku,time,name,price,currency\n${orders}` })
  expect((await shop()).items.map(({ price, currency }) => [price, currency])).toEqual(
    [1, 2, 3, 4].map(() => [2, 'EUR']),
  )
})

test.each(['Green\rtea', '"Green\rtea"'])(
  'import replaces a carriage return within a line by a space: %j',
  async (name) => {
    const { shop } = await run({ 'orders.csv': ORDERS.replace('Green tea', name) })
    expect((await shop()).items).toEqual([{ id: 'tea', title: 'Green tea' }])
  },
)

test('import refuses an input file that it would overwrite', async () => {
  await run({ 'orders.csv': ORDERS })
  const events = join(folder, 'out/events.tsv')
  await writeFile(events, ORDERS.replaceAll(',', '\t'))
  await expect(run({}, { orders: events })).rejects.toThrow(events)
  await expect(run({}, { orders: events, 'dry-run': TRUE })).rejects.toThrow(events)
  expect(await readFile(events, 'utf8')).toBe(ORDERS.replaceAll(',', '\t'))
})

test('import refuses a folder as input', async () => {
  await expect(run({}, { orders: folder })).rejects.toThrow(/is a folder/)
})
