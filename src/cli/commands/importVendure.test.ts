/** @module Tests `--from vendure` of `import` and `sync` against answers in the form of Vendure 3.7. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { testFolder } from '@nearside/core/testFolder.ts'
import { afterEach, expect, it, onTestFinished, test, vi } from 'vitest'
import { runCommand } from '../testCommand.ts'
import { brief, imported } from '../testImport.ts'
import { command as importCommand } from './import.ts'
import { command as sync } from './sync.ts'

const facet = (code: string, name: string) => ({ name, facet: { code } })
const variant = (id: string, name: string, price: number, more: object = {}) => ({
  ...{ id, sku: `SKU-${id}`, name, createdAt: '2026-03-01T10:00:00.000Z' },
  ...{ price, priceWithTax: price * 1.2, currencyCode: 'GBP', stockLevel: 'IN_STOCK' },
  ...{ featuredAsset: null, facetValues: [], ...more },
})
const product = (id: string, slug: string, variants: object[], more: object = {}) => ({
  ...{ id, slug, description: `<p>About ${slug}</p>`, featuredAsset: null },
  ...{ collections: [], facetValues: [], variants, ...more },
})
const PRODUCTS = [
  product('1', 'mug', [variant('1', 'Red mug', 1000), variant('2', 'Blue mug', 1250)], {
    featuredAsset: { preview: 'https://shop.example/mug.jpg' },
    collections: [{ id: '3' }],
    facetValues: [facet('brand', 'House'), facet('colour', 'many')],
  }),
  product('2', 'kettle', [
    variant('3', 'Kettle', 3000, {
      stockLevel: 'OUT_OF_STOCK',
      facetValues: [facet('colour', 'black')],
    }),
  ]),
  product('3', 'spoon', [variant('4', 'Spoon', 100, { stockLevel: 'LOW_STOCK' })]),
]
const COLLECTIONS = [
  { id: '2', name: 'Kitchen', parentId: '1' },
  { id: '3', name: 'Mugs', parentId: '2' },
]
const line = (variant: string, quantity = 1, price = 1000) => ({
  ...{ quantity, discountedUnitPrice: price, discountedUnitPriceWithTax: price * 1.2 },
  productVariant: { id: variant, sku: `SKU-${variant}`, name: `Variant ${variant}` },
})
const paid = (amount: number, ...refunds: number[]) => [
  {
    ...{ state: 'Settled', amount },
    refunds: refunds.map((total) => ({ state: 'Settled', total })),
  },
]
const order = (id: string, lines: object[], more: object = {}) => ({
  ...{ id, code: `O${id}`, type: 'Regular', state: 'Delivered', currencyCode: 'GBP' },
  ...{ orderPlacedAt: `2026-05-${id.padStart(2, '0')}T10:00:00.000Z`, aggregateOrderId: null },
  ...{ customer: { id: '9' }, payments: paid(1200), lines, ...more },
})
const ORDERS = [
  order('1', [line('1', 2), line('3')]),
  order('2', [line('1')], { state: 'Cancelled' }),
  order('3', [line('1')], { payments: paid(1200, 1200) }),
  order('4', [line('2'), line('1', 0)], { payments: paid(2400, 1200) }),
  order('5', [line('4')], { customer: null }),
  order('6', [line('4'), line('2')], { type: 'Aggregate' }),
  order('7', [line('4')], { type: 'Seller', aggregateOrderId: '6' }),
  order('8', [line('4')], { type: 'Seller', aggregateOrderId: '99' }),
]
const KEY = 'abc:secret'

interface Asked {
  readonly path: string
  readonly headers: IncomingHttpHeaders
}
type Answer = (query: string, skip: number) => unknown

/** Answer with two entries of a list, after the first `skip` entries. */
const page = (name: string, all: readonly object[], skip: number) => ({
  data: { [name]: { items: all.slice(skip, skip + 2), totalItems: all.length } },
})
const answer: Answer = (query, skip) => {
  if (query.includes('collections(')) return page('collections', COLLECTIONS, skip)
  if (query.includes('products(')) return page('products', PRODUCTS, skip)
  return page('orders', ORDERS, skip)
}

async function shop(give: Answer = answer) {
  const asked: Asked[] = []
  const server = createServer(async (request, response) => {
    asked.push({ path: request.url ?? '', headers: request.headers })
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { query, variables } = JSON.parse(Buffer.concat(chunks).toString())
    const given = give(query, variables.skip)
    if (given === undefined) return
    response.setHeader('content-type', 'application/json')
    response.end(typeof given === 'string' ? given : JSON.stringify(given))
  })
  await new Promise<void>((ready) => server.listen(0, 'localhost', ready))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = `http://localhost:${(server.address() as AddressInfo).port}`
  return { admin: `${address}/admin-api`, api: `${address}/shop-api`, asked }
}

afterEach(() => vi.unstubAllEnvs())

async function run(give?: Answer, flags = {}) {
  vi.stubEnv('NEARSIDE_SHOP_TOKEN', KEY)
  const { admin, api, asked } = await shop(give)
  const given = { from: 'vendure', orders: admin, catalog: `${api}?vendure-token=uk`, ...flags }
  return { ...(await imported({}, given)), asked }
}

