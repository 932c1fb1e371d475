/**
 * @module Measurement of lists: draws the hold-out on each device, interleaves lists, and passes impressions and clicks
 * to a function of the shop.
 */
export { holdOut } from '@nearside/browser/measure/holdOut.ts'
export { type Interleaved, interleave } from '@nearside/browser/measure/interleave.ts'
export type { ListMeasure } from '@nearside/browser/measure/measureLists.ts'
export {
  type Click,
  type Impression,
  type ListSink,
  measureLists,
  toGa4,
} from '@nearside/browser/measure/measureLists.ts'
export type { TrialOptions } from '@nearside/browser/measure/trial.ts'
