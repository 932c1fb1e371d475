import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type Measured, reportOf } from './measured.ts'
import { markdown, type Report, ratiosOf } from './report.ts'
import { jobs } from './run.ts'
import { type StartTimes, startReport } from './start.ts'
import type { Visit } from './visitShop.ts'

/** Engine names; scripts that read reports rely on them. */
const ENGINES = [
  ...['nearside-wgsl', 'nearside-wasm', 'plain-js'],
  ...['tfjs-webgpu', 'tfjs-webgl', 'tfjs-wasm', 'tfjs-cpu', 'jax-webgpu', 'jax-wasm'],
  ...['tfjs-wasm-threads', 'numpy-ts'],
]
const WORKLOADS_OF: Readonly<Record<string, readonly string[]>> = {
  rank: [
    'S-4k-64',
    'S-40k-64',
    'S-100k-64',
    'S-1M-64',
    'list-4k',
    'list-40k',
    'list-100k',
    'list-1M',
  ],
  fit: ['fit-10k', 'fit-largest', 'fit-empty', 'fit-10k-first', 'fit-10k-next', 'event-10k'],
  start: [
    'cold-start',
    ...['', '-first-paint', '-whole-model'].map((part) => `cold-start-shop${part}`),
    ...['10k', '20k', '100k', '1000k'].flatMap((size) => [
      `first-list-${size}`,
      `department-${size}`,
      `search-${size}`,
      `personal-list-${size}`,
    ]),
  ],
}

const milliseconds = z.number().positive()
const engine = z.enum([...ENGINES, 'nearside-wasm-scan', 'memory-read'])
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

/** The report as a script reads it after `--json`. */
const written = (report: Report) => format.parse(JSON.parse(JSON.stringify(report)))

/** Checks beyond the format: a ratio compares engines that ran the same workload, and lies in its own interval. */
function checkSense({ job, results, ratios }: z.infer<typeof format>): void {
  const timed = new Set(results.map((it) => `${it.workload} ${it.engine}`))
  expect(timed.size).toBe(results.length)
  for (const { workload, median, min } of results) {
    expect(min).toBeLessThanOrEqual(median)
    expect(WORKLOADS_OF[job]).toContain(workload)
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

describe('the report of bench', () => {
  test('the report of `bench fit` has results, ratios and numbers of GPU calls', () => {
    const series: Measured['series'] = [
      { workload: 'fit-10k', engine: 'nearside-wasm', blocks: [1, 2, 4], p95: 30 },
      { workload: 'fit-10k', engine: 'tfjs-wasm', blocks: [30, 40, 400] },
      { workload: 'event-10k', engine: 'nearside-wasm', blocks: [20] },
    ]
    const { adapter } = environment
    const report = written(reportOf('fit', environment, { adapter, series, counts, notes: [] }))
    checkSense(report)
    expect(report.job).toBe('fit')
    expect(report.environment).toEqual(environment)
    expect(report.counts).toEqual(counts)
    expect(report.results[0]).toEqual({
      ...{ workload: 'fit-10k', engine: 'nearside-wasm' },
      ...{ median: 2, min: 1, p95: 30, unit: 'ms' },
    })
    // The ratios of the blocks are 30, 20 and 100, so their median is 30. The ratio of the median times would be 20.
    expect(report.ratios).toEqual([
      {
        workload: 'fit-10k',
        engine: 'nearside-wasm',
        over: 'tfjs-wasm',
        median: 30,
        lo: 20,
        hi: 100,
      },
    ])
  })

  test('the report of `bench fit` has no numbers of GPU calls without WebGPU', () => {
    const none: Measured = { adapter: 'none', series: [], notes: ['A note.'] }
    expect(written(reportOf('fit', environment, none))).not.toHaveProperty('counts')
  })

  test('the report of `bench start` has ratios between engines, and a note on catalog sizes', () => {
    const visit: Visit = { paint: 500, list: 1000, model: 1700, loaded: [] }
    const of = { department: 20, departmentItems: 2500, search: 30 }
    const list = (ms: number) => ({ ms, ids: ['7'], bytes: 700_000 })
    const measured: StartTimes = {
      shop: [visit, visit],
      bare: new Map([
        ['nearside-wasm', [list(800), list(900)]],
        ['tfjs-webgpu', [list(4000), list(3600)]],
      ]),
      sizes: new Map([
        [10_000, [{ ...of, list: 900, personal: 1800, bytes: 4e6, memory: 3e7, task: null }]],
        [20_000, [{ ...of, list: 990, personal: 3800, bytes: 6e6, memory: 4e7, task: 31 }]],
      ]),
    }
    const report = written(startReport(environment, measured))
    checkSense(report)
    expect(report.job).toBe('start')
    expect(report.notes.join()).toMatch(/10k 4\.0 and 30\.0; 20k 6\.0 and 40\.0\..* ms: 31\./)
    expect(report.ratios).toEqual([
      {
        ...{ workload: 'cold-start', engine: 'nearside-wasm', over: 'tfjs-webgpu' },
        ...{ median: 4.5, lo: 4, hi: 5 },
      },
    ])
  })

  test('the table of a report names the GPU adapter and each ratio', () => {
    const series = [
      { workload: 'fit-10k', engine: 'nearside-wgsl', blocks: [2] },
      { workload: 'fit-10k', engine: 'tfjs-webgpu', blocks: [50] },
    ]
    const results = series.map(({ blocks: [ms], ...rest }) => ({
      ...rest,
      ...{ median: ms, min: ms, unit: 'ms' as const },
    }))
    const ratios = ratiosOf(series)
    const table = markdown({ job: 'fit', environment, results, ratios, notes: [] })
    expect(table).toContain('WebGPU adapter: nvidia hopper')
    expect(table).toContain('| fit-10k | tfjs-webgpu | 50.0 | 50.0 | 25.0 [25.0, 25.0] |')
  })

  test('the table of a server under load shows latencies, and “never” for lost reports', () => {
    const load = {
      ...{ workload: 'upload-sqlite', engine: 'nearside-servers', perSecond: 180, reports: 200 },
      ...{ p50: 20, p99: Number.POSITIVE_INFINITY, answered: 0.985 },
      ...{ cpu: { server: 2, helper: 1, generator: 0.25 }, hostileShare: 0.9 },
    }
    const none = { environment, results: [], ratios: [], notes: [] }
    const table = markdown({ job: 'server', ...none, loads: [load] })
    expect(table).toContain(
      '| upload-sqlite | nearside-servers | 180 | 200 | 20.0 | never | 98.5 % | 2.00 | 1.00 | 0.250 | 90.0 % |',
    )
  })
})
