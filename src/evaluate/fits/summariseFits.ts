/** @module From cases to means and differences of the fits, over shoppers. */
import { createRandom } from '../../core/model/random.ts'
import { type Lift, pairedBootstrap } from '../bootstrap.ts'
import { FIT_ARMS, FIT_METRICS, type FitArm, type FitResultOfCase } from './fitArms.ts'

type Metric = (typeof FIT_METRICS)[number]

export interface FitArmSummary extends Readonly<Record<Metric, number>> {
  readonly name: FitArm
}

export interface FitLift extends Lift {
  readonly arm: FitArm
  readonly over: FitArm
  readonly metric: Metric
}

export interface FitSummary {
  readonly shoppers: number
  readonly cases: number
  readonly arms: readonly FitArmSummary[]
  readonly lifts: readonly FitLift[]
}

const PAIRS: readonly (readonly [FitArm, FitArm])[] = [
  ['candidates', 'base-fresh'],
  ['candidates u', 'base-fresh'],
  ['catalogue u', 'base-fresh'],
  ['catalogue u', 'candidates u'],
  ['catalogue u + w', 'candidates'],
]

export function summariseFits(results: readonly FitResultOfCase[], seed: number): FitSummary {
  const columns = FIT_METRICS.map((metric, m) =>
    FIT_ARMS.map((_, a) => perShopper(results, a * FIT_METRICS.length + m, metric)),
  )
  const mean = (values: Float64Array) =>
    values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : 0
  const lifts = FIT_METRICS.flatMap((metric, m) => {
    const column = (arm: FitArm) => columns[m][FIT_ARMS.indexOf(arm)]
    const shoppers = columns[m][0].length
    const weights = new Float64Array(shoppers).fill(1)
    const pairs = PAIRS.map(([arm, over]) => ({ values: column(arm), over: column(over), weights }))
    const found = pairedBootstrap(pairs, shoppers, createRandom(seed))
    return PAIRS.flatMap(([arm, over], p) => {
      const lift = found[p]
      return lift ? [{ arm, over, metric, ...lift }] : []
    })
  })
  return {
    shoppers: new Set(results.map(({ shopper }) => shopper)).size,
    cases: results.length,
    arms: FIT_ARMS.map(
      (name, a) =>
        ({
          name,
          ...Object.fromEntries(FIT_METRICS.map((metric, m) => [metric, mean(columns[m][a])])),
        }) as FitArmSummary,
    ),
    lifts,
  }
}

/** Mean over each shopper's own cases; for new items, of those that have some. */
function perShopper(results: readonly FitResultOfCase[], at: number, metric: Metric): Float64Array {
  const sums = new Map<string, { sum: number; count: number }>()
  for (const { shopper, hasNew, metrics } of results) {
    if (metric === 'ndcg@10:new' && !hasNew) continue
    const known = sums.get(shopper) ?? { sum: 0, count: 0 }
    sums.set(shopper, { sum: known.sum + metrics[at], count: known.count + 1 })
  }
  return Float64Array.from(sums.values(), ({ sum, count }) => sum / count)
}
