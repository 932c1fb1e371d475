/**
 * @module Tests the adapters with payloads as the vendors' public pages describe them. Each adapter links to its
 * vendor's page.
 */

import { NearsideError } from '@nearside/core/error.ts'
import { readCapture, readStoredEvent } from '@nearside/core/events/capture.ts'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { CaptureInput } from '../api.ts'
import { followDataLayer, fromDataLayer } from './ga4.ts'
import { fromSegment, segmentMiddleware } from './segment.ts'
import { followShopify, fromShopify, type ShopifyAnalytics } from './shopify.ts'
import { followShopifyPixel, relayShopifyPixel } from './shopifyPixel.ts'

/** Event that the device would store for an input. */
const kept = (input: CaptureInput | null) => {
  const event = readCapture(input, 'id', 1)
  return event instanceof NearsideError ? event.code : event
}

function receiver() {
  const heard: CaptureInput[] = []
  return { heard, capture: async (input: CaptureInput) => void heard.push(input) }
}

const tee = {
  item_id: 'SKU_12345',
  item_name: 'Stan and Friends Tee',
  affiliation: 'Merchandise Store',
  discount: 2.22,
  index: 0,
  item_brand: 'A brand',
  item_category: 'Apparel',
  price: 10.01,
  quantity: 3,
}

test('GA4: reads purchases and carts from the `dataLayer` entries of Tag Manager and of gtag', () => {
  const items = [tee, { item_id: 'SKU_12346', price: '49.90', quantity: '1' }]
  const lines = [
    { item_id: 'SKU_12345', quantity: 3, price: 10.01 },
    { item_id: 'SKU_12346', quantity: 1, price: 49.9 },
  ]
  const ecommerce = { transaction_id: 'T_12345', value: 72.05, currency: 'USD', items }
  expect(fromDataLayer({ event: 'purchase', ecommerce })).toEqual({
    name: 'purchase',
    items: lines,
  })
  // gtag() pushes its `arguments`, which is not an array.
  const gtag = (...given: unknown[]) => Object.assign(Object.create(null), { ...given })
  expect(fromDataLayer(gtag('event', 'purchase', ecommerce))).toEqual({
    name: 'purchase',
    items: lines,
  })
  expect(kept(fromDataLayer({ event: 'add_to_cart', ecommerce: { items: [tee] } }))).toMatchObject({
    name: 'add_to_cart',
    items: ['SKU_12345'],
    quantity: 3,
    price: 10.01,
  })
})

test('GA4: each line of an order keeps its quantity and price', () => {
  const other = { item_id: 'SKU_12346', price: '49.90', quantity: '1' }
  const items = [tee, other, { ...tee, quantity: 2 }, { item_id: 'SKU_3' }]
  const event = kept(fromDataLayer({ event: 'purchase', ecommerce: { items } }))
  expect(event).toEqual({
    ...{ id: 'id', time: 1, name: 'purchase' },
    items: ['SKU_12345', 'SKU_12346', 'SKU_3'],
    lines: [{ quantity: 5, price: 10.01 }, { quantity: 1, price: 49.9 }, {}],
  })
  // Reading a stored event drops all order lines if one of them is invalid, so check that these lines survive.
  const stored = { ...(event as object), session: 's' }
  expect(readStoredEvent(stored)).toEqual(stored)
  const damaged = readStoredEvent({ ...stored, lines: [{ quantity: 5 }] })
  expect(damaged).toEqual({ ...stored, lines: undefined })
})

test.each([
  'view_cart',
  'begin_checkout',
  'add_shipping_info',
  'add_payment_info',
  'refund',
  'view_promotion',
  'select_promotion',
])('GA4: ignores %s', (event) => {
  const taken = receiver()
  const dataLayer: unknown[] = []
  followDataLayer(taken, dataLayer)
  dataLayer.push({ event, ecommerce: { items: [tee] } })
  expect(taken.heard).toEqual([])
})

test('GA4: reads both search events, ignores entries of other kinds, and passes on a view without an item, which `capture` refuses', () => {
  expect(fromDataLayer({ event: 'search', search_term: ' t-shirts ' })).toEqual({
    name: 'search',
    search_term: 't-shirts',
  })
  expect(fromDataLayer({ event: 'view_search_results', search_term: 'tee' })?.name).toBe('search')
  for (const entry of [{ ecommerce: null }, { event: 'gtm.js' }, { 0: 'config', 1: 'G-1' }, null]) {
    expect(fromDataLayer(entry)).toBe(null)
  }
  expect(kept(fromDataLayer({ event: 'view_item', ecommerce: { items: [{}] } }))).toBe(
    'event-invalid',
  )
})

