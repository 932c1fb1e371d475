/** @module `bench rank`. */
import { inPage } from './browser.ts'
import type { RankTimes } from './rankPage.ts'
import { type Report, ratiosOf, resultOf, type Series } from './report.ts'

export async function rank(
  blocks: number,
  progress: (what: string, done: number, total: number) => void,
): Promise<Report> {
  const { environment, measured } = await inPage<RankTimes>('rank', [blocks], progress)
  const { workloads, bandwidth } = measured
  const series = workloads.flatMap(({ name, timed }) =>
    timed.map(({ engine, blocks: times }): Series => ({ workload: name, engine, blocks: times })),
  )
  const reached = workloads.map(({ name, int8Bytes, timed }) => {
    const own = timed.find(({ engine }) => engine === 'nearside-wasm')
    const rate = int8Bytes / Math.min(...(own?.blocks ?? [])) / 1e6
    return `${name} ${rate.toFixed(1)} GB/s, ${((100 * rate) / bandwidth).toFixed(0)} %`
  })
  const found = workloads.map(({ name, found: count }) => `${name} ${count} of 20`)
  return {
    job: 'rank',
    environment,
    results: series.map(resultOf),
    ratios: ratiosOf(series),
    notes: [
      'Best 20, ids and scores in JavaScript; tables uploaded before. nearside-wasm and nearside-wgsl on int8 with a scale a row, all others on float32; tfjs-wasm without threads. jax-webgpu, which sorts the whole list, at 20,000 rows only.',
      ...measured.skipped,
      `One thread reads ${bandwidth.toFixed(1)} GB/s from memory here, at its best beside these searches. nearside-wasm at its best: ${reached.join('; ')}.`,
      `The 20 best in float32 found on int8: ${found.join(', ')}.`,
    ],
  }
}
