/**
 * @module Tests `import --from` and `sync --from` with servers that answer as Shopify, WooCommerce and Medusa document.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { testFolder } from '@nearside/core/testFolder.ts'
import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest'
import { runCommand } from '../testCommand.ts'
import { brief, imported } from '../testImport.ts'
import * as shops from '../testShops.ts'
import { command as importCommand } from './import.ts'
import { command as sync } from './sync.ts'

const { shopifyLine, shopifyOrder, shopifyProduct, shopifyVariant } = shops
const { wooLine, wooOrder, wooProduct, wooVariation } = shops
const { medusaItem, medusaOrder, medusaProduct, medusaVariant } = shops

const SHOPIFY = {
  name: 'shopify',
  key: shops.SHOPIFY_APP,
  answer: shops.answerShopify,
  product: (id: number, price: number) =>
    shopifyProduct(id, [shopifyVariant(id, { price: price.toFixed(2) })]),
  order: (id: number, item: number) => shopifyOrder(id, [shopifyLine(item)]),
} as const
const WOOCOMMERCE = {
  name: 'woocommerce',
  key: shops.WOO_KEY,
  answer: shops.answerWoo,
  product: (id: number, price: number) => wooProduct(id, { regular_price: price.toFixed(2) }),
  order: (id: number, item: number) => wooOrder(id, [wooLine(item)]),
} as const

const MEDUSA = {
  name: 'medusa',
  key: shops.MEDUSA_KEY,
  answer: shops.answerMedusa,
  product: (id: number, price: number) => {
    const calculated_price = { calculated_amount: price, currency_code: 'eur' }
    return medusaProduct(id, [medusaVariant(id, { calculated_price })])
  },
  order: (id: number, item: number) => medusaOrder(id, [medusaItem(item)]),
} as const
/** Query parameters of the address from which the products are read. */
const parametersOf = ({ name }: { readonly name: string }) =>
  name === 'medusa' ? '?key=pk_public&region_id=reg_1' : ''

afterEach(() => vi.unstubAllEnvs())

/**
 * Imports from a test server. `fault` gets the number of a request, and may return an answer that replaces the
 * server's.
 */
async function run(
  system: typeof SHOPIFY | typeof WOOCOMMERCE | typeof MEDUSA,
  shop: shops.Shop,
  fault: (nth: number) => shops.Reply | undefined = () => undefined,
) {
  const { address, asked } = await shops.serve((one, nth) => fault(nth) ?? system.answer(shop, one))
  vi.stubEnv('NEARSIDE_SHOP_TOKEN', system.key)
  const catalog = address + parametersOf(system)
  const flags = { from: system.name, orders: address, catalog }
  return { ...(await imported({}, flags)), asked }
}

