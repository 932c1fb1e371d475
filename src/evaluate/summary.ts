/** @module Summarises test cases into the reported numbers. */
import { createRandom } from '@nearside/core/model/random.ts'
import { isGain, METRICS, type MetricName } from '@nearside/train/metrics.ts'
import { ARMS, type ArmName, FURTHER_LIFTS, LADDER } from './arms.ts'
import { type Lift, pairedBootstrap, quantile } from './bootstrap.ts'
import { groupCases, HISTORY_LENGTHS, ofHistory } from './groups.ts'
import { summariseOwner } from './owner/summary.ts'
import {
  type ByShopper,
  groupByShopper,
  type Keep,
  meanOf,
  meanOverAll,
  metricOf,
  pairOver,
} from './perShopper.ts'
import { countWorse } from './shoppersWorse.ts'
import type { CaseResult } from './walk.ts'

/** Metrics without repeats have the suffix `:new`. */
export interface ArmSummary extends Readonly<Record<MetricName, number>> {
  readonly name: ArmName
  readonly [onlyNew: `${string}:new`]: number
}

export interface LiftSummary extends Lift {
  readonly arm: ArmName
  readonly over: ArmName
  /** Reported metric; the suffix `@history=6-20` restricts it to such cases. */
  readonly metric: string
}

export type Summary = ReturnType<typeof summarise>

/**
 * @param results results grouped by shopper
 * @param arms arms that the results have
 */
export function summarise(
  results: readonly CaseResult[],
  seed: number,
  arms: readonly ArmName[] = ARMS,
) {
  const byShopper = groupByShopper(results)
  const plans = planLifts(arms)
  const pairs = plans.map(({ arm, over, metric, onlyNew, keep }) =>
    pairOver(byShopper, metricOf(arm, metric, onlyNew), metricOf(over, metric, onlyNew), keep),
  )
  const lifts = pairedBootstrap(pairs, byShopper.length, createRandom(seed))
  return {
    shoppers: byShopper.length,
    cases: results.length,
    /** Number of cases with at least one item that was new to the shopper. */
    casesWithNew: results.filter(({ hasNew }) => hasNew).length,
    arms: arms.map((name) => summariseArm(name, byShopper)),
    lifts: plans.flatMap(({ arm, over, label }, p): LiftSummary[] => {
      const lift = lifts[p]
      return lift ? [{ arm, over, metric: label, ...lift }] : []
    }),
    groups: groupCases(byShopper, arms, seed),
    /** Null where devices don't learn. */
    change: arms.includes('personal') ? changeOf(byShopper, seed) : null,
    /** Null where the owner's questions were not measured. */
    owner: summariseOwner(byShopper, seed, arms),
  }
}

function summariseArm(name: ArmName, byShopper: ByShopper): ArmSummary {
  const mean = (metric: MetricName, onlyNew: boolean) =>
    meanOverAll(byShopper, metricOf(name, metric, onlyNew), keeper(onlyNew))
  return {
    name,
    ...Object.fromEntries(METRICS.map((metric) => [metric, mean(metric, false)])),
    ...Object.fromEntries(METRICS.map((metric) => [`${metric}:new`, mean(metric, true)])),
  } as ArmSummary
}

function keeper(onlyNew: boolean): Keep {
  return ({ hasNew }) => !onlyNew || hasNew
}

interface LiftPlan {
  readonly arm: ArmName
  readonly over: ArmName
  readonly metric: MetricName
  readonly onlyNew: boolean
  readonly keep: Keep
  readonly label: string
}

function planLifts(arms: readonly ArmName[]): LiftPlan[] {
  const pairs = [...LADDER, ...FURTHER_LIFTS]
    .filter(({ arm, over }) => arms.includes(arm) && arms.includes(over))
    .map(({ arm, over }) => ({ arm, over }))
  const whole = pairs.flatMap((pair) =>
    METRICS.flatMap((metric) =>
      [false, true].map((onlyNew) => {
        const label = onlyNew ? `${metric}:new` : metric
        return { ...pair, metric, onlyNew, keep: keeper(onlyNew), label }
      }),
    ),
  )
  const byHistory = pairs.slice(0, LADDER.length).flatMap((pair) =>
    HISTORY_LENGTHS.map((range) => {
      const label = `ndcg@10@history=${range[0]}`
      return { ...pair, metric: 'ndcg@10' as const, onlyNew: false, keep: ofHistory(range), label }
    }),
  )
  return [...whole, ...byHistory]
}

export type ShopperChange = ReturnType<typeof changeOf>

/** Change from base-fresh to personal, by shopper. */
function changeOf(byShopper: ByShopper, seed: number) {
  const random = createRandom(seed + 1)
  const ndcg = changesOf(byShopper, 'ndcg@10')
  const means = Float64Array.from(byShopper, (own) => {
    const personal = meanOf(own, metricOf('personal', 'ndcg@10'))
    return personal - meanOf(own, metricOf('base-fresh', 'ndcg@10'))
  }).sort()
  const worst = means.slice(0, Math.max(1, Math.ceil(means.length / 10)))
  return {
    worse: countWorse(ndcg, random),
    worseByLikelihood: countWorse(changesOf(byShopper, 'nll'), random),
    /** Mean change of NDCG@10 of each shopper, ascending. */
    changes: [...means],
    /** Mean change over the worst tenth of shoppers. */
    worstTenth: worst.reduce((sum, mean) => sum + mean, 0) / worst.length,
    /** Minimum, nine deciles and maximum. */
    deciles: Array.from({ length: 11 }, (_, tenth) => quantile(means, tenth / 10)),
    /** Number of shoppers for whom the guard switched the personal model off. */
    guardTripped: byShopper.filter((own) => own.some(({ guardActive }) => !guardActive)).length,
  }
}

/** Differences personal − base-fresh by shopper and case; positive is better. */
function changesOf(byShopper: ByShopper, metric: MetricName): number[][] {
  const sign = isGain(metric) ? 1 : -1
  const personal = metricOf('personal', metric)
  const fresh = metricOf('base-fresh', metric)
  return byShopper.map((own) => own.map((one) => sign * (personal(one) - fresh(one))))
}
