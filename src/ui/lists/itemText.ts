/** @module Texts of an item's default card: price, rating, and the reason in plain words. */

import { numberText, type Words } from '@nearside/browser/page/words.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import type { Reason, Recommendation } from '@nearside/core/ranking/apiLists.ts'
import type { ListKey } from '../messages/lists.ts'

/**
 * Text of a reason: a short sentence without a full stop.
 * @param of id of the explained item. If the reason is an action on this item, the text says "You bought …" instead
 *   of "Because you bought …"
 */
export function reasonText(
  words: Words<ListKey>,
  reason: Reason,
  itemOf: (id: string) => Item | undefined,
  of?: string,
): string {
  const item = 'item' in reason ? reason.item : undefined
  const title = item === undefined ? '' : (itemOf(item)?.title ?? words('something'))
  switch (reason.kind) {
    case 'because':
      return words(`${reason.item === of ? 'did' : 'because'}.${reason.signal}`, { title })
    case 'similar':
      return words('similarTo', { title })
    case 'looks-like':
      return words('looksLike', { title })
    case 'bought-together':
      return words('boughtWith', { title })
    case 'searched':
      return words('searched', { query: reason.query })
    case 'category':
      return words('category', { category: reason.category })
    case 'context':
      // The calendar's values, such as `new-year`, are no words for a shopper.
      if (/^(hour|weekday|holiday)$/.test(reason.name)) return words('context.now')
      return words('context', { name: reason.name, value: reason.value })
    default:
      return words(reason.kind)
  }
}

/** Text that says how many places higher or lower the item is than in everyone's list; null if it didn't move. */
export function movedText(
  words: Words<'higher' | 'lower'>,
  { baseRank, rank }: Pick<Recommendation, 'baseRank' | 'rank'>,
): string | null {
  const up = baseRank - rank
  if (up > 0) return words('higher', { n: up })
  return up < 0 ? words('lower', { n: -up }) : null
}

/** Usual price of an item that costs less now; null for any other item. @param locale BCP 47 */
export function usualPriceText(item: Item, locale: string): string | null {
  const { price = 0, regularPrice: usual = 0 } = item
  return usual > price ? priceText({ ...item, price: usual }, locale) : null
}

/** Rating in signs ("★ 4.6 (128)") and in words; null for an item without a rating. @param locale BCP 47 */
export function ratingText(
  { rating = 0, reviews }: Item,
  words: Words<'rating' | 'reviews'>,
  locale: string,
): { readonly short: string; readonly long: string } | null {
  if (rating <= 0 || reviews === 0) return null
  const stars = Math.round(10 * rating) / 10
  const [short, long] = [`★ ${numberText(stars, locale)}`, words('rating', { rating: stars })]
  if (reviews === undefined) return { short, long }
  const count = numberText(reviews, locale)
  return { short: `${short} (${count})`, long: `${long}, ${words('reviews', { n: reviews })}` }
}

/** @param locale BCP 47 */
export function priceText({ price = 0, currency }: Item, locale: string): string {
  const style = currency ? ({ style: 'currency', currency } as const) : { minimumFractionDigits: 2 }
  return new Intl.NumberFormat(locale, style).format(price)
}
