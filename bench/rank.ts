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
  const shares = workloads.map(({ name, int8Bytes, timed }) => {
    const own = timed.find(({ engine }) => engine === 'nearside-wasm')
    const best = Math.min(...(own?.blocks ?? []))
    return `${name} ${((100 * int8Bytes) / best / 1e6 / bandwidth).toFixed(0)} %`
  })
  const found = workloads.map(({ name, found: count }) => `${name} ${count} of 20`)
  return {
    job: 'rank',
    environment,
    results: series.map(resultOf),
    ratios: ratiosOf(series),
    notes: [
      'Best 20, ids and scores in JavaScript; tables uploaded before. nearside-wasm and nearside-wgsl on int8 with a scale a row, all others on float32; tfjs-wasm without threads.',
      `One thread reads ${bandwidth.toFixed(1)} GB/s here. Share of it that nearside-wasm reached at its best: ${shares.join(', ')}.`,
      `The 20 best in float32 found on int8: ${found.join(', ')}.`,
    ],
  }
}
