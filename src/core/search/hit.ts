/** @module A hit, in a file of its own: a shop's compiler reads it, and has no MiniSearch. */

/** A product that was found. */
export interface SearchHit {
  /** The catalog’s id. */
  readonly id: string
  /** BM25+ with field boosts; comparable within one result only. */
  readonly relevance: number
  /** True when every word of the query was found; such hits precede the others, unless all of them are sold out. */
  readonly complete: boolean
  /** Folded words of the item that matched, for highlighting. */
  readonly terms: readonly string[]
  /** True for what the shop no longer sells; such hits come after those that match as fully. */
  readonly soldOut?: boolean
}
