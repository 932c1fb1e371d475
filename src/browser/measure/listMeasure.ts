/** @module Interface through which widgets report lists in view and clicks to a shop that measures. */

/** An item of a list and its 1-based place in it. */
export type Placed = {
  /** Id in the catalog. */
  readonly id: string
  /** 1-based place as shown. */
  readonly rank: number
}

/** Receiver of a widget's reports, passed to the widget as `measure`. */
export interface ListMeasure {
  /** Called when a list with these items comes into view, once for each time that a page shows it. */
  shown(list: string, items: readonly Placed[]): void
  /** Called when the shopper follows an item's link. */
  clicked(list: string, item: Placed): void
}
