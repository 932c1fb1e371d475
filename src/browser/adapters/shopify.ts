/**
 * @module Adapter for Shopify's customer events, for code in the shop's own page. Pixels in Shopify's sandbox (a worker
 * or a frame) use `shopifyPixel.ts`.
 * @see https://shopify.dev/docs/api/web-pixels-api/standard-events
 */
import type { EventName } from '@nearside/core/events/event.ts'
import type { CaptureInput } from '../api.ts'
import { type Fields, fieldsOf, type Line, linesOf, listOf, textOf } from './read.ts'
import { followStorefront } from './shopifyStorefront.ts'

/** Kind of id that the shop's catalog uses. */
export type ShopifyId = 'product' | 'variant' | 'sku'

/** Part of Shopify's `analytics` that this adapter uses. */
export interface ShopifyAnalytics {
  /** Calls `callback` for each event named `event`. */
  subscribe(event: string, callback: (event: unknown) => void): unknown
}

const NAMES: Readonly<Record<string, EventName>> = {
  product_viewed: 'view_item',
  collection_viewed: 'view_item_list',
  product_added_to_cart: 'add_to_cart',
  product_removed_from_cart: 'remove_from_cart',
  checkout_completed: 'purchase',
  search_submitted: 'search',
}

/** Reads one of Shopify's customer events; null if it is not a shopping event. */
export function fromShopify(
  event: unknown,
  options: { readonly id?: ShopifyId } = {},
): CaptureInput | null {
  const { name: given, data: carried } = fieldsOf(event)
  const name = typeof given === 'string' ? NAMES[given] : undefined
  if (!name) return null
  const data = fieldsOf(carried)
  if (name === 'search') return { name, search_term: textOf(fieldsOf(data.searchResult).query) }
  return { name, items: itemsOf(given as string, data, options.id ?? 'product') }
}

function itemsOf(event: string, data: Fields, id: string): readonly Line[] {
  const linesFor = (variant: unknown, quantity?: unknown) => {
    const { id: variantId, sku, product, price } = fieldsOf(variant)
    const ids: Fields = { product: fieldsOf(product).id, variant: variantId, sku }
    return linesOf(ids[id], quantity, fieldsOf(price).amount)
  }
  switch (event) {
    case 'product_viewed':
      return linesFor(data.productVariant)
    case 'collection_viewed':
      return listOf(fieldsOf(data.collection).productVariants).flatMap((one) => linesFor(one))
    case 'checkout_completed':
      return listOf(fieldsOf(data.checkout).lineItems)
        .map(fieldsOf)
        .flatMap(({ variant, quantity }) => linesFor(variant, quantity))
    default: {
      const { merchandise, quantity } = fieldsOf(data.cartLine)
      return linesFor(merchandise, quantity)
    }
  }
}

/**
 * Captures Shopify's customer events, or the standard storefront events that a theme dispatches. Follow only one of the
 * two sources, because both report the same views and basket changes. Standard storefront events don't report
 * purchases.
 * @param source Shopify's `analytics`; the page's `document` for standard storefront events
 * @param options `id`: the id that the shop's catalog uses; default `product`
 * @example followShopify(personalizer, document, { id: 'sku' })
 * @returns function that stops capturing
 */
export function followShopify(
  receiver: { capture(input: CaptureInput): unknown },
  source: ShopifyAnalytics | EventTarget,
  options: { readonly id?: ShopifyId } = {},
): () => void {
  if (!('subscribe' in source)) return followStorefront(receiver, source, options.id ?? 'product')
  let following = true
  for (const name of Object.keys(NAMES)) {
    source.subscribe(name, (event) => {
      const input = following ? fromShopify(event, options) : null
      if (input) void receiver.capture(input)
    })
  }
  return () => {
    following = false
  }
}
