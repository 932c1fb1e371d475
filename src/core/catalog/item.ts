/** @module Product as a shop describes it, e.g. in a line of `catalog.jsonl`. */

/**
 * Product as the shop describes it. Only `id` is required.
 *
 * `TAttributes` is the type of the shop's own properties: `Item<{ colour: string }>`. A page's products may have
 * further fields (`interface Product extends Item { stock: number }`), which widgets and hooks preserve.
 */
export interface Item<TAttributes extends Attributes = Attributes> {
  /** Unique id, which events refer to. */
  readonly id: string
  /** Title that the shopper reads; searchable. */
  readonly title?: string
  /** Price in units of `currency`, e.g. 2.55 for £2.55. */
  readonly price?: number
  /**
   * Price during a sale, by the device's clock; `price` is then the usual price. `from` and `until` are ISO 8601 times
   * with their zone, or UTC days (`until` includes that day). Without `from`, the sale has already begun; without
   * `until`, it has no end.
   */
  readonly sale?: { readonly price: number; readonly from?: string; readonly until?: string }
  /**
   * Usual price, struck through on a card while `price` is lower. Default during a `sale`: the price outside the sale.
   */
  readonly regularPrice?: number
  /** ISO 4217 code of the price's currency. */
  readonly currency?: string
  /** Category (one per item). Lists can be narrowed to a category, and the model learns preferences by category. */
  readonly category?: string
  /** Id shared by all variants (colour, size, pattern) of a product; Google calls it `item_group_id`. */
  readonly groupId?: string
  /** Maker or label; searchable. */
  readonly brand?: string
  /** Description in plain text; searchable. */
  readonly description?: string
  /** URL of the picture, relative to the shop's root. */
  readonly image?: string
  /** Address of the product's page, absolute or from the shop's root; default `/product/<id>`. */
  readonly url?: string
  /** Average rating by shoppers, 0 to 5; schema.org's `ratingValue` with `bestRating` 5. Other values are ignored. */
  readonly rating?: number
  /** Number of reviews or ratings that `rating` averages. With 0, cards show no rating. */
  readonly reviews?: number
  /** Short text on the item's card, such as “New” or “Organic”. Texts over 24 characters are ignored. */
  readonly badge?: string
  /** Whether the shop sells the item; default true. Unavailable items are never recommended. */
  readonly available?: boolean
  /** When the shop added the item: ISO 8601 time with its zone, or a day (its beginning in UTC). */
  readonly added?: string
  /** Further properties for the shop's rules, e.g. `{ colour: 'red', sizes: ['S', 'M'] }`. They are public. */
  readonly attributes?: TAttributes
}

/** A product's own properties by name. */
type Attributes = Readonly<Record<string, AttributeValue | readonly AttributeValue[]>>

/** One value of an attribute. */
export type AttributeValue = string | number | boolean

/** Whether a value is a badge: 1 to 24 characters in one line, the first of which is no space. */
export const isBadge = (value: unknown): value is string =>
  typeof value === 'string' && /^\S.{0,23}$/.test(value)

/** Address of a product's page: the item's `url` if it is an http(s) or root-relative URL, else `/product/<id>`. */
export function productPage({ id, url = '' }: Item): string {
  return /^(https?:\/)?\//.test(url) ? url : `/product/${encodeURIComponent(id)}`
}