test('Shopify: import reads published variants, and orders without test, cancelled and removed lines', async () => {
  const red = shopifyVariant(1, { title: 'Red', compareAtPrice: '20.00' })
  const more = [shopifyVariant(2, { title: 'Blue', availableForSale: false }), shopifyVariant(3)]
  const hidden = (id: number, fields: object) => shopifyProduct(id, [shopifyVariant(id)], fields)
  const shop = {
    products: [
      shopifyProduct(1, [red, ...more]),
      shopifyProduct(5, [shopifyVariant(5, { sku: null })], {
        category: null,
        featuredMedia: null,
      }),
      hidden(10, { status: 'DRAFT' }),
      hidden(11, { status: 'ARCHIVED' }),
      hidden(12, { status: 'UNLISTED' }),
      hidden(13, { publishedAt: null }),
      hidden(14, { publishedAt: '2999-01-01T00:00:00Z' }),
    ],
    orders: [
      shopifyOrder(1, [
        ...[shopifyLine(1, { currentQuantity: 2 }), shopifyLine(2, { currentQuantity: 0 })],
        shopifyLine(5, { sku: '', variant: null }),
      ]),
      shopifyOrder(2, [shopifyLine(1)], { test: true }),
      shopifyOrder(3, [shopifyLine(1)], { cancelledAt: '2026-05-04T10:00:00Z' }),
      shopifyOrder(4, [shopifyLine(1)], { displayFinancialStatus: 'REFUNDED' }),
      shopifyOrder(5, [shopifyLine(1)], { customer: null }),
      shopifyOrder(6, [shopifyLine(3)], { displayFinancialStatus: 'PARTIALLY_REFUNDED' }),
    ],
  }
  const { asked, events, items, report } = await run(SHOPIFY, shop)
  expect(items).toEqual([
    {
      ...{ id: 'SKU-1', title: 'Thing 1 - Red', price: 11, currency: 'EUR', groupId: 'thing-1' },
      regularPrice: 20,
      ...{
        available: true,
        brand: 'House',
        category: 'Kitchen & Dining',
        url: '/products/thing-1',
      },
      ...{ description: 'About thing 1', image: 'https://cdn.shopify.com/1.jpg' },
      added: '2025-03-01T10:00:00Z',
    },
    expect.objectContaining({ id: 'SKU-2', title: 'Thing 1 - Blue', available: false }),
    expect.objectContaining({ id: 'SKU-3', title: 'Thing 1', groupId: 'thing-1' }),
    expect.objectContaining({ id: 'Thing 5', price: 15 }),
  ])
  expect(report.catalog?.dropped).toEqual({ 'not published': 5 })
  expect(brief(events, 'shopper', 'item', 'quantity', 'price', 'session')).toEqual([
    '7 SKU-1 2 11 #1001',
    '7 Thing 5 1 15 #1001',
    '7 SKU-3 1 13 #1006',
  ])
  expect(report.logs[0].dropped).toEqual({
    ...{ 'cancelled or refunded order': 2, 'test order': 1, 'no shopper': 1, 'zero quantity': 1 },
  })
  const queries = asked.map(({ body }) => body).join('\n')
  expect(queries).not.toMatch(/email|phone|firstName|lastName|address/i)
})

describe('Shopify: a large catalog', () => {
  const shop = (bulk?: string[]): shops.Shop => ({
    count: 20_000,
    bulk,
    products: [1, 2, 3].map((id) =>
      shopifyProduct(id, [shopifyVariant(id), shopifyVariant(10 + id)], { handle: `t-${id}` }),
    ),
    orders: [shopifyOrder(1, [shopifyLine(1)])],
  })

  test('a large Shopify catalog is read in one file, with the same result as by pages', async () => {
    const pages = await run(SHOPIFY, { ...shop(), count: 3 })
    const bulk = await run(SHOPIFY, shop(['CREATED', 'RUNNING']))
    expect(bulk.items).toEqual(pages.items)
    expect(bulk.items).toHaveLength(6)
    const files = bulk.asked.filter(({ path }) => path === '/bulk.jsonl')
    expect(files.map(({ headers }) => headers['x-shopify-access-token'])).toEqual([undefined])
    expect(bulk.asked.some(({ body }) => body.includes('products(first'))).toBe(false)
  })

  it.each([
    ['is busy with another operation', undefined],
    ['fails', ['RUNNING', 'FAILED']],
  ])('a large Shopify catalog is read by pages if the shop %s', async (_, states) => {
    const { asked, items } = await run(SHOPIFY, shop(states))
    expect(items).toHaveLength(6)
    expect(asked.some(({ body }) => body.includes('products(first'))).toBe(true)
  })

  test('a large Shopify catalog is refused if its file is cut off', async () => {
    const cut = shop([])
    const { address } = await shops.serve((one) => {
      const reply = shops.answerShopify(cut, one)
      return one.path === '/bulk.jsonl' ? { body: String(reply.body).slice(0, -40) } : reply
    })
    vi.stubEnv('NEARSIDE_SHOP_TOKEN', SHOPIFY.key)
    const flags = { from: 'shopify', orders: address, catalog: address }
    await expect(imported({}, flags)).rejects.toMatchObject({
      code: 'input-invalid',
      message: expect.stringMatching(/5 of 6|8 of 9/),
    })
  })
})

