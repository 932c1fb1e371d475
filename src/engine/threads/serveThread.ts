/** @module What a thread of the engine does from its first message on. */
import { softmaxWork } from '../softmax/tiles.ts'
import { topKWork } from '../topk/tiles.ts'
import { serveRuns, type Work } from './control.ts'
import type { ThreadJob, ThreadStart } from './threads.ts'

const JOBS: Readonly<Record<string, (job: never, thread: number) => Work>> = {
  softmax: softmaxWork,
  topk: topKWork,
}

/** Sleeps between runs and never returns; its owner terminates it. */
export function serveThread({ control, tiles, thread, job }: ThreadStart): never {
  const work = (JOBS[job.kind] as (job: ThreadJob, thread: number) => Work)(job, thread)
  return serveRuns(control, tiles, work)
}
