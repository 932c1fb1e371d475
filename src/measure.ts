/** @module What lists are worth: a hold-out by the device's own coin, and impressions and clicks for whom the shop names. */
export { type HoldOutOptions, holdOut } from './sdk/measure/holdOut.ts'
export type { ListMeasure, Placed } from './sdk/measure/listMeasure.ts'
export {
  type Click,
  type Ga4Parameters,
  type Impression,
  type ListSink,
  measureLists,
  toGa4,
} from './sdk/measure/measureLists.ts'
