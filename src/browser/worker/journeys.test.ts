/** @module Tests lists and their reasons for scripted shoppers of the demo shop, with its real model. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Item } from '@nearside/core/catalog/item.ts'
import { DAY } from '@nearside/core/time.ts'
import { expect, test } from 'vitest'
import type { Captured } from '../messages.ts'
import { start, TestServer } from './testDevice.ts'
import { place, there, withoutCause } from './testReasons.ts'

const MODELS = 'public/models'
const NOW = Date.UTC(2026, 5, 20)
const LIMIT = 12

const json = async (path: string) => JSON.parse(await readFile(path, 'utf8'))
const catalog: readonly Item[] = await json('public/catalog/catalog.json')
const { shoppers } = await json('public/replay/shoppers.json')

async function modelFiles() {
  const latest = await readFile(join(MODELS, 'latest.json'))
  const { version } = JSON.parse(latest.toString())
  const names = await readdir(join(MODELS, version))
  const files = names.map(async (name) => {
    const path = `${version}/${name}`
    return [path, new Uint8Array(await readFile(join(MODELS, path)))] as const
  })
  return new Map([['latest.json', new Uint8Array(latest)], ...(await Promise.all(files))])
}

const server = new TestServer(await modelFiles())

async function opened(events: readonly Captured[]) {
  const environment = { now: () => NOW, indexedDb: () => undefined }
  const config = { catalog, exclude: ['bought', 'basket', 'seen'] } as const
  const { device } = await start(server, 'journeys', environment, config)
  for (const one of events) await device.capture(one)
  return device
}

type Input = Captured['input']

/** Events one minute apart, the last of them a minute ago. */
const visit = (...inputs: readonly Input[]): Captured[] =>
  inputs.map((input, at) => ({
    id: `event ${at}`,
    time: NOW - (inputs.length - at) * 60_000,
    input,
  }))

const titled = (words: string) => {
  const found = catalog.find(({ title = '' }) => title.toLowerCase().includes(words.toLowerCase()))
  if (!found) throw new Error(`nothing is called ${words}`)
  return found.id
}
const look = (words: string): Input => ({ name: 'view_item', item_id: titled(words) })
const search = (search_term: string): Input => ({ name: 'search', search_term })

/** Demo orders of a returning shopper, moved so that the last one is of yesterday. */
function returner(label: string): Captured[] {
  const { orders } = shoppers.find((one: { label: string }) => one.label === label)
  const all: { time: number; items: string[] }[] = orders.map(
    (order: { time: string; items: string[] }) => ({ ...order, time: Date.parse(order.time) }),
  )
  const last = Math.max(...all.map(({ time }) => time))
  return all
    .map(({ time, items }) => ({ time: time - last + NOW - DAY, items }))
    .filter(({ time }) => time > NOW - 90 * DAY)
    .sort((a, b) => a.time - b.time)
    .map(({ time, items }, at) => ({
      ...{ id: `order ${at}`, time },
      input: { name: 'purchase', items: items.map((item_id) => ({ item_id })) },
    }))
}

const JOURNEYS: Readonly<Record<string, readonly Captured[]>> = {
  'one look': visit(look('regency cake stand')),
  'a gift buyer': visit(
    search('gift for mum'),
    look('rain mac'),
    look('dolly girl'),
    { name: 'add_to_cart', item_id: titled('dolly girl') },
    look('key fob'),
    look('metal sign'),
  ),
  'a searcher': visit(
    search('cookie cutter'),
    look('cookie cutter'),
    search('lantern'),
    look('lantern'),
    look('clock'),
  ),
  'a browser of best sellers': visit(
    ...['bunting', 'white hanging heart', 'jumbo bag red', 'cake cases', 'lunch bag red'].map(look),
  ),
  'Shopper C, signed in': returner('Shopper C'),
  'Shopper E, signed in, who looks around': [
    ...returner('Shopper E'),
    ...visit(look('regency cake stand'), search('lantern')),
  ],
}