test('import of Vendure reads orders and products; cancelled, refunded and shopperless orders are left out', async () => {
  const { asked, events, items, report } = await run()
  expect(brief(events, 'shopper', 'item', 'quantity', 'price', 'session')).toEqual([
    '9 1 2 12 O1',
    '9 3 1 12 O1',
    '9 2 1 12 O4',
    '9 4 1 12 O6',
    '9 2 1 12 O6',
    '9 4 1 12 O8',
  ])
  expect(report.logs[0].dropped).toEqual({ 'cancelled or refunded order': 3, 'no shopper': 1 })
  expect(items).toEqual([
    expect.objectContaining({
      ...{ id: '1', groupId: 'product-1', title: 'Red mug', price: 12, currency: 'GBP' },
      ...{ category: 'Kitchen', brand: 'House', description: 'About mug', url: '/product/mug' },
      ...{ image: 'https://shop.example/mug.jpg', available: true },
      added: '2026-03-01T10:00:00Z',
    }),
    expect.objectContaining({ id: '2', groupId: 'product-1', price: 15 }),
    expect.objectContaining({ id: '3', title: 'Kettle', available: false }),
    expect.objectContaining({ id: '4', available: true }),
  ])
  const sent = (path: RegExp, name: string) =>
    new Set(asked.filter((one) => path.test(one.path)).map(({ headers }) => headers[name]))
  expect(sent(/^\/admin-api$/, 'vendure-api-key')).toEqual(new Set([KEY]))
  // Products are read without a key, as an anonymous shopper sees them.
  for (const name of ['vendure-api-key', 'authorization', 'cookie'])
    expect(sent(/^\/shop-api\?vendure-token=uk$/, name)).toEqual(new Set([undefined]))
})

test('--columns selects the SKU as id, the price without tax, and a facet as category', async () => {
  const columns = 'item=sku,price=price,category=facet.colour'
  const { events, items } = await run(answer, { columns })
  expect(brief(events, 'item', 'price').slice(0, 2)).toEqual(['SKU-1 10', 'SKU-3 10'])
  expect(items.map(({ id, price, category }) => [id, price, category])).toEqual([
    ['SKU-1', 10, 'many'],
    ['SKU-2', 12.5, 'many'],
    ['SKU-3', 30, 'black'],
    ['SKU-4', 1, undefined],
  ])
})

const refused = { errors: [{ message: 'Not allowed', extensions: { code: 'FORBIDDEN' } }] }
it.each<[string, Answer, RegExp]>([
  ['a token without rights', () => refused, /admin-api: .*ReadOrder/],
  ['an unknown channel', () => ({ errors: [{ message: 'No channel' }] }), /"No channel"/],
  ['a login page', () => '<!doctype html>', /no GraphQL API/],
  ['another API', () => ({ data: { orders: { items: [{ id: 7 }] } } }), /Vendure API/],
  ['no orders', (_, skip) => page('orders', [], skip), /lists no orders/],
  [
    'an order that vanishes between two pages',
    (_, skip) => page('orders', skip ? ORDERS.slice(1) : ORDERS, skip),
    /changed while it was read/,
  ],
  ['no answer', () => undefined, /no complete answer in 1 s/],
])('%s: the error says so, and nothing is written', async (_, give, message) => {
  vi.stubEnv('NEARSIDE_SHOP_TOKEN', KEY)
  const { admin } = await shop(give)
  const out = join(testFolder(), 'out')
  const flags = { from: 'vendure', orders: admin, out, timeout: give('', 0) ? 60 : 1 }
  const error = { name: 'NearsideError', message: expect.stringMatching(message) }
  await expect(runCommand(importCommand, { flags })).rejects.toMatchObject(error)
  expect(existsSync(out)).toBe(false)
})

test('Vendure’s token is required, is never sent unencrypted, and no message shows it', async () => {
  const flags = { from: 'vendure', out: join(testFolder(), 'out') }
  const run = (orders: string) =>
    runCommand(importCommand, { flags: { ...flags, orders } }).catch(String)
  vi.stubEnv('NEARSIDE_SHOP_TOKEN', '')
  const { admin, asked } = await shop()
  expect(await run(admin)).toMatch(/NEARSIDE_SHOP_TOKEN/)
  expect(asked).toEqual([])
  vi.stubEnv('NEARSIDE_SHOP_TOKEN', KEY)
  for (const address of ['http://shop.example/admin-api?secret', 'orders.csv']) {
    const message = await run(address)
    expect(message).toMatch(/https|addresses/)
    expect(message).not.toMatch(/secret/)
  }
})

test('sync writes changed, deleted and new products of the Shop API; after a failure it changes nothing', async () => {
  const out = testFolder()
  const item = (id: string, price: number) => ({ id, title: id, price, currency: 'GBP' })
  const catalog = [item('1', 12), item('2', 99), item('3', 36), item('8', 5)]
  writeFileSync(join(out, 'catalog.json'), JSON.stringify(catalog))
  const state: { give: Answer } = { give: answer }
  const { api } = await shop((query, skip) => state.give(query, skip))
  const round = () => runCommand(sync, { positionals: [api], flags: { from: 'vendure', out } })
  await round()
  const live = () => readFileSync(join(out, 'live.json'), 'utf8')
  expect(JSON.parse(live())).toMatchObject({
    changed: [
      { id: '2', price: 15 },
      { id: '3', price: 36, available: false },
    ],
    gone: ['8'],
    added: [{ id: '4', price: 1.2 }],
  })
  const good = live()
  state.give = (query, skip) => (query.includes('products(') ? refused : answer(query, skip))
  await expect(round()).rejects.toMatchObject({ message: expect.stringMatching(/stays as it is/) })
  state.give = (query, skip) =>
    query.includes('products(') ? page('products', PRODUCTS.slice(2), skip) : answer(query, skip)
  await expect(round()).rejects.toMatchObject({ code: 'input-invalid' })
  expect(live()).toBe(good)
})
