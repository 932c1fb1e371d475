/** @module A product as a shop describes it; one line of `catalog.jsonl`. */

export interface Item {
  readonly id: string
  readonly title?: string
  /** In units of `currency`, e.g. 2.55 for £2.55. */
  readonly price?: number
  /** ISO 4217. */
  readonly currency?: string
  readonly category?: string
  readonly brand?: string
  readonly description?: string
  /** URL of the product's picture, relative to the shop's root. */
  readonly image?: string
  /** Absent means available. An unavailable item is never recommended. */
  readonly available?: boolean
}
