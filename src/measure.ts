/**
 * @module Measurement of lists: a hold-out drawn on each device, interleaving, and impressions and clicks for a sink
 * of the shop's choice.
 */
export { type HoldOutOptions, holdOut } from './sdk/measure/holdOut.ts'
export { type Interleaved, interleave, type Wins } from './sdk/measure/interleave.ts'
export type { ListMeasure, Placed } from './sdk/measure/listMeasure.ts'
export {
  type About,
  type Click,
  type Ga4Parameters,
  type Impression,
  type ListSink,
  measureLists,
  toGa4,
} from './sdk/measure/measureLists.ts'
export type { TrialOptions } from './sdk/measure/trial.ts'
