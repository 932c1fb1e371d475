/** @module Summarises the rows of a search evaluation, whose units are queries or shoppers. */
import { createRandom } from '@nearside/core/model/random.ts'
import { bootstrap, mean, observedMean } from '../bootstrap.ts'
import { liftsOf, type NamedLift } from '../results.ts'
import type { RowCase, Rows } from '../rows.ts'

export interface SearchArm {
  readonly name: string
  /** Always null, because a search has no likelihood. */
  readonly nll: null
  /** Means; NDCG and MRR also with the ends of their interval, `ndcg@10:lo` and `ndcg@10:hi`. */
  readonly [metric: string]: number | string | null
}

export interface SearchSummary {
  readonly arms: readonly SearchArm[]
  readonly lifts: readonly NamedLift[]
}

/** @param pairs [arm, over]; one lift for each NDCG and MRR that both have. */
export function summariseSearch(
  rows: Rows<RowCase>,
  pairs: readonly (readonly [string, string])[],
  seed: number,
): SearchSummary {
  const metricsOf = (name: string) =>
    rows.series.filter(({ arm }) => arm === name).map(({ metric }) => metric)
  const names = [...new Set(rows.series.map(({ arm }) => arm))]
  const arms = names.map((name): SearchArm => {
    const numbers = metricsOf(name).flatMap((metric) => {
      const values = rows.means({ arm: name, metric })
      if (!hasInterval(metric)) return [[metric, observedMean(values)]]
      // Every arm uses the same draws.
      const [found] = bootstrap([mean(values)], values.length, createRandom(seed))
      return [
        [metric, found?.value ?? 0],
        [`${metric}:lo`, found?.lo ?? 0],
        [`${metric}:hi`, found?.hi ?? 0],
      ]
    })
    return { name, ...Object.fromEntries(numbers), nll: null }
  })
  const comparisons = pairs.flatMap(([arm, over]) =>
    metricsOf(arm)
      .filter((metric) => hasInterval(metric) && metricsOf(over).includes(metric))
      .map((metric) => ({ arm, over, metric })),
  )
  return { arms, lifts: liftsOf(rows, comparisons, createRandom(seed)) }
}

function hasInterval(metric: string): boolean {
  return metric.startsWith('ndcg') || metric.startsWith('mrr')
}
