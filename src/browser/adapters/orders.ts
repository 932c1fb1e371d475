/**
 * @module Converts a signed-in shopper's orders from Shopify or GA4 for `seed` of the personalizer. Only order number,
 * time and lines are read, but no name, address or payment.
 */
import type { PastOrder } from '../api.ts'
import { type Fields, fieldsOf, linesOf, listOf, textOf } from './read.ts'
import type { ShopifyId } from './shopify.ts'

/**
 * Reads a customer's orders from Shopify; cancelled orders are left out. The orders can be `orders` of the Customer
 * Account API or the Storefront API, their `nodes`, or `orders` of the Admin API.
 * @example await personalizer.seed(ordersFromShopify(data.customer.orders, { id: 'sku' }))
 * @see https://shopify.dev/docs/api/customer/latest/objects/Order
 * @see https://shopify.dev/docs/api/admin-rest/latest/resources/order
 */
export function ordersFromShopify(
  orders: unknown,
  options: { readonly id?: ShopifyId } = {},
): PastOrder[] {
  return nodesOf(orders).flatMap((given) => {
    const order = fieldsOf(given)
    if (order.cancelledAt ?? order.cancelled_at ?? order.canceledAt) return []
    const time = order.processedAt ?? order.processed_at ?? order.createdAt ?? order.created_at
    const lines = nodesOf(order.lineItems ?? order.line_items).map(fieldsOf)
    const items = lines.flatMap((line) => {
      const price = fieldsOf(line.price).amount ?? fieldsOf(fieldsOf(line.variant).price).amount
      return linesOf(idOf(line, options.id ?? 'product'), line.quantity, price ?? line.price)
    })
    return pastOrder(plainId(order.id), Date.parse(textOf(time) ?? ''), items)
  })
}

function nodesOf(given: unknown): readonly unknown[] {
  if (Array.isArray(given)) return given
  const { nodes, edges } = fieldsOf(given)
  return Array.isArray(nodes) ? nodes : listOf(edges).map((edge) => fieldsOf(edge).node)
}

/** Shortens GraphQL's `gid://shopify/Order/1?key=…` to `1`, the form of ids in captured purchases. */
const plainId = (id: unknown) => textOf(id)?.replace(/^gid:\/\/shopify\/\w+\/|\?key=.*$/g, '')

function idOf(line: Fields, id: ShopifyId): string | undefined {
  const variant = fieldsOf(line.variant)
  const ids = {
    product: line.productId ?? line.product_id ?? fieldsOf(variant.product).id,
    variant: line.variantId ?? line.variant_id ?? variant.id,
    sku: line.sku ?? variant.sku,
  }
  return plainId(ids[id])
}

/**
 * Reads GA4's `purchase` events; other events are left out. The events can have the form of BigQuery's export
 * (`event_timestamp` in microseconds, parameters as `ecommerce`) or of the Measurement Protocol (`params`,
 * `timestamp_micros`). Purchases without a `transaction_id` are left out, too.
 * @example await personalizer.seed(ordersFromGa4(await (await fetch('/my-purchases')).json()))
 * @see https://support.google.com/analytics/answer/7029846
 */
export function ordersFromGa4(events: unknown): PastOrder[] {
  return listOf(events).flatMap((given) => {
    const event = fieldsOf(given)
    if ((event.event_name ?? event.name) !== 'purchase') return []
    const { transaction_id, items } = {
      ...event,
      ...fieldsOf(event.ecommerce),
      ...fieldsOf(event.params),
    }
    const lines = listOf(event.items ?? items).map(fieldsOf)
    return pastOrder(
      textOf(transaction_id),
      Number(textOf(event.event_timestamp ?? event.timestamp_micros)) / 1000,
      lines.flatMap(({ item_id, quantity, price }) => linesOf(item_id, quantity, price)),
    )
  })
}

function pastOrder(id: string | undefined, time: number, items: PastOrder['items']): PastOrder[] {
  return id === undefined || Number.isNaN(time) || items.length === 0 ? [] : [{ id, time, items }]
}
