/**
 * @module Measurement of lists: a hold-out drawn on each device, interleaving, and impressions and clicks for a sink
 * of the shop's choice.
 */
export { holdOut } from './sdk/measure/holdOut.ts'
export { type Interleaved, interleave } from './sdk/measure/interleave.ts'
export type { ListMeasure } from './sdk/measure/listMeasure.ts'
export {
  type Click,
  type Impression,
  type ListSink,
  measureLists,
  toGa4,
} from './sdk/measure/measureLists.ts'
export type { TrialOptions } from './sdk/measure/trial.ts'
