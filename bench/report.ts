/** @module What a job reports: the JSON of `--json` and the table for people. */
import { median, medianInterval } from './statistics.ts'

export interface Result {
  readonly workload: string
  readonly engine: string
  readonly median: number
  readonly min: number
  readonly p95?: number
  readonly unit: 'ms'
}

export interface Ratio {
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
  /** What the figures leave out, in sentences. */
  readonly notes: readonly string[]
}

/** One engine on one workload; times in milliseconds, one a block, blocks in the same order for all. */
export interface Series {
  readonly workload: string
  readonly engine: string
  readonly blocks: readonly number[]
  readonly p95?: number
}

export function resultOf({ workload, engine, blocks, p95 }: Series): Result {
  return { workload, engine, median: median(blocks), min: Math.min(...blocks), p95, unit: 'ms' }
}

/** Every engine of ours over every other one of its workload. */
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

/** Three significant digits, no exponent. */
function short(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3
  return value.toFixed(digits).replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ',')
}

/** Times, then how many times faster our engines are, as Markdown for a README. */
export function markdown({ environment, results, ratios, counts, notes }: Report): string {
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
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
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
    ...notes.map((note) => `\n${note}`),
  ].join('\n')
}
