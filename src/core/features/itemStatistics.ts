/**
 * @module What the base model ships about items for computing features: population counts from
 * before the model's date, never anything about one shopper. Rows follow the model's item table.
 */

import type { ColdStartItems } from './coldStart.ts'
import type { ContextTable } from './context/lifts.ts'

export interface ItemStatistics {
  /** N. */
  readonly items: number
  /** Co-occurrence lists: for each item its `neighboursPerItem` strongest, strongest first. */
  readonly neighboursPerItem: number
  /** Item rows, [N, M]; unused slots repeat the item itself with weight 0. */
  readonly neighbourItems: Uint16Array | Uint32Array
  /** In (0, 1], row-major [N, M]. */
  readonly neighbourWeights: Float32Array
  /** Distinct shoppers who viewed, carted or bought it in 7 days, 30 days, and ever; log1p, [N]. */
  readonly popularity7: Float32Array
  readonly popularity30: Float32Array
  readonly popularityAll: Float32Array
  /** Natural log of the price; NaN-free: items without a price carry the catalog's median, [N]. */
  readonly logPrice: Float32Array
  /** Index of the category, [N]; 0 = none. */
  readonly category: Uint16Array
  /** Days between the item's first appearance and the model's date, [N]. */
  readonly ageDays: Float32Array
  /** Share of its shoppers who came back to it on another day, shrunk to the mean, [N]. */
  readonly repeatRate: Float32Array
  /** What the context is worth to each item; absent where nothing was counted. */
  readonly context?: readonly ContextTable[]
  /** The last rows, where items have joined that nobody was counted for; absent: none has. */
  readonly coldStart?: ColdStartItems
}
