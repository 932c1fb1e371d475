import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { LOG_NAMES } from '@nearside/core/events/event.ts'
import { DAY } from '@nearside/core/time.ts'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readShop } from './read.ts'
import { shopEvents } from './testEvents.ts'
import { type ShopEvent, writeShop } from './testWrite.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nearside-shop-'))
})
afterEach(() => rm(folder, { recursive: true }))

const put = (name: string, content: string | Uint8Array) => writeFile(join(folder, name), content)

describe('readShop', () => {
  test('readShop sorts histories by time, adds unknown items, and replaces a missing session by the visit', async () => {
    await put('catalog.jsonl', '{"id":"tea","title":"Tea"}\r\n\r\n{"id":"mug","price":3}\r\n')
    await put(
      'events.tsv',
      [
        'time\tshopper\titem\tevent\tsession\tquery',
        '2011-05-02T10:00:00Z\tann\tmug\tpurchase\to2\t',
        '2011-05-01T10:00:00+02:00\tann\tcake\tview_item\t\t',
        '2011-05-01 08:00\t__proto__\ttea\tadd_to_cart\tv9\t',
        '2011-05-03T00:00:00Z\tann\t\tsearch\tv3\tRed  mug ',
        '2011-05-02T00:00:00Z\tbob\t\tsearch\t\ttea',
        '2011-05-03T00:00:00Z\tann\t\tview_item_list\tv3\t',
      ].join('\n'),
    )
    const shop = await readShop(folder)
    expect(shop.items).toEqual([
      { id: 'tea', title: 'Tea' },
      { id: 'mug', price: 3 },
      { id: 'cake' },
    ])
    expect(shop.dayOnly).toBe(false)
    expect(new Date(shop.from).toISOString()).toBe('2011-05-01T08:00:00.000Z')
    expect(new Date(shop.to).toISOString()).toBe('2011-05-02T10:00:00.000Z')
    expect(shop.shoppers).toEqual([
      {
        id: 'ann',
        interactions: [
          { item: 2, name: 'view_item', time: shop.from, session: `visit ${shop.from}` },
          { item: 1, name: 'purchase', time: shop.to, session: 'o2' },
        ],
      },
      {
        id: '__proto__',
        interactions: [{ item: 0, name: 'add_to_cart', time: shop.from, session: 'v9' }],
      },
    ])
    expect(shop.searches).toEqual([
      { shopper: 'bob', query: 'tea', time: Date.UTC(2011, 4, 2), session: '2011-05-02' },
      { shopper: 'ann', query: 'Red  mug', time: Date.UTC(2011, 4, 3), session: 'v3' },
    ])
  })

  test('events without a session belong to one visit until half an hour passes without such an event', async () => {
    const at = ['10:00:00', '10:30:00', '10:59:59', '11:29:59.001', '11:31:00']
    const sessions = ['', '', '', '', 'own']
    const lines = at.map((time, k) => `a\tview_item\tx\t2014-05-04T${time}Z\t${sessions[k]}`)
    // The order of the log's lines doesn't matter.
    await put('events.tsv', `shopper\tevent\titem\ttime\tsession\n${lines.reverse().join('\n')}\n`)
    const { shoppers, from } = await readShop(folder)
    expect(shoppers[0].interactions.map(({ session }) => session)).toEqual([
      ...['10:00:00', '10:30:00', '10:59:59'].map(() => `visit ${from}`),
      `visit ${Date.parse('2014-05-04T11:29:59.001Z')}`,
      'own',
    ])
  })

  test.each([
    ['bare dates', '2014-05-04', '2014-05-03', true],
    ['midnights', '2014-05-04T00:00:00Z', '2014-05-03 00:00', true],
    ['one bare date among times', '2014-05-04T11:30:00Z', '2014-05-03', true],
    ['times', '2014-05-04T11:30:00Z', '2014-05-03T00:00:00Z', false],
  ])('readShop finds out whether a log has only dates: %s', async (_, first, second, dayOnly) => {
    await put(
      'events.tsv',
      `shopper\tevent\titem\ttime\na\tpurchase\tx\t${first}\na\tpurchase\ty\t${second}\n`,
    )
    const shop = await readShop(folder)
    expect(shop.dayOnly).toBe(dayOnly)
    expect(shop.to % DAY === 0).toBe(dayOnly)
    expect(shop.shoppers[0].interactions.map(({ session }) => session)).toEqual(
      dayOnly ? ['2014-05-03', '2014-05-04'] : [`visit ${shop.from}`, `visit ${shop.to}`],
    )
  })

  const HEADER = 'shopper\tevent\titem\ttime\tquantity\n'
  test.each([
    ['', 'events.tsv: is empty'],
    [HEADER, 'events.tsv: has no events'],
    ['shopper\titem\ttime\n', 'events.tsv line 1: the header lacks event'],
    [`item\t${HEADER}`, "events.tsv line 1: the header names 'item' twice"],
    [`${HEADER}a\tpurchase\tx\n`, 'events.tsv line 2: has 3 fields, the header has 5'],
    [`${HEADER}a\tbuy\tx\t2011-01-01\t\n`, "events.tsv line 2: 'buy' is not an event"],
    [`${HEADER}\tpurchase\tx\t2011-01-01\t\n`, 'events.tsv line 2: has no shopper'],
    [`${HEADER}a\tpurchase\t\t2011-01-01\t\n`, 'events.tsv line 2: purchase without an item'],
    [`${HEADER}a\tsearch\t\t2011-01-01\t\n`, 'events.tsv line 2: search without a query'],
    [
      `${HEADER}a\tpurchase\tx\t2011-02-31\t\n`,
      "events.tsv line 2: '2011-02-31' is not an ISO date",
    ],
    [`${HEADER}a\tpurchase\tx\t2011-01-01T25:00\t\n`, 'is not an ISO date'],
    [`${HEADER}a\tpurchase\tx\t01/02/2011\t\n`, 'is not an ISO date'],
    [
      `${HEADER}a\tpurchase\tx\t2011-01-01\t1\n\na\tpurchase\tx\t2011-01-01\t-1\n`,
      "events.tsv line 4: quantity '-1' is not a number of zero or more",
    ],
  ])('readShop refuses the log %j', async (text, message) => {
    await put('events.tsv', text)
    await expect(readShop(folder)).rejects.toMatchObject({
      code: 'input-invalid',
      message: expect.stringContaining(message),
    })
  })

  test.each([
    ['{"id":"a"}\n{"id":"a"}\n', "catalog.jsonl line 2: the id 'a' was already used on line 1"],
    ['{"id":"a"}\n\n{"id":', 'catalog.jsonl line 3: is not JSON'],
    ['{"id":"a","price":"dear"}', "catalog.jsonl line 1: field 'price'"],
  ])('readShop refuses the catalog %j', async (text, message) => {
    await put('catalog.jsonl', text)
    await put('events.tsv', `${HEADER}a\tpurchase\tx\t2011-01-01\t\n`)
    await expect(readShop(folder)).rejects.toMatchObject({
      code: 'catalog-invalid',
      message: expect.stringContaining(message),
    })
  })

  test('readShop names the file that is missing, truncated, damaged or not text', async () => {
    await expect(readShop(join(folder, 'nowhere'))).rejects.toThrow('there is no such shop folder')
    await expect(readShop(folder)).rejects.toThrow('contains no events.tsv')
    const packed = gzipSync(`${HEADER}${'a\tpurchase\tx\t2011-01-01\t\n'.repeat(100)}`)
    await put('events.tsv.gz', packed.subarray(0, packed.length - 12))
    await expect(readShop(folder)).rejects.toThrow('events.tsv.gz: the gzip data ends too early')
    packed[packed.length - 6] ^= 1
    await put('events.tsv.gz', packed)
    await expect(readShop(folder)).rejects.toThrow('events.tsv.gz: the gzip data is damaged')
    await rm(join(folder, 'events.tsv.gz'))
    await put('events.tsv', Buffer.from([0x73, 0xe9, 0x0a]))
    await expect(readShop(folder)).rejects.toThrow('events.tsv: is not UTF-8 text')
  })
})

