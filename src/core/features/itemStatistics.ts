/**
 * @module Statistics about items that the base model contains, for computing features. They are population
 * counts before the model's date and contain nothing about single shoppers. Rows follow the model's item
 * table.
 */

import type { ColdStartItems } from './coldStart.ts'
import type { ContextTable } from './context/lifts.ts'

export interface ItemStatistics {
  /** Number of items, N. */
  readonly items: number
  /** Number of co-occurrence neighbours per item, M. */
  readonly neighboursPerItem: number
  /**
   * Item rows of the neighbours, strongest first, [N, M]; unused slots contain the item itself with weight 0.
   */
  readonly neighbourItems: Uint16Array | Uint32Array
  /** Co-occurrence weights in (0, 1], row-major [N, M]. */
  readonly neighbourWeights: Float32Array
  /** log1p of the distinct shoppers who viewed, carted or bought it: in 7 days, in 30 days, and ever, [N]. */
  readonly popularity7: Float32Array
  readonly popularity30: Float32Array
  readonly popularityAll: Float32Array
  /** Natural logarithm of the price, [N]; items without a price have the catalog's median. */
  readonly logPrice: Float32Array
  /** Index of the category, [N]; 0 = none. */
  readonly category: Uint16Array
  /** Days between the item's first appearance and the model's date, [N]. */
  readonly ageDays: Float32Array
  /** Share of its shoppers who came back to it on another day, shrunk to the mean, [N]. */
  readonly repeatRate: Float32Array
  /** Lift of each item in each context; absent if nothing was counted. */
  readonly context?: readonly ContextTable[]
  /** Cold-start items, which are the last rows; absent if there are none. */
  readonly coldStart?: ColdStartItems
}
