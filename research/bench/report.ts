/** @module Format of a benchmark's report: the JSON of `--json` and the table for people. */
import { median, medianInterval } from './statistics.ts'

interface Result {
  readonly workload: string
  readonly engine: string
  readonly median: number
  readonly min: number
  readonly p95?: number
  readonly unit: 'ms'
}

interface Ratio {
  readonly workload: string
  readonly engine: string
  readonly over: string
  readonly median: number
  readonly lo: number
  readonly hi: number
}

export interface Counts {
  readonly dispatchesPerStep: number
  readonly submitsPerStep: number
  readonly bufferCreationsPerStep: number
  readonly readbacksPerStep: number
}

export interface Load {
  readonly workload: string
  readonly engine: string
  /** Maximum number of reports per second that the servers answer. */
  readonly perSecond: number
  /** Number of reports sent at a fixed rate, which is 70 % of `perSecond`. */
  readonly reports: number
  /** Median answer time of these `reports`, milliseconds. */
  readonly p50: number
  /** 99th percentile of the answer time of these `reports`, milliseconds. */
  readonly p99: number
  /** Share of these `reports` that were answered. */
  readonly answered: number
  /** CPU milliseconds for each report; `server` is the server that receives reports. */
  readonly cpu: { readonly server: number; readonly helper?: number; readonly generator: number }
  /** Share of good reports that were answered while hostile connections were open. */
  readonly hostileShare?: number
}

export interface Report {
  readonly job: string
  readonly environment: {
    readonly cores: number
    readonly adapter: string
    readonly browser: string
  }
  readonly results: readonly Result[]
  readonly ratios: readonly Ratio[]
  readonly counts?: Counts
  readonly loads?: readonly Load[]
  readonly notes: readonly string[]
}

/** Milliseconds of one engine on one workload, per block (a group of runs). The engines took turns, one block each. */
export interface Series {
  readonly workload: string
  readonly engine: string
  readonly blocks: readonly number[]
  readonly p95?: number
}

export function resultOf({ workload, engine, blocks, p95 }: Series): Result {
  return { workload, engine, median: median(blocks), min: Math.min(...blocks), p95, unit: 'ms' }
}

/** For each of our engines: the times of every other engine on the same workload, divided by our engine's times. */
export function ratiosOf(series: readonly Series[]): Ratio[] {
  const ours = series.filter(({ engine }) => engine.startsWith('nearside-'))
  return ours.flatMap((own) =>
    series
      .filter((other) => other.workload === own.workload && other !== own)
      .map((other) => {
        const paired = Math.min(own.blocks.length, other.blocks.length)
        const ratios = own.blocks.slice(0, paired).map((ms, block) => other.blocks[block] / ms)
        const { workload, engine } = own
        return {
          workload,
          engine,
          over: other.engine,
          median: median(ratios),
          ...medianInterval(ratios),
        }
      }),
  )
}

function short(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3
  return value.toFixed(digits).replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ',')
}

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
const percent = (share: number) => `${(100 * share).toFixed(1)} %`

function loadTable(loads: readonly Load[]): string[] {
  const header = [
    ...['workload', 'engine', 'uploads/s', 'reports at 70 %', 'p50 ms', 'p99 ms', 'answered'],
    ...['CPU ms per report: leader or only server', 'helper', 'load generator'],
    'answered beside hostile sockets',
  ]
  return [
    '',
    row(header),
    row(header.map(() => '---')),
    ...loads.map((load) =>
      row([
        ...[load.workload, load.engine, short(load.perSecond), String(load.reports)],
        ...[load.p50, load.p99].map((ms) => (Number.isFinite(ms) ? short(ms) : 'never')),
        percent(load.answered),
        ...[load.cpu.server, load.cpu.helper, load.cpu.generator].map((ms) =>
          ms === undefined ? '' : short(ms),
        ),
        load.hostileShare === undefined ? '' : percent(load.hostileShare),
      ]),
    ),
  ]
}

export function markdown({ environment, results, ratios, counts, loads, notes }: Report): string {
  const { cores, adapter, browser } = environment
  const ours = [...new Set(ratios.map(({ engine }) => engine))]
  const cell = (result: Result, engine: string) => {
    const found = ratios.find(
      (ratio) =>
        ratio.engine === engine &&
        ratio.over === result.engine &&
        ratio.workload === result.workload,
    )
    return found ? `${short(found.median)} [${short(found.lo)}, ${short(found.hi)}]` : ''
  }
  const header = [
    'workload',
    'engine',
    'median ms',
    'min ms',
    ...ours.map((name) => `${name} is × faster`),
  ]
  return [
    `${cores} cores, ${browser}, WebGPU adapter: ${adapter}`,
    '',
    row(header),
    row(header.map(() => '---')),
    ...results.map((result) =>
      row([
        result.workload,
        result.engine,
        short(result.median) + (result.p95 === undefined ? '' : ` (p95 ${short(result.p95)})`),
        short(result.min),
        ...ours.map((engine) => cell(result, engine)),
      ]),
    ),
    ...(counts
      ? [
          '',
          `Per step of nearside-wgsl: ${counts.dispatchesPerStep} dispatches, ${counts.submitsPerStep} submits, ${counts.bufferCreationsPerStep} buffers made, ${counts.readbacksPerStep} readbacks.`,
        ]
      : []),
    ...(loads ? loadTable(loads) : []),
    ...notes.map((note) => `\n${note}`),
  ].join('\n')
}
