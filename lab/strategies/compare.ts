/**
 * @module Update strategies side by side: how good the lists are, how many events an abrupt change
 * of interest is felt, what learning costs for each event, and how much a seed changes.
 */
import type { Random } from '../../src/core/model/random.ts'
import { type Lift, liftOf, quantile } from '../../src/evaluate/bootstrap.ts'
import type { Estimate } from '../../src/evaluate/report/numbers.ts'
import { type LivedLife, STRATEGY_ARMS } from './live.ts'

/** Infinite where more than half of the shoppers did not follow within their tested cases. */
export interface Recovery {
  readonly median: number | null
  readonly lo: number | null
  readonly hi: number | null
  /** Shoppers whom the change hurt at all, and those of them who followed. */
  readonly hurt: number
  readonly followed: number
}

/** Over shoppers. */
export interface Quality {
  readonly ndcg: Estimate
  /** Mean negative log-likelihood, nats. */
  readonly nll: Estimate
  /** NDCG@10 less that of the row without learning. */
  readonly over: Estimate
}

export interface StrategySummary {
  readonly name: string
  /** The means of `own` and of `changed`. */
  readonly 'ndcg@10': number
  readonly nll: number
  readonly 'ndcg@10@changed': number
  readonly 'nll@changed': number
  /** By those metrics, over the row without learning. */
  readonly lift: Readonly<Record<string, Lift | null>>
  /** With the shopper's own past. */
  readonly own: Quality
  /** After the change, with another's past. */
  readonly changed: Quality
  /** Events until half, and nine tenths, of what the change cost in likelihood are regained. */
  readonly half: Recovery
  readonly most: Recovery
  /** For each event that came in. */
  readonly fitsPerEvent: number
  readonly stepsPerEvent: number
  readonly millisecondsPerEvent: number
}

/** One shopper with both pasts. */
export interface LivedPair {
  readonly own: LivedLife
  readonly other: LivedLife
}

const RESAMPLES = 1000

/**
 * @param steps gradient steps of a fit
 */
export function summariseStrategies(
  lived: readonly LivedPair[],
  steps: number,
  random: Random,
): StrategySummary[] {
  const shoppers = lived.length
  const draws = Array.from({ length: RESAMPLES }, () =>
    Array.from({ length: shoppers }, () => random.integer(shoppers)),
  )
  const estimate = (values: readonly number[]): Estimate => {
    const sorted = Float64Array.from(draws, (drawn) =>
      mean(drawn.map((shopper) => values[shopper])),
    ).sort()
    return { mean: mean(values), lo: quantile(sorted, 0.025), hi: quantile(sorted, 0.975) }
  }
  return STRATEGY_ARMS.map((name, a) => {
    const of = (past: 'own' | 'other', metric: 'ndcg' | 'nll', arm = a) =>
      lived.map((pair) => mean(pair[past].cases.map((one) => one[metric][arm])))
    const quality = (past: 'own' | 'other'): Quality => {
      const [ndcg, without] = [of(past, 'ndcg'), of(past, 'ndcg', 0)]
      return {
        ndcg: estimate(ndcg),
        nll: estimate(of(past, 'nll')),
        over: estimate(ndcg.map((value, shopper) => value - without[shopper])),
      }
    }
    const lift = (past: 'own' | 'other', metric: 'ndcg' | 'nll') => {
      const [values, without] = [of(past, metric), of(past, metric, 0)]
      return liftOf(
        mean(values) / mean(without) - 1,
        Float64Array.from(draws, (drawn) => {
          const meanOf = (all: readonly number[]) => mean(drawn.map((shopper) => all[shopper]))
          return meanOf(values) / meanOf(without) - 1
        }),
      )
    }
    const [own, changed] = [quality('own'), quality('other')]
    const events = sum(lived.map(({ own, other }) => own.events + other.events))
    const total = (count: (life: LivedLife) => number) =>
      sum(lived.map(({ own, other }) => count(own) + count(other))) / Math.max(1, events)
    const fitsPerEvent = total(({ fits }) => fits[a])
    return {
      name,
      'ndcg@10': own.ndcg.mean,
      nll: own.nll.mean,
      'ndcg@10@changed': changed.ndcg.mean,
      'nll@changed': changed.nll.mean,
      lift: {
        'ndcg@10': lift('own', 'ndcg'),
        nll: lift('own', 'nll'),
        'ndcg@10@changed': lift('other', 'ndcg'),
        'nll@changed': lift('other', 'nll'),
      },
      own,
      changed,
      half: recovery(lived, a, 0.5, draws),
      most: recovery(lived, a, 0.9, draws),
      fitsPerEvent,
      stepsPerEvent: steps * fitsPerEvent,
      millisecondsPerEvent: total(({ milliseconds }) => milliseconds[a]),
    }
  })
}

/** By shopper: events until the gap to the life with one's own past has shrunk by `share`. */
function recovery(
  lived: readonly LivedPair[],
  arm: number,
  share: number,
  draws: readonly (readonly number[])[],
): Recovery {
  const after = lived.map(({ own, other }) => {
    const gaps = own.cases.map(({ nll }, k) => other.cases[k].nll[arm] - nll[arm])
    if (!(gaps[0] > 0)) return null
    const k = gaps.findIndex((gap) => gap <= (1 - share) * gaps[0])
    return k < 0 ? Number.POSITIVE_INFINITY : own.cases[k].events
  })
  const hurt = after.filter((events) => events !== null)
  // A draw of people whom the change did not hurt has no median.
  const medians = Float64Array.from(
    draws
      .map((drawn) => drawn.map((shopper) => after[shopper]).filter((events) => events !== null))
      .filter(({ length }) => length > 0),
    median,
  ).sort()
  const at = (q: number) => finite(medians[Math.round(q * (medians.length - 1))] ?? Infinity)
  return {
    median: finite(median(hurt)),
    lo: at(0.025),
    hi: at(0.975),
    hurt: hurt.length,
    followed: hurt.filter(Number.isFinite).length,
  }
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

/** The lower middle one: between a number and "never" there is no mean. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => (a < b ? -1 : 1))
  return sorted.length > 0 ? sorted[(sorted.length - 1) >> 1] : Number.POSITIVE_INFINITY
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0)
}

function mean(values: readonly number[]): number {
  return values.length > 0 ? sum(values) / values.length : 0
}
