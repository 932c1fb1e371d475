/** @module Type of a search hit, in its own file so that a shop can compile against it without MiniSearch. */

/** Product that a search found. */
export interface SearchHit {
  /** Id of the item in the catalog. */
  readonly id: string
  /** BM25+ score with field boosts, comparable within one result only. */
  readonly relevance: number
  /** Whether every word of the query was found. Such hits come first, unless all of them are sold out. */
  readonly complete: boolean
  /** Whether the product has a word of the query only in a similar spelling. */
  readonly respelt?: boolean
  /** Words of the item that matched the query, folded (lower case, singular, without accents), for highlighting. */
  readonly terms: readonly string[]
  /** Whether a rule of the shop put the product at this place; `blend` leaves it there. */
  readonly pinned?: boolean
  /** Whether the product is sold out. Sold-out hits come after the available hits with the same value of `complete`. */
  readonly soldOut?: boolean
}
