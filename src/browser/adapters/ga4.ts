/**
 * @module Adapter for Google Analytics 4 and Tag Manager: a shop that fills `dataLayer` only calls `followDataLayer`.
 *
 * | GA4's ecommerce event | |
 * |---|---|
 * | `view_item`, `select_item`, `view_item_list`, `add_to_cart`, `add_to_wishlist`, `remove_from_cart`, `purchase`, `search`, `view_search_results` | captured |
 * | `view_cart`, `begin_checkout`, `add_shipping_info`, `add_payment_info` | ignored: the basket's items were captured when they were added |
 * | `refund` | ignored: the shopper did want the item, and can delete the order with `forget` |
 * | `view_promotion`, `select_promotion` | ignored: these events are about a banner; an item that it advertises is captured when the shopper views it |
 *
 * All other entries of a `dataLayer` are ignored.
 * @see https://developers.google.com/analytics/devguides/collection/ga4/ecommerce
 * @see https://developers.google.com/tag-manager/devguide#datalayer
 */
import { LOG_NAMES, type LogName } from '@nearside/core/events/event.ts'
import type { CaptureInput } from '../api.ts'
import { fieldsOf, linesOf, listOf, textOf, watchPushes } from './read.ts'

/** GA4 has two names for a search: the recommended event and the automatically collected event. */
const nameOf = (event: unknown): LogName | undefined =>
  event === 'view_search_results' ? 'search' : LOG_NAMES.find((known) => known === event)

/**
 * Reads one entry of a `dataLayer`: a push in Tag Manager's form (`{ event, ecommerce }`), or the arguments of
 * `gtag('event', name, parameters)`.
 * @returns null if the entry is not a shopping event
 */
export function fromDataLayer(entry: unknown): CaptureInput | null {
  const { 0: command, 1: gtagName, 2: parameters, event, ecommerce } = fieldsOf(entry)
  const name = nameOf(command === 'event' ? gtagName : event)
  if (!name) return null
  const given = fieldsOf(command === 'event' ? parameters : entry)
  // Skips entries that `toGa4` of `nearside/measure` pushed: they measure Nearside's own lists.
  if (given.nearside_arm !== undefined) return null
  if (name === 'search') return { name, search_term: textOf(given.search_term) }
  const items = listOf(fieldsOf(ecommerce).items ?? given.items)
    .map(fieldsOf)
    .flatMap(({ item_id, quantity, price }) => linesOf(item_id, quantity, price))
  return { name, items }
}

/**
 * Captures all entries of `dataLayer`, whether pushed before or after this call; other readers of `dataLayer` work as
 * before.
 * @example
 * const stop = followDataLayer(personalizer, (window.dataLayer ??= []))
 * @returns function that stops capturing
 */
export function followDataLayer(
  receiver: { capture(input: CaptureInput): unknown },
  dataLayer: unknown[],
): () => void {
  return watchPushes(dataLayer, (entry) => {
    const input = fromDataLayer(entry)
    if (input) void receiver.capture(input)
  })
}