test('Shopify: ratings come from the standard metafields, on a scale of 5', async () => {
  const rated = (id: number, value: string | null, count?: string) => {
    const rating = value === null ? null : { value }
    const reviews = count === undefined ? null : { value: count }
    return shopifyProduct(id, [shopifyVariant(id), shopifyVariant(10 + id)], { rating, reviews })
  }
  const scale = (value: string, most: string) =>
    JSON.stringify({ value, scale_min: '1.0', scale_max: most })
  const shop = {
    products: [
      ...[rated(1, scale('4.87', '5.0'), '128'), rated(2, scale('9.0', '10.0'), '3')],
      ...[rated(3, null), rated(4, 'not JSON', '2'), rated(5, scale('0.0', '5.0'), '0')],
      ...[rated(6, scale('4.0', '0')), rated(7, scale('5.0', '5.0'))],
    ],
    orders: [shopifyOrder(1, [shopifyLine(1)])],
  }
  for (const one of [shop, { ...shop, count: 20_000, bulk: [] }]) {
    const { items, report } = await run(SHOPIFY, one)
    const ratings = items.map(({ id, rating, reviews }) => [id, rating, reviews])
    expect(ratings.filter(([, rating, reviews]) => rating !== undefined || reviews)).toEqual([
      ...[...['SKU-1', 'SKU-11'].map((id) => [id, 4.87, 128])],
      ...[...['SKU-2', 'SKU-12'].map((id) => [id, 4.5, 3])],
      ...[...['SKU-4', 'SKU-14'].map((id) => [id, undefined, 2])],
      ...[...['SKU-7', 'SKU-17'].map((id) => [id, 5, undefined])],
    ])
    expect(report.catalog?.dropped).toEqual({})
  }
})

test('Shopify: an API version in the address, and an access token, are used as given', async () => {
  const shop = { products: [], orders: [shopifyOrder(1, [shopifyLine(1)])] }
  const { address, asked } = await shops.serve((one) => shops.answerShopify(shop, one))
  vi.stubEnv('NEARSIDE_SHOP_TOKEN', 'shpat_secret')
  const orders = `${address}/admin/api/2027-01/graphql.json`
  const { events } = await imported({}, { from: 'shopify', orders, columns: 'item=Variant ID' })
  expect(brief(events, 'item')).toEqual(['1'])
  expect(new Set(asked.map(({ path }) => path))).toEqual(
    new Set(['/admin/api/2027-01/graphql.json']),
  )
})

