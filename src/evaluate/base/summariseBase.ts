/** @module From cases to means and lifts of the base's parts, over shoppers. */
import { createRandom } from '../../core/model/random.ts'
import { type Lift, pairedBootstrap } from '../bootstrap.ts'
import {
  BASE_ARMS,
  BASE_METRICS,
  type BaseArm,
  type BaseMetric,
  type BaseResult,
  baseMetricAt,
} from './baseArms.ts'
import { bootstrapMeans, type Interval } from './interval.ts'

export interface BaseArmSummary extends Readonly<Record<BaseMetric, number>> {
  readonly name: BaseArm
  readonly [onlyNew: `${string}:new`]: number
}

export interface BaseLift extends Lift {
  readonly arm: BaseArm
  readonly over: BaseArm
  readonly metric: string
}

export interface BaseSummary {
  readonly shoppers: number
  readonly cases: number
  readonly casesWithNew: number
  readonly arms: readonly BaseArmSummary[]
  readonly lifts: readonly BaseLift[]
  /** Means of the published metrics with their intervals, in the order of `arms`. */
  readonly intervals: readonly {
    readonly name: BaseArm
    readonly metric: string
    readonly interval: Interval
  }[]
}

const PAIRS: readonly (readonly [BaseArm, BaseArm])[] = [
  ['base-fresh', 'popular'],
  ['base-fresh', 'item-knn'],
  ['base-fresh', 'encoder'],
  ['base-fresh', 'features'],
  ['base-fresh', 'without-trees'],
  ['encoder', 'item-knn'],
  ['encoder+cooccurrence', 'encoder'],
]

const REPORTED = [
  { metric: BASE_METRICS.indexOf('ndcg@10'), onlyNew: false },
  { metric: BASE_METRICS.indexOf('hitRate@10'), onlyNew: false },
  { metric: BASE_METRICS.indexOf('ndcg@10'), onlyNew: true },
  { metric: BASE_METRICS.indexOf('hitRate@10'), onlyNew: true },
] as const

export function summariseBase(results: readonly BaseResult[], seed: number): BaseSummary {
  const column = (arm: number, metric: number, onlyNew: boolean) =>
    perShopper(results, baseMetricAt(arm, metric, onlyNew), onlyNew)
  const labelOf = (metric: number, onlyNew: boolean) =>
    onlyNew ? `${BASE_METRICS[metric]}:new` : BASE_METRICS[metric]
  const mean = (values: Float64Array) =>
    values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : 0
  const intervals = REPORTED.flatMap(({ metric, onlyNew }) => {
    const columns = BASE_ARMS.map((_, arm) => column(arm, metric, onlyNew))
    return bootstrapMeans(columns, createRandom(seed)).map((interval, arm) => ({
      name: BASE_ARMS[arm],
      metric: labelOf(metric, onlyNew),
      interval,
    }))
  })
  const lifts = REPORTED.flatMap(({ metric, onlyNew }) => {
    const pairs = PAIRS.map(([arm, over]) => {
      const values = column(BASE_ARMS.indexOf(arm), metric, onlyNew)
      const weights = new Float64Array(values.length).fill(1)
      return { values, over: column(BASE_ARMS.indexOf(over), metric, onlyNew), weights }
    })
    const found = pairedBootstrap(pairs, pairs[0].values.length, createRandom(seed))
    return PAIRS.flatMap(([arm, over], p) => {
      const lift = found[p]
      return lift ? [{ arm, over, metric: labelOf(metric, onlyNew), ...lift }] : []
    })
  })
  return {
    shoppers: new Set(results.map(({ shopper }) => shopper)).size,
    cases: results.length,
    casesWithNew: results.filter(({ hasNew }) => hasNew).length,
    arms: BASE_ARMS.map(
      (name, arm) =>
        ({
          name,
          ...Object.fromEntries(
            BASE_METRICS.flatMap((_, metric) =>
              [false, true].map((onlyNew) => [
                labelOf(metric, onlyNew),
                mean(column(arm, metric, onlyNew)),
              ]),
            ),
          ),
        }) as unknown as BaseArmSummary,
    ),
    lifts,
    intervals,
  }
}

/** Mean over each shopper's own cases; for new items, of those cases and shoppers that have some. */
function perShopper(results: readonly BaseResult[], at: number, onlyNew: boolean): Float64Array {
  const sums = new Map<string, { sum: number; count: number }>()
  for (const { shopper, hasNew, metrics } of results) {
    if (onlyNew && !hasNew) continue
    const known = sums.get(shopper)
    if (known) {
      known.sum += metrics[at]
      known.count++
    } else sums.set(shopper, { sum: metrics[at], count: 1 })
  }
  return Float64Array.from(sums.values(), ({ sum, count }) => sum / count)
}