const categoryOf = (id: string) => catalog.find((item) => item.id === id)?.category

for (const [name, events] of Object.entries(JOURNEYS))
  test(`${name}: without the event that a product’s reason names, the product is not in the list`, async () => {
    const device = await opened(events)
    const bestSellers = await device.recommend({ limit: 100, order: 'base' })
    const list = await device.recommend({ limit: LIMIT })
    expect(list).toHaveLength(LIMIT)
    const said: string[] = []
    for (const one of list) {
      said.push(JSON.stringify(one.reason))
      if (one.reason.kind === 'popular') expect(bestSellers.map(({ id }) => id)).toContain(one.id)
      const left = withoutCause(events, one, categoryOf)
      if (!left) continue
      const other = await (await opened(left)).recommend({ limit: LIMIT })
      expect(place(other, one.id), JSON.stringify(one)).toBeGreaterThan(there(one, LIMIT))
    }
    expect(said.some((reason) => !reason.includes('popular'))).toBe(true)
  }, 60_000)

test('after signing in, a bought product is listed only if it is due to be bought again', async () => {
  for (const { label } of shoppers) {
    const events = returner(label)
    const device = await opened(events)
    const bought = new Map<string, number[]>()
    for (const { time, input } of events)
      for (const { item_id = '' } of input.items ?? [])
        bought.set(String(item_id), [...(bought.get(String(item_id)) ?? []), time])
    const again = await device.recommend({ from: 'bought', limit: 6 })
    for (const { id, reason } of again) {
      expect(reason).toEqual({ kind: 'bought-before' })
      expect(NOW - Math.max(...(bought.get(id) ?? []))).toBeGreaterThan(DAY)
    }
    const due = new Set(
      (await device.recommend({ from: 'bought', limit: 500 })).map(({ id }) => id),
    )
    const excludeIds = again.map(({ id }) => id)
    const list = await device.recommend({ limit: LIMIT, excludeIds })
    const known = list.filter(({ id }) => bought.has(id))
    for (const { id } of known) expect(due).toContain(id)
    const unbought = await device.recommend({ from: 'unbought', limit: 100 })
    expect(unbought.filter(({ id }) => bought.has(id))).toEqual([])
  }
}, 60_000)

const byId = new Map(catalog.map((item) => [item.id, item]))
function medianPrice(list: readonly { readonly id: string }[]): number {
  const prices = list.map(({ id }) => byId.get(id)?.price ?? Number.NaN).sort((a, b) => a - b)
  return (prices[5] + prices[6]) / 2
}

/** Views of six products, picked from the whole array of items; each `turn` picks others. */
const sixOf = (items: readonly Item[], turn: number) =>
  visit(
    ...Array.from({ length: 6 }, (_, k): Input => {
      return { name: 'view_item', item_id: items[(131 * (6 * turn + k)) % items.length].id }
    }),
  )
const sold = catalog.filter(({ price = 0, available }) => price > 0 && available !== false)
const under = (most: number) => sold.filter(({ price = 0 }) => price < most)
const medianAfter = async (events: readonly Captured[]) =>
  medianPrice(await (await opened(events)).recommend({ limit: LIMIT }))

test('views of six cheap products lower the median price of the list, and views of six expensive products raise it', async () => {
  const usual = await medianAfter([])
  const dear = sold.filter(({ price = 0 }) => price > 8)
  for (const turn of [0, 1, 2, 3]) {
    expect((await medianAfter(sixOf(under(1), turn))) / usual).toBeLessThan(0.5)
    expect((await medianAfter(sixOf(dear, turn))) / usual).toBeGreaterThan(2)
  }
}, 60_000)

