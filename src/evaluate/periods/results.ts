/**
 * @module What arms reached in each period after an update, and its summary: means over periods,
 * intervals by bootstrap over shoppers, spread over seeds, and the cost beside it.
 */
import type { Random } from '../../core/model/random.ts'
import { type Lift, liftOf, quantile } from '../bootstrap.ts'
import { addWork, type Work } from './work.ts'

export interface ArmPlan {
  readonly name: string
  readonly describe: string
}

/** Values of one shopper in one period, weighted sums over their cases. */
export class PeriodResults {
  readonly arms: readonly ArmPlan[]
  readonly metrics: readonly string[]
  readonly seeds: number
  readonly #shoppers: number[] = []
  readonly #periods: number[] = []
  readonly #weights: number[] = []
  readonly #sums: Float32Array[] = []
  /** [arm][update] */
  readonly work: Work[][]

  constructor(arms: readonly ArmPlan[], metrics: readonly string[], seeds: number) {
    this.arms = arms
    this.metrics = metrics
    this.seeds = seeds
    this.work = arms.map(() => [])
  }

  /** Length of `sums`, and where a value lies in it. */
  get width(): number {
    return this.arms.length * this.seeds * this.metrics.length
  }

  at(arm: number, seed: number, metric: number): number {
    return (arm * this.seeds + seed) * this.metrics.length + metric
  }

  /**
   * @param shopper number of the shopper: the same one in all periods
   * @param weight what the sums are divided by: cases, or 1
   */
  add(shopper: number, period: number, weight: number, sums: Float32Array): void {
    this.#shoppers.push(shopper)
    this.#periods.push(period)
    this.#weights.push(weight)
    this.#sums.push(sums)
  }

  get shoppers(): number {
    return new Set(this.#shoppers).size
  }

  get periods(): number[] {
    return [...new Set(this.#periods)].sort((a, b) => a - b)
  }

  /** Σ weight of a period. */
  weightOf(period: number): number {
    return this.#weights.reduce((sum, w, k) => sum + (this.#periods[k] === period ? w : 0), 0)
  }

  /**
   * Mean over the periods of each period's weighted mean, for every column.
   * @param drawn how often each observation counts; absent: once
   */
  means(only: (period: number) => boolean, drawn?: Uint16Array): Float64Array {
    const periods = this.periods.filter(only)
    const place = new Map(periods.map((period, p) => [period, p]))
    const sums = periods.map(() => new Float64Array(this.width))
    const weights = new Float64Array(periods.length)
    for (let k = 0; k < this.#sums.length; k++) {
      const p = place.get(this.#periods[k])
      const times = drawn ? drawn[k] : 1
      if (p === undefined || times === 0) continue
      weights[p] += times * this.#weights[k]
      const from = this.#sums[k]
      const to = sums[p]
      for (let c = 0; c < to.length; c++) to[c] += times * from[c]
    }
    const means = new Float64Array(this.width)
    let counted = 0
    sums.forEach((sum, p) => {
      if (weights[p] === 0) return
      counted++
      for (let c = 0; c < means.length; c++) means[c] += sum[c] / weights[p]
    })
    return means.map((value) => value / Math.max(1, counted))
  }

  /** How often each observation counts when shoppers are drawn with replacement. */
  draw(random: Random): Uint16Array {
    const ids = [...new Set(this.#shoppers)]
    const times = new Map<number, number>()
    for (let k = 0; k < ids.length; k++) {
      const id = ids[random.integer(ids.length)]
      times.set(id, (times.get(id) ?? 0) + 1)
    }
    return Uint16Array.from(this.#shoppers, (id) => times.get(id) ?? 0)
  }
}

export interface Estimate {
  readonly mean: number
  /** 95 % by bootstrap over shoppers. */
  readonly lo: number
  readonly hi: number
}

export interface ArmSummary extends ArmPlan {
  /** Of the mean over seeds, by metric. */
  readonly metrics: Readonly<Record<string, Estimate>>
  /** Standard deviation over seeds, by metric. */
  readonly seedDeviation: Readonly<Record<string, number>>
  /** Difference from the reference arm, by metric; null for itself. */
  readonly overReference: Readonly<Record<string, Estimate>> | null
  /** The same relatively; null where the reference is at 0. */
  readonly lift: Readonly<Record<string, Lift | null>>
  /** By period, the mean over seeds. */
  readonly byPeriod: readonly Readonly<Record<string, number>>[]
  /** Of all updates after the first. */
  readonly work: Work
  /** Of the last update. */
  readonly lastWork: Work
}

const RESAMPLES = 300

/** @param reference name of the arm that the others are compared with */
export function summarisePeriods(
  results: PeriodResults,
  reference: string,
  random: Random,
  only: (period: number) => boolean = () => true,
): ArmSummary[] {
  const draws = Array.from({ length: RESAMPLES }, () => results.means(only, results.draw(random)))
  const means = results.means(only)
  const byPeriod = results.periods
    .filter(only)
    .map((period) => results.means((other) => other === period))
  const { arms, metrics, seeds } = results
  const overSeeds = (values: Float64Array, arm: number, metric: number) =>
    range(seeds).reduce((sum, s) => sum + values[results.at(arm, s, metric)], 0) / seeds
  const estimate = (of: (values: Float64Array) => number): Estimate => {
    const sorted = Float64Array.from(draws, of).sort()
    return { mean: of(means), lo: quantile(sorted, 0.025), hi: quantile(sorted, 0.975) }
  }
  const named = <V>(of: (metric: number) => V) =>
    Object.fromEntries(metrics.map((name, m) => [name, of(m)]))
  const against = arms.findIndex(({ name }) => name === reference)
  return arms.map((plan, a) => {
    const updates = results.work[a]
    return {
      ...plan,
      metrics: named((m) => estimate((values) => overSeeds(values, a, m))),
      seedDeviation: named((m) => deviation(range(seeds).map((s) => means[results.at(a, s, m)]))),
      overReference:
        a === against
          ? null
          : named((m) =>
              estimate((values) => overSeeds(values, a, m) - overSeeds(values, against, m)),
            ),
      lift: named((m) => {
        const relative = (values: Float64Array) =>
          overSeeds(values, a, m) / overSeeds(values, against, m) - 1
        return liftOf(relative(means), Float64Array.from(draws, relative))
      }),
      byPeriod: byPeriod.map((values) => named((m) => overSeeds(values, a, m))),
      work: addWork(...updates.slice(1)),
      lastWork: addWork(...updates.slice(-1)),
    }
  })
}

function range(length: number): number[] {
  return Array.from({ length }, (_, k) => k)
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return Math.sqrt(squares / Math.max(1, values.length - 1))
}
