/** @module The page of `bench train`. */
import { measureTraining, type TrainTimes } from './measure.ts'
import { startPeers } from './peers.ts'
import type { WorkloadName } from './workload.ts'

declare global {
  /** From `browser.ts`. */
  var reportProgress: (what: string, done: number, total: number) => void
}

async function benchmark(blocks: number, names: readonly WorkloadName[]): Promise<TrainTimes> {
  return measureTraining(await startPeers(), names, blocks, globalThis.reportProgress)
}

Object.assign(globalThis, { benchmark })
