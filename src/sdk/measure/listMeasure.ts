/** @module What widgets say of their lists where a shop measures: which came into view, and what was followed. */

/** An item of a list and its 1-based place in it. */
export interface Placed {
  /** The catalog’s id. */
  readonly id: string
  /** As shown. */
  readonly rank: number
}

/** What widgets are given as `measure`. */
export interface ListMeasure {
  /** A list came into view with these items; once for each time that a page shows it. */
  shown(list: string, items: readonly Placed[]): void
  /** The shopper followed an item's link. */
  clicked(list: string, item: Placed): void
}
