/** @module Summarises a search evaluation from one value for each unit, arm and metric. */
import { createRandom } from '@nearside/core/model/random.ts'
import type { NamedLift } from '../envelope.ts'
import { intervalOf, liftOf, meanOf, type UnitValues } from './metrics.ts'

/** Arm → metric → one value a unit; all arms have the same units in the same order. */
export type SearchValues = ReadonlyMap<string, ReadonlyMap<string, UnitValues>>

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
  values: SearchValues,
  pairs: readonly (readonly [string, string])[],
  seed: number,
): SearchSummary {
  const arms = [...values].map(([name, metrics]): SearchArm => {
    const numbers = [...metrics].flatMap(([metric, units]) => {
      if (!hasInterval(metric)) return [[metric, meanOf(units)]]
      // Every arm uses the same draws, whatever the order of the arms.
      const { mean, lo, hi } = intervalOf(units, createRandom(seed))
      return [
        [metric, mean],
        [`${metric}:lo`, lo],
        [`${metric}:hi`, hi],
      ]
    })
    return { name, ...Object.fromEntries(numbers), nll: null }
  })
  const lifts = pairs.flatMap(([arm, over]) =>
    [...(values.get(arm) ?? [])].flatMap(([metric, units]): NamedLift[] => {
      const against = values.get(over)?.get(metric)
      if (!against || !hasInterval(metric)) return []
      const lift = liftOf(units, against, createRandom(seed))
      return lift ? [{ arm, over, metric, ...lift }] : []
    }),
  )
  return { arms, lifts }
}

function hasInterval(metric: string): boolean {
  return metric.startsWith('ndcg') || metric.startsWith('mrr')
}
