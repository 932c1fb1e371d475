import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { sha256Hex, utf8 } from '@nearside/core/bytes.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import { testFolder } from '@nearside/core/testFolder.ts'
import { expect, it, onTestFinished, test, vi } from 'vitest'
import type { SyncedFile } from '../sync/liveJson.ts'
import { type SyncOrder, syncSite } from '../sync/syncSite.ts'
import { runCommand } from '../testCommand.ts'
import { watchFeed } from '../watch.ts'
import { command } from './sync.ts'

const MINUTE = 60_000
/** Milliseconds to wait for an answer from this machine, however busy it is. */
const PATIENCE = 60_000
const START = Date.UTC(2026, 10, 30, 12)
const ITEMS: readonly Item[] = Array.from({ length: 12 }, (_, i) => ({
  ...{ id: `p${i}`, title: `Cup ${i}`, price: 10 + i, currency: 'EUR', category: 'Cups' },
}))

type Answer = (headers: IncomingHttpHeaders, response: ServerResponse) => void

const tsv = (items: readonly Item[]) =>
  [
    'id\ttitle\tlink\tprice\tavailability',
    ...items.map(({ id, title, price, currency, available }) =>
      [
        id,
        title,
        `/p/${id}`,
        `${price} ${currency}`,
        available === false ? 'out of stock' : 'in stock',
      ].join('\t'),
    ),
  ].join('\n')

const send =
  (body: string, headers: Readonly<Record<string, string>> = {}): Answer =>
  (_, response) =>
    response.writeHead(200, headers).end(body)

const status =
  (code: number): Answer =>
  (_, response) =>
    response.writeHead(code).end('no')

