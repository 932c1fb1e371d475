/** @module Summarises the rows of the update arms: means over periods, intervals over shoppers, and costs. */
import { createRandom } from '@nearside/core/model/random.ts'
import { bootstrap, mean, observedMean, type Statistic } from '../bootstrap.ts'
import { asEstimate, asLift } from '../results.ts'
import type { RowCase, Rows, ShopperValues } from '../rows.ts'

export const UPDATE_ARMS = [
  { name: 'frozen', describe: 'the first model as it was published' },
  { name: 'counted', describe: 'the same, all that is counted as of each period’s begin' },
  { name: 'updated', describe: 'each period `pretrain --from` the version before' },
  { name: 'full', describe: 'each period `pretrain` on everything' },
] as const

/** Name of the reference arm. */
export const REFERENCE = 'full'

export const PERIOD_METRICS = ['ndcg@10', 'hitRate@10'] as const

type OfMetrics<T> = Readonly<Record<(typeof PERIOD_METRICS)[number], T>>

export interface PeriodCase extends RowCase {
  readonly period: number
}

export type ArmResult = ReturnType<typeof summarisePeriods>[number]

const RESAMPLES = 300

/** @param seconds processor seconds of each arm, by update */
export function summarisePeriods(
  rows: Rows<PeriodCase>,
  seconds: readonly (readonly number[])[],
  seed: number,
) {
  const periods = [...new Set(rows.cases.map(({ period }) => period))]
  const byPeriod = (arm: string, metric: string) =>
    periods.map((period) => rows.means({ arm, metric }, (one) => one.period === period))
  const shoppers = rows.byShopper.length
  return UPDATE_ARMS.map((arm, a) => {
    const found = byMetric((metric) => {
      const own = overPeriods(byPeriod(arm.name, metric))
      const reference = overPeriods(byPeriod(REFERENCE, metric))
      const statistics: Statistic[] = [
        own,
        (drawn) => own(drawn) - reference(drawn),
        (drawn) => own(drawn) / reference(drawn) - 1,
      ]
      // Every arm uses the same draws.
      return bootstrap(statistics, shoppers, createRandom(seed), RESAMPLES)
    })
    return {
      ...arm,
      metrics: byMetric((metric) => asEstimate(found[metric][0])),
      /** Difference from the reference arm; null for the reference itself. */
      overReference:
        arm.name === REFERENCE ? null : byMetric((metric) => asEstimate(found[metric][1])),
      /** Relative difference; null if the reference is at 0. */
      lift: byMetric((metric) => found[metric][2] && asLift(found[metric][2])),
      byPeriod: periods.map((_, p) =>
        byMetric((metric) => observedMean(byPeriod(arm.name, metric)[p])),
      ),
      /** Processor seconds of each update after the first training. */
      seconds: seconds[a],
    }
  })
}

export function byMetric<T>(of: (metric: (typeof PERIOD_METRICS)[number]) => T): OfMetrics<T> {
  return Object.fromEntries(PERIOD_METRICS.map((metric) => [metric, of(metric)])) as OfMetrics<T>
}

/** Mean over the periods in which a drawn shopper has a case. */
function overPeriods(byPeriod: readonly ShopperValues[]): Statistic {
  const means = byPeriod.map(mean)
  return (drawn) => {
    const known = means.map((of) => of(drawn)).filter((value) => !Number.isNaN(value))
    return known.reduce((sum, value) => sum + value, 0) / known.length
  }
}
