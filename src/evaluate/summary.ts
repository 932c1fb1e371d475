/**
 * @module From cases to the numbers that are reported. The mean over shoppers is the default: a
 * wholesaler with a hundred orders and a newcomer with one count the same. `cases` weighs each case
 * the same instead.
 */
import { createRandom } from '../core/model/random.ts'
import { isGain, METRICS, type MetricName } from '../train/metrics.ts'
import { ARMS, type ArmName, FURTHER_LIFTS, LADDER } from './arms.ts'
import {
  type Lift,
  type PairedValues,
  pairedBootstrap,
  quantile,
  weightedMean,
} from './bootstrap.ts'
import { countWorse, type WorseShoppers } from './shoppersWorse.ts'
import { type CaseResult, metricAt } from './walk.ts'

export type MeanOver = 'shoppers' | 'cases'

/** Metrics with repeats filtered carry the suffix `:new`. */
export type ReportedMetric = MetricName | `${MetricName}:new`

export interface ArmSummary extends Readonly<Record<MetricName, number>> {
  readonly name: ArmName
  readonly [onlyNew: `${string}:new`]: number
}

export interface LiftSummary extends Lift {
  readonly arm: ArmName
  readonly over: ArmName
  /** A reported metric; `@history=6-20` behind it restricts it to that bucket. */
  readonly metric: string
}

export interface Bucket {
  readonly label: string
  readonly least: number
  readonly most: number
}

/** By the number of entries in the history. */
export const BUCKETS: readonly Bucket[] = [
  { label: '0-5', least: 0, most: 5 },
  { label: '6-20', least: 6, most: 20 },
  { label: '21-60', least: 21, most: 60 },
  { label: '>60', least: 61, most: Number.POSITIVE_INFINITY },
]

export interface BucketSummary {
  readonly bucket: Bucket
  readonly cases: number
  readonly shoppers: number
  /** Mean NDCG@10 by arm; empty without cases. */
  readonly means: Readonly<Partial<Record<ArmName, number>>>
}

export interface Summary {
  readonly shoppers: number
  readonly cases: number
  /** Cases with at least one item that was new to the shopper. */
  readonly casesWithNew: number
  readonly meanOver: MeanOver
  readonly arms: readonly ArmSummary[]
  readonly lifts: readonly LiftSummary[]
  readonly buckets: readonly BucketSummary[]
  /** personal against base-fresh by NDCG@10, and by likelihood for comparison. */
  readonly worse: WorseShoppers
  readonly worseByLikelihood: WorseShoppers
  /** Mean change of NDCG@10, personal − base-fresh, of the worst tenth of shoppers. */
  readonly worstTenth: number
  /** Of the change shopper by shopper: the least, the nine deciles and the most. */
  readonly deciles: readonly number[]
  /** Shoppers for whom the guard switched the personal model off. */
  readonly guardTripped: number
  readonly nightly: NightlySummary
}

/** What knowing everything up to the case is worth to a model that a server brings up to date at night. */
export interface NightlySummary {
  /** Mean NDCG@10 of the base model with everything before the case's midnight. */
  readonly 'ndcg@10': number
  /** Cases for which that lacks something. */
  readonly lacking: number
  /** base-fresh over it; absent where it is at 0. */
  readonly lift?: Lift
}

const FRESH = ARMS.indexOf('base-fresh')
const PERSONAL = ARMS.indexOf('personal')
const NDCG = METRICS.indexOf('ndcg@10')
const NLL = METRICS.indexOf('nll')

/** @param results grouped by shopper. */
export function summarise(
  results: readonly CaseResult[],
  seed: number,
  meanOver: MeanOver = 'shoppers',
): Summary {
  const byShopper = groupByShopper(results)
  const values = (keep: (one: CaseResult) => boolean, at: number) =>
    aggregate(byShopper, keep, at, meanOver)
  const plans = planLifts()
  const pairs = plans.map(({ arm, over, metric, onlyNew, bucket }): PairedValues => {
    const keep = keeper(onlyNew, bucket)
    const a = values(keep, metricAt(ARMS.indexOf(arm), metric, onlyNew))
    const b = values(keep, metricAt(ARMS.indexOf(over), metric, onlyNew))
    return { values: a.values, over: b.values, weights: a.weights }
  })
  const nightly = valuesBy(byShopper, meanOver, ({ nightly }) => nightly?.ndcg ?? 0)
  const fresh = values(keeper(false, null), metricAt(FRESH, NDCG, false))
  pairs.push({ values: fresh.values, over: nightly.values, weights: nightly.weights })
  const lifts = pairedBootstrap(pairs, byShopper.length, createRandom(seed))
  const random = createRandom(seed + 1)
  const ndcgChanges = changes(byShopper, NDCG)
  return {
    shoppers: byShopper.length,
    cases: results.length,
    casesWithNew: results.filter(({ hasNew }) => hasNew).length,
    meanOver,
    arms: ARMS.map((name, arm) => summariseArm(name, arm, values)),
    lifts: plans.flatMap(({ arm, over, label }, p) => {
      const lift = lifts[p]
      return lift ? [{ arm, over, metric: label, ...lift }] : []
    }),
    buckets: BUCKETS.map((bucket) => summariseBucket(byShopper, bucket, values)),
    worse: countWorse(ndcgChanges, random),
    worseByLikelihood: countWorse(changes(byShopper, NLL), random),
    worstTenth: worstTenth(ndcgChanges),
    deciles: decilesOf(ndcgChanges),
    guardTripped: byShopper.filter((own) => own.some(({ guardActive }) => !guardActive)).length,
    nightly: {
      'ndcg@10': weightedMean(nightly.values, nightly.weights),
      lacking: results.filter(({ nightly }) => nightly?.lacks).length,
      lift: lifts[plans.length] ?? undefined,
    },
  }
}

