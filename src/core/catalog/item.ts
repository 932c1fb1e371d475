/** @module A product as a shop describes it; one line of `catalog.jsonl`. */

/** A product as the shop describes it. Only `id` is required. */
export interface Item {
  /** Unique in the catalog; the id that events name. */
  readonly id: string
  /** What the shopper reads; also searched. */
  readonly title?: string
  /** In units of `currency`, e.g. 2.55 for £2.55. */
  readonly price?: number
  /** ISO 4217. */
  readonly currency?: string
  /** One department; lists can be narrowed to it, and taste is learned by it. */
  readonly category?: string
  /** The same for all variants (colour, size, pattern) of a product; Google's `item_group_id`. */
  readonly groupId?: string
  /** Maker or label; also searched. */
  readonly brand?: string
  /** Plain text; also searched. */
  readonly description?: string
  /** URL of the product's picture, relative to the shop's root. */
  readonly image?: string
  /** Address of its page, absolute or from the shop's root; default `/product/<id>`. */
  readonly url?: string
  /** Absent means available. An unavailable item is never recommended. */
  readonly available?: boolean
  /** Since when the shop has it, ISO 8601: a day (from its beginning in UTC), or a time with its zone. */
  readonly added?: string
  /** What else the shop's rules go by, e.g. `{ colour: 'red', sizes: ['S', 'M'] }`. Anybody can read it. */
  readonly attributes?: Readonly<Record<string, AttributeValue | readonly AttributeValue[]>>
}

/** One value of an attribute. */
export type AttributeValue = string | number | boolean
