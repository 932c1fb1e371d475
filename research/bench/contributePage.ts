/** @module The page of `bench contribute`: makes a report as a device does. */
import { cryptoRandomBytes } from '@nearside/aggregate/privacy/randomBytes.ts'
import { makeReport } from '@nearside/browser/contribution/makeReport.ts'
import { BENCH_UPDATE, benchRound } from './contributeTask.ts'
import { interleave, timeEach } from './interleave.ts'
import type { Measured } from './measured.ts'
import { percentile } from './statistics.ts'

const REPORTS = 100

async function benchmark(blocks: number): Promise<Measured> {
  const { task } = await benchRound()
  const run = () => makeReport(BENCH_UPDATE, task, cryptoRandomBytes)
  const progress = globalThis.reportProgress
  const { timed } = await interleave([{ engine: 'device', run }], blocks, (done, total) =>
    progress('contribute', done, total),
  )
  const each = await timeEach(run, REPORTS)
  const [{ first, blocks: times }] = timed
  const { body } = await run()
  return {
    adapter: 'none',
    series: [
      { workload: 'report-102', engine: 'device', blocks: times, p95: percentile(each, 0.95) },
    ],
    notes: [
      `A report of 102 numbers has ${body.length} bytes; the page's first took ${first.toFixed(1)} ms.`,
    ],
  }
}

Object.assign(globalThis, { benchmark })