test('two searches for a price and six views of cheap products halve the median price of the list', async () => {
  const cheap = catalog.filter(({ price = 9, available }) => price < 1 && available !== false)
  const usual = medianPrice(await (await opened([])).recommend({ limit: LIMIT }))
  for (const turn of [0, 1, 2, 3]) {
    // The products come from all parts of the catalog.
    const looks = Array.from({ length: 6 }, (_, k) => cheap[(131 * (6 * turn + k)) % cheap.length])
    const looked = looks.map(({ id }): Input => ({ name: 'view_item', item_id: id }))
    const asked = [search('under £1'), search('Under £1')]
    const device = await opened(visit(...asked, ...looked))
    const list = await device.recommend({ limit: LIMIT })
    expect(medianPrice(list)).toBeLessThan(usual / 2)
    const { learned } = device.snapshot()
    expect(learned).toContainEqual(expect.objectContaining({ kind: 'query', name: 'Under £1' }))
    const reasons = list.map(({ reason }) => reason.kind)
    expect(reasons).toContain('searched')
  }
}, 60_000)

/** A scripted shopper, with a check whether a product fits this shopper. */
interface Scripted {
  readonly why: string
  readonly events: readonly Captured[]
  readonly isTheirs: (item: Item) => boolean
  /** Minimum number of products among the first twelve that fit the shopper. */
  readonly least: number
}

const has = (...words: readonly string[]) => {
  const pattern = new RegExp(words.join('|'), 'i')
  return ({ title = '' }: Item) => pattern.test(title)
}

const SCRIPTED: Readonly<Record<string, Scripted>> = {
  'gift buyer': {
    why: 'looked at presents of two children’s ranges, so the list has things for children',
    events: JOURNEYS['a gift buyer'],
    isTheirs: has('dolly', 'spaceboy', 'kids', 'child', 'girl', 'boy', 'mum', 'key', 'sign'),
    least: 6,
  },
  returner: {
    why: 'ordered for three months, so most of the list is of their departments',
    events: returner('Shopper C'),
    isTheirs: ({ category = '' }) => {
      const theirs = returner('Shopper C').flatMap(({ input }) => input.items ?? [])
      return theirs.some(({ item_id = '' }) => byId.get(String(item_id))?.category === category)
    },
    least: 7,
  },
  searcher: {
    why: 'searched for cookie cutters and lanterns, so the list is about them',
    events: JOURNEYS['a searcher'],
    isTheirs: has('cutter', 'lantern', 'clock', 'bak', 'candle', 't-light'),
    least: 7,
  },
  'bargain hunter': {
    why: 'looked at six products under £1, so most of the list costs little',
    events: sixOf(under(1), 1),
    isTheirs: ({ price = 9 }) => price < 1.3,
    least: 7,
  },
  browser: {
    why: 'looked at best sellers, so the list is of what goes with them in their departments',
    events: JOURNEYS['a browser of best sellers'],
    isTheirs: has('bag', 'bunting', 'heart', 'cake', 'retrospot', 'lunch'),
    least: 8,
  },
}

test('the list of each of five scripted shoppers fits that shopper better than the other shoppers’ lists and a new shopper’s list do', async () => {
  const lists = new Map<string, readonly Item[]>()
  const listFor = async (events: readonly Captured[]) =>
    (await (await opened(events)).recommend({ limit: LIMIT })).flatMap(
      ({ id }) => byId.get(id) ?? [],
    )
  for (const [name, { events }] of Object.entries(SCRIPTED)) lists.set(name, await listFor(events))
  const news = await listFor([])
  for (const [name, { isTheirs, least, why }] of Object.entries(SCRIPTED)) {
    const many = (lists.get(name) ?? []).filter(isTheirs).length
    const others = [news, ...[...lists].filter(([other]) => other !== name).map(([, list]) => list)]
    const most = Math.max(...others.map((list) => list.filter(isTheirs).length))
    expect.soft(many, `${name} ${why}`).toBeGreaterThanOrEqual(least)
    expect.soft(many, name).toBeGreaterThan(most)
  }
}, 60_000)
