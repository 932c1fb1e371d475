/** @module Tests the readers with orders as the vendors' public pages describe them; `orders.ts` links these pages. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ordersFromGa4, ordersFromShopify } from './orders.ts'

const gid = (kind: string, id: number) => `gid://shopify/${kind}/${id}`

const time = Date.parse('2026-05-02T10:00:00Z')

/** Order line of the Customer Account API. */
const line = {
  title: 'Tee',
  quantity: 2,
  productId: gid('Product', 7),
  variantId: gid('ProductVariant', 70),
  sku: 'TEE-M',
  price: { amount: '19.99', currencyCode: 'EUR' },
}
const order = {
  id: gid('Order', 1001),
  name: '#1001',
  email: 'someone@shop.example',
  processedAt: '2026-05-02T10:00:00Z',
  cancelledAt: null,
  lineItems: { nodes: [line, { title: 'Gift card', quantity: 1, price: { amount: '10.0' } }] },
}

test('Shopify: reads only the order number, time and lines of each order', () => {
  const taken = { id: '1001', time, items: [{ item_id: 'TEE-M', quantity: 2, price: 19.99 }] }
  const asSku = (orders: unknown) => ordersFromShopify(orders, { id: 'sku' })
  expect(asSku({ nodes: [order] })).toEqual([taken])
  expect(asSku([order])).toEqual([taken])
  expect(asSku({ edges: [{ node: order }] })).toEqual([taken])
  const idsAs = (id: 'product' | 'variant') =>
    ordersFromShopify([order], { id })[0].items.map(({ item_id }) => item_id)
  expect([idsAs('product'), idsAs('variant')]).toEqual([['7'], ['70']])
})

test('Shopify: reads orders of the Storefront and the Admin API, except cancelled ones', () => {
  const variant = {
    id: gid('ProductVariant', 70),
    sku: 'TEE-M',
    product: { id: gid('Product', 7) },
  }
  const storefront = {
    id: `${gid('Order', 1001)}?key=abc`,
    processedAt: '2026-05-02T10:00:00Z',
    canceledAt: null,
    lineItems: {
      edges: [{ node: { quantity: 2, variant: { ...variant, price: { amount: '19.99' } } } }],
    },
  }
  const items = [{ item_id: '7', quantity: 2, price: 19.99 }]
  expect(ordersFromShopify([storefront])).toEqual([{ id: '1001', time, items }])
  const admin = {
    id: 1001,
    processed_at: '2026-05-02T12:00:00+02:00',
    cancelled_at: null,
    line_items: [{ product_id: 7, variant_id: 70, sku: 'TEE-M', quantity: 2, price: '19.99' }],
  }
  expect(ordersFromShopify([admin])).toEqual([{ id: '1001', time, items }])
  const cancelled = [
    { ...order, cancelledAt: '2026-05-03T10:00:00Z' },
    { ...storefront, canceledAt: '2026-05-03T10:00:00Z' },
    { ...admin, cancelled_at: '2026-05-03T10:00:00Z' },
  ]
  expect(ordersFromShopify(cancelled)).toEqual([])
})

test('GA4: reads purchases of the BigQuery export and the Measurement Protocol by transaction id', () => {
  const items = [{ item_id: 'SKU_1', item_name: 'Tee', quantity: 2, price: 10.01 }]
  const exported = {
    event_name: 'purchase',
    event_timestamp: `${time}000`,
    user_pseudo_id: '1.2',
    ecommerce: { transaction_id: 'T_1', purchase_revenue: 20.02 },
    items,
  }
  const sent = {
    name: 'purchase',
    timestamp_micros: time * 1000,
    params: { transaction_id: 'T_1', value: 20.02, items },
  }
  const taken = { id: 'T_1', time, items: [{ item_id: 'SKU_1', quantity: 2, price: 10.01 }] }
  expect(ordersFromGa4([exported, { ...exported, event_name: 'view_item' }])).toEqual([taken])
  expect(ordersFromGa4([sent])).toEqual([taken])
  const unnumbered = { ...exported, ecommerce: {} }
  const undated = { ...sent, timestamp_micros: undefined }
  expect(ordersFromGa4([unnumbered, undated, { ...sent, params: {} }])).toEqual([])
})

test('no input makes a reader throw or return an incomplete order', () => {
  fc.assert(
    fc.property(
      fc.anything(),
      fc.constantFrom('id', 'processedAt', 'lineItems', 'items', 'event_name', 'params'),
      (value, field) => {
        const taken = [
          ...ordersFromShopify(value),
          ...ordersFromShopify([{ ...order, [field]: value }]),
          ...ordersFromGa4(value),
          ...ordersFromGa4([{ event_name: 'purchase', event_timestamp: 1e15, [field]: value }]),
        ]
        for (const { id, time, items } of taken) {
          expect(id).not.toBe('')
          expect(time).not.toBeNaN()
          expect(items.length).toBeGreaterThan(0)
        }
      },
    ),
  )
})
