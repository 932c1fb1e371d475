/** @module `bench rank`. */
import { inPage } from './browser.ts'
import type { Progress } from './measure.ts'
import type { RankTimes } from './measureRanking.ts'
import { type Report, ratiosOf, resultOf, type Series } from './report.ts'
import { median } from './statistics.ts'

export async function rank(blocks: number, node: boolean, progress: Progress): Promise<Report> {
  const { environment, measured } = node
    ? await (await import('./node.ts')).rankInNode(blocks, progress)
    : await inPage<RankTimes>('rank', [blocks], progress)
  return rankReport(environment, measured)
}

export function rankReport(
  environment: Report['environment'],
  { workloads, threads, skipped }: RankTimes,
): Report {
  const series = workloads.flatMap(({ name, timed }) =>
    timed.map(({ engine, blocks }): Series => ({ workload: name, engine, blocks })),
  )
  /** What share of reading as many bytes alone a search reached, in the median block and at best. */
  const reached = (engine: string, reader: string) =>
    workloads.flatMap(({ name, int8Bytes, timed }) => {
      const own = timed.find((it) => it.engine === engine)?.blocks
      const read = timed.find((it) => it.engine === reader)?.blocks
      if (!own || !read) return []
      const share = (part: number) => `${(100 * part).toFixed(0)} %`
      const rate = int8Bytes / Math.min(...read) / 1e6
      const best = share(Math.min(...read) / Math.min(...own))
      const usual = share(median(own.map((ms, block) => read[block] / ms)))
      return [`${name} ${usual}, at best ${best} of ${rate.toFixed(1)} GB/s`]
    })
  const bound = (engine: string, reader: string, words: string) => {
    const shares = reached(engine, reader)
    return shares.length > 0
      ? [
          `${engine} reached of what ${words} in the same block, the median, and best against best: ${shares.join('; ')}.`,
        ]
      : []
  }
  const found = workloads.map(({ name, found: count }) => `${name} ${count} of 20`)
  return {
    job: 'rank',
    environment,
    results: series.map(resultOf),
    ratios: ratiosOf(series),
    notes: [
      'Best 20, ids and scores in JavaScript; tables uploaded before. nearside-wasm and nearside-wgsl on int8 with a scale a row, nearside-wasm-threads the same with threads that share the memory; all others on float32; tfjs-wasm without threads. jax-webgpu, which sorts the whole list, at 20,000 rows only.',
      ...skipped,
      'memory-read only reads, with SIMD, as many bytes as the int8 search of the workload, in four places of a tile at once as the search does, which is the fastest that we found: its bound.',
      ...bound('nearside-wasm', 'memory-read', 'one thread reads'),
      ...bound('nearside-wasm-threads', 'memory-read-threads', `${threads} threads read`),
      `The 20 best in float32 found on int8: ${found.join(', ')}.`,
    ],
  }
}