test('GA4: captures `dataLayer` entries pushed before and after the start, until the stop; the page’s tags get all entries', () => {
  const taken = receiver()
  const view = (item_id: string) => ({ event: 'view_item', ecommerce: { items: [{ item_id }] } })
  const dataLayer: unknown[] = [view('early'), { event: 'gtm.js' }]
  const stop = followDataLayer(taken, dataLayer)
  expect(dataLayer.push(view('late'), { event: 'other' })).toBe(4)
  stop()
  dataLayer.push(view('after'))
  expect(taken.heard.map(({ items }) => items?.[0].item_id)).toEqual(['early', 'late'])
  expect(dataLayer).toHaveLength(5)
})

const variant = {
  id: '45737128657113',
  sku: 'TEE-M',
  title: 'Medium',
  price: { amount: 19.99, currencyCode: 'USD' },
  product: {
    id: '8950526378201',
    title: 'Tee',
    vendor: 'A vendor',
    type: 'Apparel',
    url: '/p/tee',
  },
}
const shopify = (name: string, data: unknown) => ({
  id: 'sh-1',
  name,
  clientId: 'c',
  timestamp: '2026-01-02T03:04:05.000Z',
  type: 'standard',
  data,
})

test('Shopify: reads views, carts, orders and searches, with the configured kind of item id', () => {
  const id = '8950526378201'
  const price = 19.99
  expect(fromShopify(shopify('product_viewed', { productVariant: variant }))).toEqual({
    name: 'view_item',
    items: [{ item_id: id, price }],
  })
  const cartLine = { merchandise: variant, quantity: 2, cost: { totalAmount: { amount: 39.98 } } }
  expect(fromShopify(shopify('product_added_to_cart', { cartLine }), { id: 'sku' })).toEqual({
    name: 'add_to_cart',
    items: [{ item_id: 'TEE-M', quantity: 2, price }],
  })
  expect(fromShopify(shopify('product_removed_from_cart', { cartLine }))?.name).toBe(
    'remove_from_cart',
  )
  const checkout = {
    order: { id: '1' },
    lineItems: [{ id: 'l', quantity: 2, title: 'Tee', variant }],
  }
  expect(fromShopify(shopify('checkout_completed', { checkout }), { id: 'variant' })).toEqual({
    name: 'purchase',
    items: [{ item_id: '45737128657113', quantity: 2, price }],
  })
  const collection = { id: 'c', title: 'Sale', productVariants: [variant] }
  expect(fromShopify(shopify('collection_viewed', { collection }))?.items).toHaveLength(1)
  const searchResult = { query: 'tee', productVariants: [variant] }
  expect(kept(fromShopify(shopify('search_submitted', { searchResult })))).toMatchObject({
    name: 'search',
    query: 'tee',
  })
  expect(fromShopify(shopify('page_viewed', {}))).toBe(null)
  expect(kept(fromShopify(shopify('product_viewed', {})))).toBe('event-invalid')
})

test('Shopify: subscribes to each event once, and captures nothing after it stops', () => {
  const taken = receiver()
  const subscribed = new Map<string, (event: unknown) => void>()
  const stop = followShopify(taken, {
    subscribe: (name, callback) => void subscribed.set(name, callback),
  })
  const view = () =>
    subscribed.get('product_viewed')?.(shopify('product_viewed', { productVariant: variant }))
  view()
  stop()
  view()
  expect(subscribed.size).toBe(6)
  expect(taken.heard).toHaveLength(1)
})

/** In-memory replacement for the `localStorage` of one origin. */
function memoryStorage(): Storage {
  const kept = new Map<string, string>()
  return {
    get length() {
      return kept.size
    },
    key: (at) => [...kept.keys()][at] ?? null,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
    clear: () => kept.clear(),
  }
}

