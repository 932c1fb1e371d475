/**
 * @module Google Analytics 4 and Tag Manager: a shop that fills `dataLayer` plugs in by one line.
 *
 * | GA4's ecommerce event | |
 * |---|---|
 * | `view_item`, `select_item`, `view_item_list`, `add_to_cart`, `add_to_wishlist`, `remove_from_cart`, `purchase`, `search`, `view_search_results` | captured |
 * | `view_cart`, `begin_checkout`, `add_shipping_info`, `add_payment_info` | nothing new: what is in the basket was heard of when it was put there |
 * | `refund` | what came back was wanted all the same; a shopper who wants it forgotten says so |
 * | `view_promotion`, `select_promotion` | about a banner: the items under it are heard of when they are looked at |
 *
 * What is not captured is passed over without a word; so is all else in a `dataLayer`.
 * @see https://developers.google.com/analytics/devguides/collection/ga4/ecommerce
 * @see https://developers.google.com/tag-manager/devguide#datalayer
 */
import { EVENT_NAMES, type EventName } from '../../core/events/event.ts'
import type { CaptureInput } from '../../device/api.ts'
import { fieldsOf, linesOf, listOf, type Receiver, textOf } from './read.ts'
import { watchPushes } from './watchPushes.ts'

/** GA4 has two names for a search: the recommended event, and the one that it collects by itself. */
const nameOf = (event: unknown): EventName | undefined =>
  event === 'view_search_results' ? 'search' : EVENT_NAMES.find((known) => known === event)

/**
 * One entry of a `dataLayer`: what was pushed by Tag Manager's convention (`{ event, ecommerce }`),
 * or the arguments of `gtag('event', name, parameters)`.
 * @returns null for what is no shopping event
 */
export function fromDataLayer(entry: unknown): CaptureInput | null {
  const { 0: command, 1: gtagName, 2: parameters, event, ecommerce } = fieldsOf(entry)
  const name = nameOf(command === 'event' ? gtagName : event)
  if (!name) return null
  const given = fieldsOf(command === 'event' ? parameters : entry)
  // What `toGa4` of `nearside/measure` tells of a list says nothing of what was done.
  if (given.nearside_arm !== undefined) return null
  if (name === 'search') return { name, search_term: textOf(given.search_term) }
  const items = listOf(fieldsOf(ecommerce).items ?? given.items)
    .map(fieldsOf)
    .flatMap(({ item_id, quantity, price }) => linesOf(item_id, quantity, price))
  return { name, items }
}

/**
 * Captures what the page has pushed so far and will push; tags go on as before.
 * @example
 * const stop = followDataLayer(personalizer, (window.dataLayer ??= []))
 * @returns how to stop
 */
export function followDataLayer(receiver: Receiver, dataLayer: unknown[]): () => void {
  return watchPushes(dataLayer, (entry) => {
    const input = fromDataLayer(entry)
    if (input) void receiver.capture(input)
  })
}