type Values = (
  keep: (one: CaseResult) => boolean,
  at: number,
) => { values: Float64Array; weights: Float64Array }

function summariseArm(name: ArmName, arm: number, values: Values): ArmSummary {
  const mean = (metric: number, onlyNew: boolean) => {
    const own = values(keeper(onlyNew, null), metricAt(arm, metric, onlyNew))
    return weightedMean(own.values, own.weights)
  }
  return {
    name,
    ...Object.fromEntries(METRICS.map((metric, m) => [metric, mean(m, false)])),
    ...Object.fromEntries(METRICS.map((metric, m) => [`${metric}:new`, mean(m, true)])),
  } as ArmSummary
}

function summariseBucket(
  byShopper: readonly (readonly CaseResult[])[],
  bucket: Bucket,
  values: Values,
): BucketSummary {
  const keep = keeper(false, bucket)
  const cases = byShopper.reduce((sum, own) => sum + own.filter(keep).length, 0)
  const shoppers = byShopper.filter((own) => own.some(keep)).length
  const means = ARMS.map((name, arm) => {
    const own = values(keep, metricAt(arm, NDCG, false))
    return [name, weightedMean(own.values, own.weights)] as const
  })
  return { bucket, cases, shoppers, means: cases > 0 ? Object.fromEntries(means) : {} }
}

interface LiftPlan {
  readonly arm: ArmName
  readonly over: ArmName
  readonly metric: number
  readonly onlyNew: boolean
  readonly bucket: Bucket | null
  readonly label: string
}

function planLifts(): LiftPlan[] {
  const pairs = [...LADDER, ...FURTHER_LIFTS].map(({ arm, over }) => ({ arm, over }))
  const whole = pairs.flatMap((pair) =>
    METRICS.flatMap((name, metric) => [
      { ...pair, metric, onlyNew: false, bucket: null, label: name },
      { ...pair, metric, onlyNew: true, bucket: null, label: `${name}:new` },
    ]),
  )
  const bucketed = LADDER.flatMap(({ arm, over }) =>
    BUCKETS.map((bucket) => {
      const label = `ndcg@10@history=${bucket.label}`
      return { arm, over, metric: NDCG, onlyNew: false, bucket, label }
    }),
  )
  return [...whole, ...bucketed]
}

function keeper(onlyNew: boolean, bucket: Bucket | null): (one: CaseResult) => boolean {
  return ({ hasNew, history }) =>
    (!onlyNew || hasNew) && (!bucket || (history >= bucket.least && history <= bucket.most))
}

export function groupByShopper(results: readonly CaseResult[]): (readonly CaseResult[])[] {
  const groups = new Map<string, CaseResult[]>()
  for (const result of results) {
    const own = groups.get(result.shopper)
    if (own) own.push(result)
    else groups.set(result.shopper, [result])
  }
  return [...groups.values()]
}

/** Per shopper: the mean over own cases, and how much it weighs. */
function aggregate(
  byShopper: readonly (readonly CaseResult[])[],
  keep: (one: CaseResult) => boolean,
  at: number,
  meanOver: MeanOver,
) {
  return valuesBy(byShopper, meanOver, ({ metrics }) => metrics[at], keep)
}

function valuesBy(
  byShopper: readonly (readonly CaseResult[])[],
  meanOver: MeanOver,
  value: (one: CaseResult) => number,
  keep: (one: CaseResult) => boolean = () => true,
) {
  const values = new Float64Array(byShopper.length)
  const weights = new Float64Array(byShopper.length)
  byShopper.forEach((own, s) => {
    const kept = own.filter(keep)
    if (kept.length === 0) return
    values[s] = kept.reduce((sum, one) => sum + value(one), 0) / kept.length
    weights[s] = meanOver === 'cases' ? kept.length : 1
  })
  return { values, weights }
}

/** Per shopper, per case: personal − base-fresh, up = better. */
function changes(byShopper: readonly (readonly CaseResult[])[], metric: number): number[][] {
  const sign = isGain(METRICS[metric]) ? 1 : -1
  const personal = metricAt(PERSONAL, metric, false)
  const fresh = metricAt(FRESH, metric, false)
  return byShopper.map((own) =>
    own.map(({ metrics }) => sign * (metrics[personal] - metrics[fresh])),
  )
}

function worstTenth(perShopper: readonly (readonly number[])[]): number {
  const means = ascendingMeans(perShopper)
  const worst = means.slice(0, Math.max(1, Math.ceil(means.length / 10)))
  return worst.reduce((sum, mean) => sum + mean, 0) / worst.length
}

function decilesOf(perShopper: readonly (readonly number[])[]): number[] {
  const means = ascendingMeans(perShopper)
  return Array.from({ length: 11 }, (_, tenth) => quantile(means, tenth / 10))
}

function ascendingMeans(perShopper: readonly (readonly number[])[]): Float64Array {
  return Float64Array.from(
    perShopper,
    (own) => own.reduce((sum, change) => sum + change, 0) / own.length,
  ).sort()
}