test('WooCommerce: import reads shown products and variations, and orders that were paid for', async () => {
  const variations = [
    wooVariation(21, 'Red', { image: { src: 'https://shop.example/red.jpg' } }),
    wooVariation(22, 'Blue', { sku: '', stock_status: 'outofstock' }),
    wooVariation(23, 'Green', { status: 'private' }),
  ]
  const rated = (average_rating: string, rating_count: number) => ({ average_rating, rating_count })
  const sale = { sale_price: '5.00', date_on_sale_from_gmt: '2025-01-01T00:00:00' }
  const shop = {
    products: [
      wooProduct(1, { ...sale, ...rated('4.60', 128), date_on_sale_to_gmt: '2999-06-30T21:59:59' }),
      wooProduct(2, { ...sale, ...rated('0.00', 0), date_on_sale_to_gmt: '2025-06-30T21:59:59' }),
      wooProduct(3, { stock_status: 'onbackorder', sale_price: '9.00' }),
      wooProduct(10, { status: 'draft' }),
      wooProduct(11, { status: 'private' }),
      wooProduct(12, { catalog_visibility: 'hidden' }),
      wooProduct(13, { post_password: 'open sesame' }),
      wooProduct(20, { ...rated('3.5', 2), type: 'variable', name: 'Mug &amp; spoon', variations }),
      wooProduct(30, {
        type: 'variable',
        status: 'private',
        variations: [wooVariation(31, 'Red')],
      }),
    ],
    orders: [
      wooOrder(1, [wooLine(1), wooLine(20, { variation_id: 22, sku: '', quantity: 2 })]),
      wooOrder(2, [wooLine(1)], { customer_id: 0, billing: { email: 'Bob@Example.org' } }),
      wooOrder(3, [wooLine(1)], { status: 'pending' }),
      wooOrder(4, [wooLine(1)], { status: 'cancelled' }),
      wooOrder(5, [wooLine(1)], { meta_data: [{ id: 1, key: '_wcpay_mode', value: 'test' }] }),
      wooOrder(6, [wooLine(3)], { status: 'on-hold' }),
      wooOrder(7, [wooLine(3)], { currency: 'USD' }),
      wooOrder(8, [wooLine(1)], { customer_id: 0, billing: {} }),
    ],
  }
  const { asked, events, items, report } = await run(WOOCOMMERCE, shop)
  expect(items).toEqual([
    {
      ...{ id: 'SKU-1', title: 'Thing 1', price: 11, currency: 'EUR', available: true },
      sale: { price: 5, from: '2025-01-01T00:00:00Z', until: '2999-06-30T21:59:59Z' },
      ...{ category: 'Mugs', brand: 'House', description: 'About thing 1' },
      ...{ image: 'https://shop.example/1.jpg', added: '2025-03-01T10:00:00Z' },
      ...{ url: 'https://shop.example/product/thing-1/', rating: 4.6, reviews: 128 },
    },
    expect.not.objectContaining({ sale: expect.anything(), rating: expect.anything() }),
    expect.objectContaining({ id: 'SKU-3', price: 9, regularPrice: 13, available: true }),
    expect.objectContaining({
      ...{ id: 'SKU-21', title: 'Mug & spoon - Red', groupId: 'SKU-20', category: 'Mugs' },
      ...{ rating: 3.5, reviews: 2 },
      image: 'https://shop.example/red.jpg',
    }),
    expect.objectContaining({ id: '22', available: false, image: 'https://shop.example/20.jpg' }),
  ])
  expect(report.catalog?.dropped).toEqual({ 'not published': 6, 'parent of variations': 2 })
  expect(brief(events, 'shopper', 'item', 'quantity', 'price')).toEqual([
    ...['7 SKU-1 1 11', '7 22 2 30', 'bob@example.org SKU-1 1 11', '7 SKU-3 1 13', '7 SKU-3 1 '],
  ])
  expect(report.logs[0]).toMatchObject({
    dropped: { 'cancelled or refunded order': 2, 'test order': 1, 'no shopper': 1 },
    lost: { 'price in another currency than EUR': 1 },
  })
  for (const { path, query } of asked)
    expect([path, query.get('_fields')]).toEqual([
      path,
      path.endsWith('/orders') ? expect.not.stringMatching(/address|billing,|shipping/) : null,
    ])
})

test('Medusa: import reads variants with their stock and price, and orders without cancelled, refunded and returned lines', async () => {
  const taxed = {
    ...{ calculated_amount: 10, calculated_amount_with_tax: 12, currency_code: 'eur' },
    ...{ original_amount: 20, original_amount_with_tax: 24 },
  }
  const shop = {
    products: [
      medusaProduct(1, [
        medusaVariant(1, { title: 'Red', calculated_price: taxed }),
        medusaVariant(2, { title: 'Blue', inventory_quantity: 0 }),
      ]),
      medusaProduct(
        3,
        [medusaVariant(3, { sku: null, inventory_quantity: 0, allow_backorder: true })],
        {
          ...{
            categories: [],
            collection: { title: 'Summer' },
            thumbnail: 'https://cdn.example/3.jpg',
          },
        },
      ),
      medusaProduct(4, [medusaVariant(4, { manage_inventory: false, calculated_price: null })]),
    ],
    orders: [
      medusaOrder(1, [
        medusaItem(1, { quantity: 2 }),
        medusaItem(3, { quantity: 2, detail: { return_received_quantity: 1 } }),
      ]),
      medusaOrder(2, [medusaItem(1)], { status: 'canceled' }),
      medusaOrder(3, [medusaItem(1)], { payment_status: 'refunded' }),
      medusaOrder(4, [medusaItem(1)], { customer_id: null }),
      medusaOrder(5, [medusaItem(2, { detail: { return_received_quantity: 1 } }), medusaItem(4)], {
        payment_status: 'partially_refunded',
      }),
    ],
  }
  const { asked, events, items, report } = await run(MEDUSA, shop)
  expect(items).toEqual([
    {
      ...{ id: 'variant_1', title: 'Thing 1 - Red', price: 12, currency: 'EUR', groupId: 'prod_1' },
      regularPrice: 24,
      ...{ available: true, category: 'Kitchen', url: '/products/thing-1' },
      ...{ description: 'About thing 1', added: '2025-03-01T10:00:00Z' },
    },
    expect.objectContaining({ id: 'variant_2', title: 'Thing 1 - Blue', available: false }),
    expect.objectContaining({
      id: 'variant_3',
      title: 'Thing 3',
      available: true,
      category: 'Summer',
    }),
    expect.not.objectContaining({ price: expect.anything() }),
  ])
  expect(brief(events, 'shopper', 'item', 'quantity', 'price', 'session')).toEqual([
    ...['cus_7 variant_1 2 11 1', 'cus_7 variant_3 1 13 1', 'cus_7 variant_4 1 14 5'],
  ])
  expect(report.logs[0].dropped).toEqual({ 'cancelled or refunded order': 3, 'no shopper': 1 })
  const asks = asked.map(({ query }) => query.get('fields')).join()
  expect(asks).not.toMatch(/email|phone|address|first_name/)
  expect(asked.find(({ path }) => path === '/store/products')?.query.get('region_id')).toBe('reg_1')
})