describe('writeShop', () => {
  const id = fc.stringMatching(/^[^\s\p{Cc}]{1,12}$/u)
  const event: fc.Arbitrary<ShopEvent> = fc.record(
    {
      shopper: fc.constantFrom('ann', 'bob', '__proto__'),
      event: fc.constantFrom(...LOG_NAMES),
      item: id,
      time: fc.integer({ min: 0, max: 2e12 }),
      session: fc.constantFrom('s1', 's2'),
      quantity: fc.integer({ min: 0, max: 99 }),
      price: fc.double({ min: 0, max: 1e4, noNaN: true }),
    },
    { requiredKeys: ['shopper', 'event', 'item', 'time', 'session'] },
  )

  const search: fc.Arbitrary<ShopEvent> = fc.record({
    shopper: fc.constantFrom('ann', 'eve'),
    event: fc.constant('search'),
    item: fc.constant(''),
    time: fc.integer({ min: 0, max: 2e12 }),
    session: fc.constantFrom('s1', 's2'),
    query: fc.constantFrom('tea', 'red mug', '“'),
  })

  test('a written shop is read back, plain or gzip, with exact times or only dates', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { minLength: 1, maxLength: 30 }),
        fc.array(search, { maxLength: 5 }),
        fc.boolean(),
        fc.boolean(),
        async (events, searches, dayOnly, gzip) => {
          const ids = [...new Set(events.map(({ item }) => item))]
          const items = ids.slice(1).map((id, i) => ({ id, title: `“${id}”\t\u2028`, price: i }))
          await writeShop(folder, items, [...searches, ...events], { dayOnly, gzip })
          const shop = await readShop(folder)
          expect(shop.items).toEqual([
            ...items,
            ...(ids.length > items.length ? [{ id: ids[0] }] : []),
          ])
          const expected = [...events, ...searches].map(
            ({ shopper, event, item, time, session, query }) => ({
              shopper,
              event,
              item,
              time: shop.dayOnly ? time - (time % DAY) : time,
              session,
              ...(item === '' && { query }),
            }),
          )
          const order = (rows: ShopEvent[]) =>
            rows
              .map((row) =>
                JSON.stringify(row, ['shopper', 'event', 'item', 'time', 'session', 'query']),
              )
              .sort()
          expect(order(shopEvents(shop))).toEqual(order(expected))
          expect(shop.dayOnly || !dayOnly).toBe(true)
          await writeShop(folder, shop.items, shopEvents(shop), { dayOnly: shop.dayOnly, gzip })
          // A shop in memory doesn't hold each line's price, so the lines written from it have no prices.
          const { prices: _, ...kept } = shop
          expect(await readShop(folder)).toEqual(kept)
        },
      ),
      { numRuns: 60 },
    )
  })

  test('writeShop gives the same bytes for the same input, and removes earlier files in the other format (plain or gzip)', async () => {
    const events: ShopEvent[] = [{ shopper: 'a', event: 'purchase', item: 'x', time: 1e12 }]
    await writeShop(folder, [{ id: 'x' }], events, { gzip: false })
    const first = await writeShop(folder, [{ id: 'x' }], events)
    const bytes = await readFile(join(folder, 'events.tsv.gz'))
    expect(await writeShop(folder, [{ id: 'x' }], events)).toEqual(first)
    expect((await readFile(join(folder, 'events.tsv.gz'))).equals(bytes)).toBe(true)
    expect([...bytes.subarray(4, 8), bytes[9]]).toEqual([0, 0, 0, 0, 255])
    expect((await readdir(folder)).sort()).toEqual(['catalog.jsonl.gz', 'events.tsv.gz'])
  })

  test('writeShop refuses an id with a tab', async () => {
    const bad: ShopEvent = { shopper: 'a\tb', event: 'purchase', item: 'x', time: 0 }
    await expect(writeShop(folder, [], [bad])).rejects.toThrow('shopper "a\\tb" holds a tab')
  })
})
