/** @module What lists are worth: a hold-out by the device's own coin, interleaving, and impressions and clicks for whom the shop names. */
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
