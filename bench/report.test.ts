import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { TrainTimes } from './measure.ts'
import type { RankTimes } from './measureRanking.ts'
import { rankReport } from './rank.ts'
import { markdown, type Report, ratiosOf } from './report.ts'
import { jobs } from './run.ts'
import { type StartTimes, startReport } from './start.ts'
import { trainReport } from './train.ts'
import type { Visit } from './visitShop.ts'
import { WORKLOADS } from './workload.ts'

/** Names that scripts rely on. */
const ENGINES = [
  ...['nearside-wgsl', 'nearside-wasm', 'plain-js'],
  ...['tfjs-webgpu', 'tfjs-webgl', 'tfjs-wasm', 'tfjs-cpu', 'jax-webgpu', 'jax-wasm'],
]
/** Of some jobs only: other tables, threads, no cache, and what only reads. */
const VARIANTS = [
  ...['nearside-wgsl-f32', 'nearside-wasm-f32', 'nearside-wasm-threads', 'plain-js-uncached'],
  ...['memory-read', 'memory-read-threads'],
]
const WORKLOADS_OF: Readonly<Record<string, readonly string[]>> = {
  train: WORKLOADS,
  rank: ['S-20k-32', 'S-100k-64', 'S-1M-32'],
  start: [
    'cold-start',
    ...['', '-first-paint', '-whole-model'].map((part) => `cold-start-shop${part}`),
  ],
}

const milliseconds = z.number().positive()
const engine = z.enum([...ENGINES, ...VARIANTS])
const format = z.strictObject({
  command: z.string().startsWith('npm run -s nearside -- bench ').optional(),
  job: z.enum(jobs),
  environment: z.strictObject({
    cores: z.int().positive(),
    adapter: z.string().min(1),
    browser: z.string().min(1),
  }),
  results: z.array(
    z.strictObject({
      workload: z.string(),
      engine,
      median: milliseconds,
      min: milliseconds,
      p95: milliseconds.optional(),
      unit: z.literal('ms'),
    }),
  ),
  ratios: z.array(
    z.strictObject({
      workload: z.string(),
      engine,
      over: engine,
      median: z.number().positive(),
      lo: z.number().positive(),
      hi: z.number().positive(),
    }),
  ),
  counts: z
    .strictObject({
      dispatchesPerStep: z.number(),
      submitsPerStep: z.number(),
      bufferCreationsPerStep: z.number(),
      readbacksPerStep: z.number(),
    })
    .optional(),
  notes: z.array(z.string().min(1)),
})

/** As `--json` writes it and a script reads it. */
const written = (report: Report) => format.parse(JSON.parse(JSON.stringify(report)))

/** What no format can say: a ratio is between engines of its workload, and its interval holds it. */
function checkSense({ job, results, ratios }: z.infer<typeof format>): void {
  const timed = new Set(results.map((it) => `${it.workload} ${it.engine}`))
  expect(timed.size).toBe(results.length)
  for (const { workload, median, min } of results) {
    expect(min).toBeLessThanOrEqual(median)
    if (job in WORKLOADS_OF) expect(WORKLOADS_OF[job]).toContain(workload)
  }
  for (const { workload, engine: own, over, median, lo, hi } of ratios) {
    expect(timed).toContain(`${workload} ${own}`)
    expect(timed).toContain(`${workload} ${over}`)
    expect(lo).toBeLessThanOrEqual(median)
    expect(hi).toBeGreaterThanOrEqual(median)
  }
}

const environment = { cores: 2, adapter: 'nvidia hopper', browser: 'Chromium 156' }
const counts = {
  dispatchesPerStep: 5,
  submitsPerStep: 0.1,
  bufferCreationsPerStep: 0,
  readbacksPerStep: 0,
}