describe('Shopify’s standard storefront events', () => {
  const gid = (kind: string, id: number | string) => `gid://shopify/${kind}/${id}`
  const line = (id: number, sku: string) => ({
    id: gid('CartLine', `${id}-uuid?cart=1`),
    merchandise: { id: gid('ProductVariant', id), sku, product: { id: gid('Product', 7) } },
  })
  const cart = { lines: { nodes: [line(12, 'TEE-S'), line(13, 'TEE-M')] } }
  const tee = {
    ...{ id: gid('Product', 7), title: 'Tee', handle: 'tee' },
    selectedVariant: { id: gid('ProductVariant', 12), sku: 'TEE-S', price: { amount: '10.00' } },
  }

  /** Creates a page whose theme dispatches events, and records the events that the adapter captures. */
  function page(id: 'product' | 'variant' | 'sku' = 'sku') {
    const target = new EventTarget()
    const taken = receiver()
    const stop = followShopify(taken, target, { id })
    const happens = async (name: string, payload: object) => {
      target.dispatchEvent(Object.assign(new Event(`shopify:${name}`), payload))
      await new Promise((resolve) => setTimeout(resolve))
    }
    return { ...taken, happens, stop }
  }

  test.each([
    ['sku', 'TEE-S'],
    ['variant', '12'],
    ['product', '7'],
  ] as const)(
    'a product page gives a view with the id of kind %s; product cards in lists are no views',
    async (id, item_id) => {
      const { happens, heard, stop } = page(id)
      for (const context of ['collection', 'search', 'recommendation', 'page'])
        await happens('product:view', { context, product: tee, selectedOptions: [] })
      expect(heard).toEqual([{ name: 'view_item', items: [{ item_id, price: 10 }] }])
      stop()
      await happens('product:view', { context: 'page', product: tee })
      expect(heard).toHaveLength(1)
    },
  )

  test('a view of a product without a selected variant is captured with the product’s handle; without any product, `capture` refuses the view', async () => {
    const { happens, heard } = page()
    await happens('product:view', { context: 'page', product: { ...tee, selectedVariant: null } })
    await happens('product:view', { context: 'page', product: null })
    expect(heard[0]).toEqual({ name: 'view_item', items: [{ item_id: 'tee' }] })
    expect(kept(heard[1])).toBe('event-invalid')
  })

  test('items added to the basket are captured only after the addition has succeeded', async () => {
    const { happens, heard } = page()
    const add = (promise: unknown) => ({
      ...{ action: 'add', context: 'product', promise },
      lines: [{ merchandiseId: gid('ProductVariant', 13), quantity: 2 }],
    })
    const failed = Promise.reject(new Error('offline'))
    await happens('cart:lines-update', add(failed))
    await happens('cart:lines-update', add(Promise.resolve({ cart, userErrors: [{ code: 'X' }] })))
    await happens('cart:lines-update', add(Promise.resolve({ cart, detail: { didError: true } })))
    expect(heard).toEqual([])
    let settle = (_: object) => {}
    await happens('cart:lines-update', add(new Promise<object>((resolve) => (settle = resolve))))
    expect(heard).toEqual([])
    settle({ cart })
    await new Promise((resolve) => setTimeout(resolve))
    expect(heard).toEqual([{ name: 'add_to_cart', items: [{ item_id: 'TEE-M', quantity: 2 }] }])
  })

  test('a cart line that is removed or set to 0 is captured as removed; a cart line that gets another quantity is not', async () => {
    const { happens, heard } = page()
    await happens('cart:view', { context: 'page', cart })
    const change = (action: string, id: string, quantity: number) =>
      happens('cart:lines-update', {
        ...{ action, context: 'cart', lines: [{ id, quantity }] },
        promise: Promise.resolve({ cart: { lines: [] } }),
      })
    await change('update', cart.lines.nodes[0].id, 3)
    await change('update', cart.lines.nodes[0].id, 0)
    await change('remove', cart.lines.nodes[1].id, 0)
    // Themes that use the Ajax API identify a cart line by its key, which begins with the variant's id.
    await change('remove', gid('CartLine', '12:abcdef'), 0)
    expect(heard).toEqual(
      ['TEE-S', 'TEE-M', 'TEE-S'].map((item_id) => ({
        name: 'remove_from_cart',
        items: [{ item_id }],
      })),
    )
  })

  test('a search counts once, however often its filters change', async () => {
    const { happens, heard } = page()
    for (const query of ['tee', 'tee', '', 'mug', 'tee'])
      await happens('search:update', { search: { query, productFilters: [] } })
    expect(heard.map(({ search_term }) => search_term)).toEqual(['tee', 'mug', 'tee'])
  })

  test('no payload makes the adapter throw, and each captured id is a string', async () => {
    await fc.assert(
      fc.asyncProperty(fc.anything(), fc.anything(), async (one, other) => {
        const { happens, heard } = page()
        await happens('product:view', { context: 'page', product: one })
        await happens('search:update', { search: one })
        await happens('cart:view', { cart: { lines: one } })
        await happens('cart:lines-update', { action: 'add', lines: one, promise: other })
        await happens('cart:lines-update', { action: 'remove', lines: [other], promise: one })
        for (const input of heard)
          for (const { item_id } of input.items ?? []) expect(item_id).toEqual(expect.any(String))
      }),
      { numRuns: 200 },
    )
  })
})

