/**
 * @module Adapter for Segment's ecommerce events. Segment passes each event in this page to a source middleware before
 * sending it; the middleware passes it on unchanged.
 * @see https://www.twilio.com/docs/segment/connections/spec/ecommerce/v2
 * @see https://www.twilio.com/docs/segment/connections/sources/catalog/libraries/website/javascript/middleware
 */
import type { EventName } from '@nearside/core/events/event.ts'
import type { CaptureInput } from '../api.ts'
import { fieldsOf, linesOf, listOf, textOf } from './read.ts'

const NAMES: Readonly<Record<string, EventName>> = {
  'Products Searched': 'search',
  'Product List Viewed': 'view_item_list',
  'Product Clicked': 'select_item',
  'Product Viewed': 'view_item',
  'Product Added': 'add_to_cart',
  'Product Removed': 'remove_from_cart',
  'Product Added to Wishlist': 'add_to_wishlist',
  'Order Completed': 'purchase',
}

/** Reads a track call (`{ event, properties }`); null if it is not a shopping event. */
export function fromSegment(
  call: unknown,
  options: { readonly id?: 'product_id' | 'sku' } = {},
): CaptureInput | null {
  const { event, properties } = fieldsOf(call)
  const name = typeof event === 'string' ? NAMES[event] : undefined
  if (!name) return null
  const given = fieldsOf(properties)
  if (name === 'search') return { name, search_term: textOf(given.query) }
  const lists = name === 'purchase' || name === 'view_item_list'
  const items = (lists ? listOf(given.products) : [given])
    .map(fieldsOf)
    .flatMap((one) => linesOf(one[options.id ?? 'product_id'], one.quantity, one.price))
  return { name, items }
}

/**
 * Source middleware that captures Segment's events.
 * @param options `id`: the id that the shop's catalog uses; default `product_id`
 * @example analytics.addSourceMiddleware(segmentMiddleware(personalizer))
 */
export function segmentMiddleware(
  receiver: { capture(input: CaptureInput): unknown },
  options: { readonly id?: 'product_id' | 'sku' } = {},
) {
  return <Payload>({
    payload,
    next,
  }: {
    readonly payload: Payload
    readonly next: (payload: Payload) => void
  }): void => {
    const { obj } = fieldsOf(payload)
    const { type } = fieldsOf(obj)
    const input = type === 'track' ? fromSegment(obj, options) : null
    if (input) void receiver.capture(input)
    next(payload)
  }
}