/** Publishes a folder, and starts a server whose feed the test chooses. */
async function shop(first: Answer = send(tsv(ITEMS)), name = 'feed.tsv') {
  const out = testFolder()
  const asked: IncomingHttpHeaders[] = []
  const state = { answer: first, now: START }
  const server = createServer((request, response) => {
    asked.push(request.headers)
    state.answer(request.headers, response)
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  const stop = () => {
    server.closeAllConnections()
    server.close()
  }
  onTestFinished(stop)
  const feed = `http://localhost:${(server.address() as AddressInfo).port}/${name}?key=secret`
  const publish = (items: readonly Item[] = ITEMS) =>
    writeFileSync(join(out, 'catalog.json'), JSON.stringify(items))
  publish()
  const path = join(out, 'live.json')
  const text = () => (existsSync(path) ? readFileSync(path, 'utf8') : null)
  const sync = (changes: Partial<SyncOrder> = {}) =>
    syncSite({
      ...{ feed, out, minutes: 5, timeout: PATIENCE, fetch, now: () => state.now },
      ...{ signal: new AbortController().signal, ...changes },
    })
  const live = () => JSON.parse(text() ?? 'null') as SyncedFile
  return { asked, feed, live, out, path, publish, state, stop, sync, text }
}

const without = (n: number) => ITEMS.slice(n)
const but = (changes: Readonly<Record<string, Partial<Item>>>) =>
  ITEMS.map((item) => ({ ...item, ...changes[item.id] }))

it.each([
  ['TSV', 'feed.tsv', tsv],
  ['JSON', 'feed.json', (items: readonly Item[]) => JSON.stringify(items)],
  [
    'XML',
    'feed.xml',
    (items: readonly Item[]) =>
      `<rss xmlns:g="http://base.google.com/ns/1.0"><channel>${items
        .map(
          ({ id, title, price, currency, available }) =>
            `<item><g:id>${id}</g:id><title>${title}</title><g:price>${price} ${currency}</g:price><g:availability>${available === false ? 'out_of_stock' : 'in_stock'}</g:availability></item>`,
        )
        .join('')}</channel></rss>`,
  ],
])('sync writes the differences between catalog.json and a feed in %s', async (_, name, format) => {
  const fresh = { id: 'new', title: 'Kettle', price: 30, currency: 'EUR' }
  const now = but({ p3: { price: 9.5 }, p4: { available: false } }).filter(({ id }) => id !== 'p7')
  const { live, out, sync } = await shop(send(format([...now, fresh])), name)
  expect((await sync()).isNew).toBe(true)
  const catalog = await sha256Hex(readFileSync(join(out, 'catalog.json')))
  const changed = [
    { id: 'p3', price: 9.5 },
    { id: 'p4', price: 14, available: false },
  ]
  expect(live()).toMatchObject({ catalog, minutes: 5, changed, gone: ['p7'] })
  expect(live().added).toEqual([expect.objectContaining(fresh)])
  expect(JSON.stringify(live())).not.toContain('secret')
})

/**
 * Feed with sales in Google's form: the column `sale_price` has the price during the sale, and `price` the usual price.
 */
const withSales = (sales: Readonly<Record<string, string>>) =>
  tsv(ITEMS)
    .split('\n')
    .map((line, at) => `${line}\t${at === 0 ? 'sale_price' : (sales[line.split('\t')[0]] ?? '')}`)
    .join('\n')

test('a sale that begins or ends in the feed changes the price and the usual price', async () => {
  const struck = { price: 10, regularPrice: 13 }
  const { live, publish, state, sync } = await shop(send(withSales({ p3: '10 EUR' })))
  await sync()
  expect(live().changed).toEqual([{ id: 'p3', ...struck }])
  // The catalog now has the sale price, so the end of the sale is a change.
  publish(but({ p3: struck, p4: { price: 14, regularPrice: 20 } }))
  await sync()
  expect(live().changed).toEqual([{ id: 'p4', price: 14, regularPrice: 0 }])
  state.answer = send(withSales({ p1: '9 USD', p2: '-1 EUR' }))
  await sync()
  expect(live().changed).toEqual([
    { id: 'p3', price: 13, regularPrice: 0 },
    { id: 'p4', price: 14, regularPrice: 0 },
  ])
})

test('sale dates without a time zone are read in the given zone, not in the computer’s', async () => {
  const sold = (dates: string, at: number) => (at === 3 ? `10 EUR\t${dates}` : '\t')
  const [head, ...rows] = tsv(ITEMS).split('\n')
  const feed = [
    `${head}\tsale_price\tsale_price_effective_date`,
    ...rows.map((row, at) => `${row}\t${sold('2026-12-24/2026-12-26', at)}`),
  ]
  const saleIn = async (timeZone?: string) => {
    const { live, sync } = await shop(send(feed.join('\n')))
    await sync({ timeZone })
    return live().changed.map(({ id, sale }) => [id, sale])
  }
  onTestFinished(() => void vi.unstubAllEnvs())
  vi.stubEnv('TZ', 'America/New_York')
  expect(await saleIn()).toEqual([
    ['p3', { price: 10, from: '2026-12-24T00:00:00Z', until: '2026-12-27T00:00:00Z' }],
  ])
  expect(await saleIn('Europe/Berlin')).toEqual([
    ['p3', { price: 10, from: '2026-12-23T23:00:00Z', until: '2026-12-26T23:00:00Z' }],
  ])
  await expect(saleIn('Europe/Nowhere')).rejects.toMatchObject({ code: 'input-invalid' })
})

test('a sync with another time zone reads a feed again, even if the feed has not changed', async () => {
  const [head, ...rows] = tsv(ITEMS).split('\n')
  const sold = ['10 EUR\t2026-12-24/2026-12-26', ...rows.slice(1).map(() => '\t')]
  const feed = [
    `${head}\tsale_price\tsale_price_effective_date`,
    ...rows.map((row, at) => `${row}\t${sold[at]}`),
  ].join('\n')
  const { live, sync } = await shop((headers, response) =>
    headers['if-none-match'] === '"1"'
      ? status(304)(headers, response)
      : send(feed, { etag: '"1"' })(headers, response),
  )
  await sync()
  expect((await sync()).isNew).toBe(false)
  await sync({ timeZone: 'Europe/Berlin' })
  expect(live().changed[0].sale?.from).toBe('2026-12-23T23:00:00Z')
})

test('with a feed without usual prices, the usual prices of the catalog stay the same', async () => {
  const { live, publish, sync } = await shop(send(tsv(but({ p4: { price: 13 } }))))
  publish(but({ p3: { regularPrice: 20 }, p4: { regularPrice: 20 } }))
  await sync()
  expect(live().changed).toEqual([{ id: 'p4', price: 13 }])
})

test('a feed that has not changed is not read again, and live.json gets a new time once an hour', async () => {
  const etag = '"1"'
  const { asked, live, publish, state, sync, text } = await shop((headers, response) => {
    if (headers['if-none-match'] === etag) response.writeHead(304).end()
    else response.writeHead(200, { etag }).end(tsv(without(1)))
  })
  await sync()
  const first = text()
  expect(live().gone).toEqual(['p0'])
  state.now += 59 * MINUTE
  expect(await sync()).toMatchObject({ isNew: false })
  expect(text()).toBe(first)
  state.now += MINUTE
  expect(await sync()).toMatchObject({ isNew: true })
  expect(live()).toMatchObject({ gone: ['p0'], time: new Date(state.now).toISOString() })
  // The stored changes belong to another catalog, so the whole feed is read.
  publish(without(2))
  await sync()
  expect(live()).toMatchObject({ gone: [], added: [{ id: 'p1' }] })
  expect(asked.map((headers) => headers['if-none-match'])).toEqual([
    undefined,
    etag,
    etag,
    undefined,
  ])
})

test('sync of a feed with the same products writes nothing, and neither does a dry run', async () => {
  const { path, state, sync, text } = await shop()
  expect(await sync({ dryRun: true })).toMatchObject({ isNew: true })
  expect(existsSync(path)).toBe(false)
  await sync()
  const first = text()
  state.now += MINUTE
  expect(await sync()).toMatchObject({ isNew: false })
  expect(text()).toBe(first)
})

test('a price that becomes 0, goes missing or changes its currency keeps its last good value, and sync names the product', async () => {
  const { feed, live, out, publish, state, sync } = await shop(send(tsv(but({ p3: { price: 9 } }))))
  publish(but({ p4: { price: 0 } }))
  await sync()
  const bad = { p3: { price: 0, available: false }, p5: { currency: 'USD' } }
  state.answer = send(tsv(but({ ...bad, p4: { price: 0 } })))
  expect((await sync()).kept).toEqual(['p3', 'p5'])
  // The last good price is that of the last `live.json`. A product that was published for 0 may cost 0 again.
  expect(live().changed).toEqual([{ id: 'p3', price: 9, available: false }])
  const { printed, result } = await runCommand(command, { flags: { out }, positionals: [feed] })
  expect(result).toMatchObject({ kept: ['p3', 'p5'] })
  expect(printed).toContainEqual(expect.stringMatching(/2 products.*: p3, p5/))
  // A product that only `live.json` has keeps its price, too.
  const fresh = { id: 'new', title: 'Kettle', price: 30, currency: 'EUR' }
  state.answer = send(tsv([...ITEMS, fresh]))
  await sync()
  state.answer = send(tsv([...ITEMS, fresh]).replace('30 EUR', ''))
  expect((await sync()).kept).toEqual(['new'])
  expect(live().added).toEqual([expect.objectContaining(fresh)])
})

const half = ITEMS.length / 2
it.each<[string, Answer, RegExp]>([
  ['status 503', status(503), /status 503/],
  ['status 404', status(404), /status 404/],
  ['no answer', () => {}, /no complete answer in 0\.2 s/],
  [
    'half an answer',
    (_, response) => {
      response.writeHead(200, { 'content-length': '5000' })
      response.write(tsv(ITEMS).slice(0, 99), () => response.destroy())
    },
    /the request failed/,
  ],
  ['an empty answer', send(''), /empty/],
  [
    'a login page',
    send('<!doctype html><html><body>Log in</body></html>'),
    /no column is known as the item/,
  ],
  ['a cut XML feed', send('<rss><channel><item><id>p1</id>'), /cut off/],
  ['cut JSON', send(JSON.stringify(ITEMS).slice(0, -9)), /cut off/],
  ['prices of 0', send(tsv(ITEMS.map((item) => ({ ...item, price: 0 })))), /12 of 12 prices/],
  ['half of the products', send(tsv(without(half))), /6 of 12 products/],
  [
    'half of the prices tenfold',
    send(
      tsv(ITEMS.map((item, i) => ({ ...item, price: (item.price ?? 0) * (i < half ? 10 : 1) }))),
    ),
    /6 of 12 prices/,
  ],
  [
    'another currency',
    send(tsv(ITEMS.map((item) => ({ ...item, currency: 'USD' })))),
    /12 of 12 prices/,
  ],
  [
    'an older feed',
    send(tsv(without(2)), { 'last-modified': 'Sun, 29 Nov 2026 12:00:00 GMT' }),
    /older than the last feed/,
  ],
])('a feed with %s is not used: the last good file stays', async (name, bad, why) => {
  const { feed, path, state, sync, text } = await shop(bad)
  const modified = 'Mon, 30 Nov 2026 12:00:00 GMT'
  const of = (await sha256Hex(utf8(`[null,null]${feed}`))).slice(0, 16)
  const catalog = await sha256Hex(utf8(JSON.stringify(ITEMS)))
  const time = new Date(START).toISOString()
  const last = { changed: [], gone: ['p0'], added: [], feed: { of, modified } }
  const good = JSON.stringify({ catalog, time, minutes: 5, ...last })
  writeFileSync(path, good)
  state.now += 90 * MINUTE
  const message = expect.stringMatching(new RegExp(`^[^\\n]*stays as it is: [^\\n]*${why.source}`))
  const timeout = name === 'no answer' ? 200 : PATIENCE
  await expect(sync({ timeout })).rejects.toMatchObject({ name: 'NearsideError', message })
  expect(text()).toBe(good)
})

test('sync reads a feed with other column names by the names that its options give', async () => {
  const { live, sync } = await shop(send('Artikel;Betrag\np0;99\n'), 'feed.csv')
  const columns = { item: 'Artikel', price: 'Betrag' }
  await expect(sync({ columns })).rejects.toThrow(/11 of 12 products/)
  const one = await shop(send('Artikel;Betrag\np0;12,50\n'), 'feed.csv')
  one.publish(ITEMS.slice(0, 1))
  await one.sync({ columns })
  expect(one.live().changed).toEqual([{ id: 'p0', price: 12.5 }])
  expect(live()).toBeNull()
})

test('a missing feed and a folder without a catalog are named in the error', async () => {
  const { stop, sync, text } = await shop()
  stop()
  await expect(sync()).rejects.toThrow(/ECONNREFUSED/)
  expect(text()).toBeNull()
  await expect(sync({ out: testFolder() })).rejects.toThrow(/nearside publish/)
})

test('a clock that jumps does not prevent sync from giving live.json a new time', async () => {
  const { live, state, sync } = await shop()
  state.now += 1e10
  await sync()
  state.now = START
  expect(await sync()).toMatchObject({ isNew: true })
  expect(live().time).toBe(new Date(START).toISOString())
})

test('a damaged live.json is made anew', async () => {
  const { live, path, sync } = await shop()
  for (const text of ['{', 'null', '{"feed":{"of":7}}']) {
    writeFileSync(path, text)
    await sync()
    expect(live()).toMatchObject({ changed: [], gone: [], added: [] })
  }
})

test('if another catalog is published during a sync, sync computes the changes to that catalog', async () => {
  const { live, out, publish, state, sync } = await shop()
  state.answer = (_, response) => {
    publish(without(3))
    response.end(tsv(ITEMS))
  }
  await sync()
  const catalog = await sha256Hex(readFileSync(join(out, 'catalog.json')))
  expect(live()).toMatchObject({ catalog, added: [{ id: 'p0' }, { id: 'p1' }, { id: 'p2' }] })
})

test('sync --watch waits longer after each failure, up to an hour, and the usual time again after a success', async () => {
  const stop = new AbortController()
  const waits: number[] = []
  const errors: unknown[] = []
  let round = 0
  await watchFeed({
    interval: 5 * MINUTE,
    async wait(time) {
      if (waits.push(time / MINUTE) === 8) stop.abort()
    },
    async round() {
      if (++round > 1 && round < 7) throw new Error(`round ${round}`)
    },
    onFailure: (error) => errors.push(error),
    signal: stop.signal,
  })
  expect(waits).toEqual([5, 10, 20, 40, 60, 60, 5, 5])
  expect(errors).toHaveLength(5)
})

test('sync prints one line per round, says that no page reads live.json yet, and watches until it is stopped', async () => {
  const { feed, live, out, state } = await shop(send(tsv(without(1))))
  const once = { flags: { out, every: 2 }, positionals: [feed] }
  const { printed, result } = await runCommand(command, once)
  expect(result).toMatchObject({ changed: 0, gone: 1, added: 0 })
  expect(printed).toEqual([
    expect.stringMatching(/live\.json written: 0 products changed, 1 gone, 0 new$/),
    expect.stringContaining('nearside publish'),
  ])
  expect(live().minutes).toBe(2)
  const stop = new AbortController()
  const print = (line: string) => {
    if (line.includes('status 503')) stop.abort()
  }
  state.answer = status(503)
  const watched = {
    ...once,
    flags: { ...once.flags, watch: true as const },
    signal: stop.signal,
    print,
  }
  expect(await runCommand(command, watched)).toMatchObject({ result: null })
  await expect(runCommand(command, once)).rejects.toMatchObject({ code: 'input-invalid' })
})