describe('what --json writes', () => {
  test('train: results, ratios and counts', () => {
    const series: TrainTimes['series'] = [
      { workload: 'T', engine: 'nearside-wasm', blocks: [1, 2, 4] },
      { workload: 'T', engine: 'tfjs-wasm', blocks: [30, 40, 400] },
      { workload: 'fit-10k', engine: 'nearside-wasm', blocks: [20], p95: 30 },
    ]
    const report = written(
      trainReport(environment, { adapter: environment.adapter, series, counts, notes: [] }),
    )
    checkSense(report)
    expect(report.job).toBe('train')
    expect(report.environment).toEqual(environment)
    expect(report.counts).toEqual(counts)
    expect(report.results[0]).toEqual({
      ...{ workload: 'T', engine: 'nearside-wasm' },
      ...{ median: 2, min: 1, unit: 'ms' },
    })
    expect(report.results[2].p95).toBe(30)
    // Block by block: 30, 20, 100. Medians of times would say 20.
    expect(report.ratios).toEqual([
      { workload: 'T', engine: 'nearside-wasm', over: 'tfjs-wasm', median: 30, lo: 20, hi: 100 },
    ])
  })

  test('a machine without WebGPU has no counts', () => {
    const none: TrainTimes = { adapter: 'none', series: [], counts: null, notes: ['A note.'] }
    expect(written(trainReport(environment, none))).not.toHaveProperty('counts')
  })

  test('rank: a search beside what only reads', () => {
    const timed = (name: string, ms: number) => ({ engine: name, first: 9, blocks: [ms, ms] })
    const measured: RankTimes = {
      adapter: environment.adapter,
      threads: 1,
      skipped: ['There were no threads.'],
      workloads: [
        {
          name: 'S-1M-32',
          int8Bytes: 36e6,
          found: 19,
          timed: [timed('memory-read', 1), timed('nearside-wasm', 2), timed('tfjs-wasm', 20)],
        },
      ],
    }
    const report = written(rankReport(environment, measured))
    checkSense(report)
    expect(report.job).toBe('rank')
    expect(report.ratios.map(({ over, median }) => [over, median])).toEqual([
      ['memory-read', 0.5],
      ['tfjs-wasm', 10],
    ])
    expect(report.notes.join()).toContain('S-1M-32 50 %, at best 50 % of 36.0 GB/s')
  })

  test('start: pages that do the same, and the shop', () => {
    const visit: Visit = { paint: 500, list: 1000, model: 1700, loaded: [] }
    const list = (ms: number) => ({ ms, ids: ['7'], bytes: 700_000 })
    const measured: StartTimes = {
      shop: [visit, visit],
      bare: new Map([
        ['nearside-wasm', [list(800), list(900)]],
        ['tfjs-webgpu', [list(4000), list(3600)]],
      ]),
    }
    const report = written(startReport(environment, measured))
    checkSense(report)
    expect(report.job).toBe('start')
    expect(report.ratios).toEqual([
      {
        ...{ workload: 'cold-start', engine: 'nearside-wasm', over: 'tfjs-webgpu' },
        ...{ median: 4.5, lo: 4, hi: 5 },
      },
    ])
  })

  test('the table names the adapter and each ratio', () => {
    const series = [
      { workload: 'T', engine: 'nearside-wgsl', blocks: [2] },
      { workload: 'T', engine: 'tfjs-webgpu', blocks: [50] },
    ]
    const results = series.map(({ blocks: [ms], ...rest }) => ({
      ...rest,
      ...{ median: ms, min: ms, unit: 'ms' as const },
    }))
    const ratios = ratiosOf(series)
    const table = markdown({ job: 'train', environment, results, ratios, notes: [] })
    expect(table).toContain('WebGPU adapter: nvidia hopper')
    expect(table).toContain('| T | tfjs-webgpu | 50.0 | 50.0 | 25.0 [25.0, 25.0] |')
  })
})

describe('bench/results', () => {
  const folder = join(import.meta.dirname, 'results')
  test.each(readdirSync(folder))('%s is what a command prints', (file) => {
    const report = format.parse(JSON.parse(readFileSync(join(folder, file), 'utf8')))
    checkSense(report)
    expect(file).toMatch(new RegExp(`^${report.job}\\b.*\\.json$`))
    expect(report.command).toMatch(
      new RegExp(
        `^npm run -s nearside -- bench ${report.job} --blocks \\d+( --[a-z]+( [\\w,-]+)?)*$`,
      ),
    )
  })
})
