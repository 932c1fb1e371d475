/** @module Summarises the rows of next baskets as means over shoppers, their intervals, and lifts. */
import { createRandom } from '@nearside/core/model/random.ts'
import { bootstrap, mean } from '../bootstrap.ts'
import { asEstimate, liftsOf, meansOf, type NamedLift } from '../results.ts'
import type { RowCase, Rows } from '../rows.ts'
import { BASKET_METRICS, type BasketMetric, PART_METRICS } from './metrics.ts'

/** Description of each arm in one line, in the order of the report: baselines first. */
export const BASKET_ARMS = {
  popular: 'baskets of training shoppers with the item',
  'p-topfreq': "the shopper's own counts, equal ones by popularity; nothing else",
  'gp-topfreq': 'the same, filled up with popularity',
  'tifu-knn': "decayed counts, mixed with the nearest shoppers'; settings published for Ta-Feng",
  'base-fresh': 'the base model; no learning on the device',
  personal: 'what ships: base-fresh + what the device learned',
} as const

export type BasketArm = keyof typeof BASKET_ARMS

/** Number of baselines at the start of the arms. */
const BASELINES = Object.keys(BASKET_ARMS).indexOf('base-fresh')

/** Metrics with an interval of their mean. */
const ESTIMATED = ['recall@10', 'ndcg@10'] as const

/** Metrics of the lifts. */
export const COMPARED = [
  'recall@10',
  'ndcg@10',
  'recall@10:repeat',
  'recall@10:explore',
  'ndcg@10:new',
] as const satisfies readonly BasketMetric[]

export interface BasketSummary {
  /** Means; those of ESTIMATED also with the ends of their interval, like `ndcg@10:lo` and `ndcg@10:hi`. */
  readonly arms: readonly ({ readonly name: BasketArm } & Readonly<Record<string, unknown>>)[]
  readonly lifts: readonly NamedLift[]
  /** Each of the model's arms over every arm before it, with the number of better and worse NDCG@10. */
  readonly pairs: readonly { arm: BasketArm; over: BasketArm; better: number; worse: number }[]
}

export function summariseBaskets(rows: Rows<RowCase>, seed: number): BasketSummary {
  const names = [...new Set(rows.series.map(({ arm }) => arm as BasketArm))]
  // The same draws for means and lifts.
  const arms = meansOf(rows, names, [...BASKET_METRICS, ...PART_METRICS]).map((arm) => {
    const series = ESTIMATED.map((metric) => mean(rows.means({ arm: arm.name, metric })))
    const found = bootstrap(series, rows.byShopper.length, createRandom(seed)).map(asEstimate)
    const ends = ESTIMATED.flatMap((metric, k) => [
      [`${metric}:lo`, found[k].lo],
      [`${metric}:hi`, found[k].hi],
    ])
    return { ...arm, ...Object.fromEntries(ends) }
  })
  const pairs = names.flatMap((arm, at) =>
    names.slice(0, at < BASELINES ? 0 : at).map((over) => {
      const metric = 'ndcg@10'
      const changes = rows.differences({ arm, metric }, { arm: over, metric }).flat()
      const better = changes.filter((change) => change > 0).length
      return { arm, over, better, worse: changes.filter((change) => change < 0).length }
    }),
  )
  const comparisons = pairs.flatMap((pair) => COMPARED.map((metric) => ({ ...pair, metric })))
  return { arms, pairs, lifts: liftsOf(rows, comparisons, createRandom(seed)) }
}