describe.each([SHOPIFY, WOOCOMMERCE, MEDUSA])('$name', (system) => {
  const ids = Array.from({ length: 12 }, (_, id) => id + 1)
  const shop: shops.Shop = {
    products: ids.map((id) => system.product(id, 10 + id)),
    orders: ids.map((id) => system.order(id, id)),
  }
  const secret = system.key.split(':').at(-1)
  const retry = { 'retry-after': '0' }
  const throttled = {
    errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }],
    extensions: {
      cost: {
        ...{ requestedQueryCost: 752, actualQueryCost: null },
        throttleStatus: { maximumAvailable: 1000, currentlyAvailable: 751.99, restoreRate: 50 },
      },
    },
  }

  it.each<[string, shops.Reply]>([
    ['is asked too often', { status: 429, headers: retry, body: { errors: 'Too many' } }],
    ['is down for a moment', { status: 503, headers: retry, body: '<html>' }],
    ['cuts an answer off', { body: { data: 'x'.repeat(99) }, isCut: true }],
    ...(system === SHOPIFY
      ? ([['has no points left', { body: throttled }]] as [string, shops.Reply][])
      : []),
  ])('an API that %s is asked again, and no row is lost or doubled', async (_, busy) => {
    const { asked, events, items } = await run(system, shop, (nth) =>
      nth % 4 === 2 && nth < 12 ? busy : undefined,
    )
    expect(items).toHaveLength(ids.length)
    expect(events).toHaveLength(ids.length)
    const plain = await run(system, shop)
    expect(asked).toHaveLength(plain.asked.length + 3)
  })

  it.each<[string, shops.Reply, RegExp]>([
    ['a wrong key', { status: 401, body: { errors: 'Invalid' } }, /NEARSIDE_SHOP_TOKEN.*read/i],
    ['a key without rights', { status: 403, body: { code: 'no' } }, /NEARSIDE_SHOP_TOKEN.*read/i],
    ['no such address', { status: 404, body: 'not here' }, /status 404/],
    ['a login page', { body: '<!doctype html>' }, /check the address/],
    ['another API', { body: { data: { id: 7 } } }, /missing/],
    ['a wait of an hour', { status: 429, headers: { 'retry-after': '3600' } }, /busy/],
    ['an API that stays down', { status: 500, headers: retry }, /busy \(status 500\)/],
    ...(system === SHOPIFY
      ? ([
          [
            'a scope that is missing',
            {
              body: {
                errors: [
                  {
                    message: 'Access denied for customer field. Required: `read_customers`',
                    extensions: { code: 'ACCESS_DENIED' },
                  },
                ],
              },
            },
            /read_customers/,
          ],
        ] as [string, shops.Reply, RegExp][])
      : []),
  ])(
    '%s: the error says so without the secret, and nothing is written',
    async (_, bad, message) => {
      const failsFrom = system === SHOPIFY && bad.status !== 401 ? 3 : 2
      const { address } = await shops.serve((one, nth) =>
        nth >= failsFrom ? bad : system.answer(shop, one),
      )
      vi.stubEnv('NEARSIDE_SHOP_TOKEN', system.key)
      const out = join(testFolder(), 'out')
      const catalog = address + parametersOf(system)
      const flags = { from: system.name, orders: address, catalog, out }
      const error = await runCommand(importCommand, { flags }).catch((error: unknown) => error)
      expect(error).toMatchObject({
        name: 'NearsideError',
        message: expect.stringMatching(message),
      })
      expect(String(error)).not.toContain(secret)
      expect(existsSync(out)).toBe(false)
    },
  )

  test('after a redirect to another host, the key is not sent there', async () => {
    const other = await shops.serve(() => ({ body: {} }))
    const { address } = await shops.serve(() => ({
      status: 301,
      headers: { location: `${other.address}/elsewhere?key=1` },
    }))
    vi.stubEnv('NEARSIDE_SHOP_TOKEN', system.key)
    const flags = { from: system.name, orders: address, out: join(testFolder(), 'out') }
    await expect(runCommand(importCommand, { flags })).rejects.toMatchObject({
      code: 'input-invalid',
      message: expect.stringContaining(`${other.address}/elsewhere,`),
    })
    expect(other.asked).toEqual([])
  })

  test('without a key, or without encryption, no request is sent', async () => {
    const { address, asked } = await shops.serve(() => ({ body: {} }))
    const fails = (orders: string) =>
      runCommand(importCommand, {
        flags: { from: system.name, orders, out: join(testFolder(), 'out') },
      }).catch(String)
    vi.stubEnv('NEARSIDE_SHOP_TOKEN', '')
    expect(await fails(address)).toMatch(/set NEARSIDE_SHOP_TOKEN/)
    vi.stubEnv('NEARSIDE_SHOP_TOKEN', system.key)
    expect(await fails('http://shop.example')).toMatch(/https/)
    expect(asked).toEqual([])
  })

  describe('sync', () => {
    const published = ids.map((id) => ({
      ...{ id: `SKU-${id}`, title: `Thing ${id}`, price: 10 + id, currency: 'EUR' },
    }))
    let out = ''
    beforeEach(() => {
      out = testFolder()
      writeFileSync(join(out, 'catalog.json'), JSON.stringify(published))
      vi.stubEnv('NEARSIDE_SHOP_TOKEN', system.key)
    })
    const live = () => readFileSync(join(out, 'live.json'), 'utf8')
    const round = (address: string, more = {}) =>
      runCommand(sync, {
        positionals: [address + parametersOf(system)],
        flags: { from: system.name, out, ...more },
      })

    test('sync writes changed, removed and new products; an implausible answer of the shop changes nothing', async () => {
      const changing = { ...shop }
      let isDown = false
      const { address } = await shops.serve((one, nth) =>
        isDown && nth % 3 === 2 ? { status: 401 } : system.answer(changing, one),
      )
      const cheaper = [...shop.products.slice(1, -1), system.product(2 + ids.length, 99)]
      changing.products = [system.product(1, 9.5), ...cheaper]
      await round(address, { 'dry-run': true })
      expect(existsSync(join(out, 'live.json'))).toBe(false)
      await round(address)
      expect(JSON.parse(live())).toMatchObject({
        changed: [{ id: 'SKU-1', price: 9.5 }],
        gone: ['SKU-12'],
        added: [{ id: 'SKU-14', price: 99, currency: 'EUR' }],
      })
      const good = live()
      const stays = { message: expect.stringMatching(/stays as it is/) }
      changing.products = ids.map((id) => system.product(id, 0))
      await expect(round(address)).rejects.toMatchObject(stays)
      changing.products = shop.products.slice(ids.length / 2)
      await expect(round(address)).rejects.toMatchObject(stays)
      changing.products = shop.products
      isDown = true
      await expect(round(address)).rejects.toMatchObject(stays)
      expect(live()).toBe(good)
    })
  })
})
