/**
 * @module What arms reached in each period after an update, and its summary: means over periods,
 * intervals by bootstrap over shoppers, and the cost beside it.
 */
import type { Random } from '../../core/model/random.ts'
import { type Lift, liftOf, quantile } from '../bootstrap.ts'
import type { Estimate } from '../report/numbers.ts'

export interface ArmPlan {
  readonly name: string
  readonly describe: string
}

/** Of one shopper in one period. */
interface Observation {
  readonly shopper: number
  readonly period: number
  /** Means over their cases, see `at`. */
  readonly values: Float32Array
}

export class PeriodResults {
  readonly arms: readonly ArmPlan[]
  readonly metrics: readonly string[]
  readonly #all: Observation[] = []
  /** Processor seconds, [arm][update]. */
  readonly seconds: number[][]

  constructor(arms: readonly ArmPlan[], metrics: readonly string[]) {
    this.arms = arms
    this.metrics = metrics
    this.seconds = arms.map(() => [])
  }

  /** Length of `values`, and where a value lies in it. */
  get width(): number {
    return this.arms.length * this.metrics.length
  }

  at(arm: number, metric: number): number {
    return arm * this.metrics.length + metric
  }

  /** @param shopper number of the shopper: the same one in all periods */
  add(shopper: number, period: number, values: Float32Array): void {
    this.#all.push({ shopper, period, values })
  }

  get shoppers(): number {
    return new Set(this.#all.map(({ shopper }) => shopper)).size
  }

  get periods(): number[] {
    return [...new Set(this.#all.map(({ period }) => period))].sort((a, b) => a - b)
  }

  /**
   * Mean over periods of each period's mean over shoppers, for every column.
   * @param periods which
   * @param drawn how often each shopper counts; absent: once
   */
  means(periods: readonly number[], drawn?: ReadonlyMap<number, number>): Float64Array {
    const place = new Map(periods.map((period, p) => [period, p]))
    const sums = periods.map(() => new Float64Array(this.width))
    const weights = new Float64Array(periods.length)
    for (const { shopper, period, values } of this.#all) {
      const p = place.get(period)
      const times = drawn ? (drawn.get(shopper) ?? 0) : 1
      if (p === undefined || times === 0) continue
      weights[p] += times
      for (let c = 0; c < values.length; c++) sums[p][c] += times * values[c]
    }
    const means = new Float64Array(this.width)
    const counted = weights.filter((weight) => weight > 0).length
    sums.forEach((sum, p) => {
      if (weights[p] > 0) for (let c = 0; c < means.length; c++) means[c] += sum[c] / weights[p]
    })
    return means.map((value) => value / Math.max(1, counted))
  }

  /** How often each shopper counts when they are drawn with replacement. */
  draw(random: Random): ReadonlyMap<number, number> {
    const ids = [...new Set(this.#all.map(({ shopper }) => shopper))]
    const times = new Map<number, number>()
    for (let k = 0; k < ids.length; k++) {
      const id = ids[random.integer(ids.length)]
      times.set(id, (times.get(id) ?? 0) + 1)
    }
    return times
  }
}

export interface ArmResult extends ArmPlan {
  /** By metric. */
  readonly metrics: Readonly<Record<string, Estimate>>
  /** Difference from the reference arm, by metric; null for itself. */
  readonly overReference: Readonly<Record<string, Estimate>> | null
  /** The same relatively; null where the reference is at 0. */
  readonly lift: Readonly<Record<string, Lift | null>>
  readonly byPeriod: readonly Readonly<Record<string, number>>[]
  /** Processor seconds of each update after the first training. */
  readonly seconds: readonly number[]
}

const RESAMPLES = 300

export function summarisePeriods(
  results: PeriodResults,
  reference: string,
  random: Random,
): ArmResult[] {
  const { arms, metrics, periods } = results
  const draws = Array.from({ length: RESAMPLES }, () =>
    results.means(periods, results.draw(random)),
  )
  const means = results.means(periods)
  const byPeriod = periods.map((period) => results.means([period]))
  const estimate = (of: (values: Float64Array) => number): Estimate => {
    const sorted = Float64Array.from(draws, of).sort()
    return { mean: of(means), lo: quantile(sorted, 0.025), hi: quantile(sorted, 0.975) }
  }
  const named = <V>(of: (metric: number) => V) =>
    Object.fromEntries(metrics.map((name, m) => [name, of(m)]))
  const against = arms.findIndex(({ name }) => name === reference)
  return arms.map((plan, a) => {
    const own = (values: Float64Array, m: number) => values[results.at(a, m)]
    const over = (values: Float64Array, m: number) => values[results.at(against, m)]
    return {
      ...plan,
      metrics: named((m) => estimate((values) => own(values, m))),
      overReference:
        a === against ? null : named((m) => estimate((values) => own(values, m) - over(values, m))),
      lift: named((m) => {
        const relative = (values: Float64Array) => own(values, m) / over(values, m) - 1
        return liftOf(relative(means), Float64Array.from(draws, relative))
      }),
      byPeriod: byPeriod.map((values) => named((m) => own(values, m))),
      seconds: results.seconds[a],
    }
  })
}
