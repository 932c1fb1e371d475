/** @module The script of a thread that only reads. */
import { serveRuns } from '../src/engine/threads/control.ts'
import type { ThreadStart } from '../src/engine/threads/threads.ts'
import { type ReadJob, readWork } from './readBandwidth.ts'

addEventListener(
  'message',
  ({ data: { control, tiles, job } }: MessageEvent<ThreadStart>) =>
    serveRuns(control, tiles, readWork(job as ReadJob)),
  { once: true },
)