test('Shopify: an event from the pixel’s sandbox reaches the page once, in order', () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const storage = memoryStorage()
  storage.setItem('theme', 'dark')
  const subscribed = new Map<string, (event: unknown) => void>()
  const analytics: ShopifyAnalytics = {
    subscribe: (name, callback) => void subscribed.set(name, callback),
  }
  // In the sandbox, `localStorage` takes text only, and writes it with a delay.
  const localStorage = {
    setItem: async (key: string, value: string) => storage.setItem(key, value),
  }
  const end = relayShopifyPixel(analytics, { localStorage }, { id: 'sku' })
  const happens = (name: string, data: unknown) => subscribed.get(name)?.(shopify(name, data))
  happens('product_viewed', { productVariant: variant })
  happens('search_submitted', { searchResult: { query: 'tee' } })

  const taken = receiver()
  const stop = followShopifyPixel(taken, storage)
  const time = Date.now()
  const view = { name: 'view_item', items: [{ item_id: 'TEE-M', price: 19.99 }], time }
  expect(taken.heard).toEqual([view, { name: 'search', search_term: 'tee', time }])
  // The first tab has already taken both events, so a second tab finds none. Later events are found within a second.
  const other = receiver()
  followShopifyPixel(other, storage)()
  happens('product_viewed', { productVariant: variant })
  storage.setItem('nearside-pixel 0', 'no JSON')
  vi.advanceTimersByTime(1000)
  expect(taken.heard.slice(2)).toEqual([view])
  expect(other.heard).toEqual([])
  expect(storage.length).toBe(1)
  end()
  happens('product_viewed', { productVariant: variant })
  stop()
  expect(storage.length).toBe(1)
  expect(vi.getTimerCount()).toBe(0)
})

const game = {
  product_id: '507f1f77bcf86cd799439011',
  sku: '45790-32',
  category: 'Games',
  name: 'Monopoly: 3rd Edition',
  price: 19,
  quantity: 1,
}

test('Segment: reads views, carts, orders and searches', () => {
  const line = { item_id: '507f1f77bcf86cd799439011', quantity: 1, price: 19 }
  expect(fromSegment({ event: 'Product Viewed', properties: game })).toEqual({
    name: 'view_item',
    items: [line],
  })
  expect(fromSegment({ event: 'Product Added', properties: game }, { id: 'sku' })?.items).toEqual([
    { ...line, item_id: '45790-32' },
  ])
  const order = { order_id: '50314b8e', total: 27.5, currency: 'USD', products: [game, game] }
  expect(fromSegment({ event: 'Order Completed', properties: order })?.items).toEqual([line, line])
  expect(fromSegment({ event: 'Products Searched', properties: { query: 'blue roses' } })).toEqual({
    name: 'search',
    search_term: 'blue roses',
  })
  expect(fromSegment({ event: 'Coupon Applied', properties: {} })).toBe(null)
})

test('Segment: the middleware passes every payload on unchanged', () => {
  const taken = receiver()
  const middleware = segmentMiddleware(taken)
  const passed: unknown[] = []
  const track = { obj: { type: 'track', event: 'Product Clicked', properties: game } }
  const identify = { obj: { type: 'identify', traits: { email: 'a@b.c' } } }
  for (const payload of [track, identify]) middleware({ payload, next: (it) => passed.push(it) })
  expect(passed).toEqual([track, identify])
  expect(passed[0]).toBe(track)
  expect(taken.heard.map(({ name }) => name)).toEqual(['select_item'])
})

test('no payload makes an adapter throw or return an unusable event', () => {
  const names = fc.constantFrom(
    'view_item',
    'purchase',
    'search',
    'product_viewed',
    'Order Completed',
  )
  fc.assert(
    fc.property(names, fc.anything(), (name, anything) => {
      const shapes = [
        fromDataLayer({ event: name, ecommerce: anything, search_term: anything }),
        fromDataLayer({ event: name, ecommerce: { items: [anything] } }),
        fromShopify({ name, data: anything }),
        fromShopify({ name, data: { productVariant: anything, checkout: anything } }),
        fromSegment({ event: name, properties: anything }),
        fromSegment({ event: name, properties: { products: [anything] } }),
      ]
      for (const input of shapes) {
        for (const line of input?.items ?? []) {
          expect(line.item_id).toMatch(/\S/)
          if (line.price !== undefined) expect(line.price).toBeGreaterThanOrEqual(0)
        }
        if (input) kept(input)
      }
    }),
  )
})
