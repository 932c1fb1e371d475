/** @module Results of a page's benchmark, and the report made from them. */
import { type Counts, type Report, ratiosOf, resultOf, type Series } from './report.ts'

export interface Measured {
  readonly adapter: string
  readonly series: readonly Series[]
  /** Numbers of GPU calls; absent if the browser has no WebGPU. */
  readonly counts?: Counts
  readonly notes: readonly string[]
}

export function reportOf(
  job: string,
  environment: Report['environment'],
  { series, counts, notes }: Measured,
): Report {
  return {
    job,
    environment,
    results: series.map(resultOf),
    ratios: ratiosOf(series),
    ...(counts && { counts }),
    notes,
  }
}
