/** @module What a page's benchmark hands over, and the report that is made of it. */
import { type Counts, type Report, ratiosOf, resultOf, type Series } from './report.ts'

export interface Measured {
  readonly adapter: string
  readonly series: readonly Series[]
  /** Absent where there is no WebGPU. */
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
