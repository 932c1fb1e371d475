/** @module Summarises the rows of the arms into the reported numbers. */
import { createRandom } from '@nearside/core/model/random.ts'
import { METRICS, type MetricName } from '@nearside/train/metrics.ts'
import { SUFFIXES, type Suffix } from '@nearside/train/questions.ts'
import { ARMS, type ArmName, FURTHER_LIFTS, LADDER } from './arms.ts'
import { quantile } from './bootstrap.ts'
import { groupCases, HISTORY_LENGTHS, ofHistory } from './groups.ts'
import { summariseInstalled, summariseOwner } from './owner/summary.ts'
import { type Comparison, liftsOf, meansOf } from './results.ts'
import type { Rows } from './rows.ts'
import { countWorse, negated } from './shoppersWorse.ts'
import type { WalkedCase } from './walk.ts'

export type Summary = ReturnType<typeof summarise>

/** @param arms arms that the rows have */
export function summarise(rows: Rows<WalkedCase>, seed: number, arms: readonly ArmName[] = ARMS) {
  const metrics = SUFFIXES.flatMap((suffix) =>
    METRICS.map((metric) => `${metric}${suffix}` as const),
  )
  const having = (suffix: Suffix) => rows.having({ arm: arms[0], metric: `ndcg@10${suffix}` })
  const tested = having('')
  return {
    shoppers: tested.byShopper.length,
    cases: tested.cases.length,
    /** Number of cases that have such a target. */
    parted: { ':repeat': having(':repeat').cases.length, ':new': having(':new').cases.length },
    arms: meansOf(rows, arms, metrics),
    /** The suffix `@history=6-20` restricts a metric to such cases. */
    lifts: liftsOf(rows, comparisonsOf(arms, metrics), createRandom(seed)),
    groups: groupCases(rows, arms, seed),
    /** Null where devices don't learn. */
    change: arms.includes('personal') ? changeOf(rows, seed) : null,
    installed: summariseInstalled(rows, seed, arms),
    /** Null where the owner's questions were not measured, or too few shoppers bought something. */
    owner: summariseOwner(rows, seed, arms),
  }
}

function comparisonsOf(
  arms: readonly ArmName[],
  metrics: readonly string[],
): Comparison<WalkedCase>[] {
  const has = ({ arm, over }: { readonly arm: ArmName; readonly over: ArmName }) =>
    arms.includes(arm) && arms.includes(over)
  const pairs = [...LADDER, ...FURTHER_LIFTS].filter(has)
  return [
    ...pairs.flatMap(({ arm, over }) => metrics.map((metric) => ({ arm, over, metric }))),
    ...pairs.slice(0, LADDER.length).flatMap(({ arm, over }) =>
      HISTORY_LENGTHS.map((range) => {
        const metric = 'ndcg@10'
        return { arm, over, metric, keep: ofHistory(range), label: `${metric}@history=${range[0]}` }
      }),
    ),
  ]
}

export type ShopperChange = ReturnType<typeof changeOf>

/** Change from base-fresh to personal, by shopper. */
function changeOf(rows: Rows<WalkedCase>, seed: number) {
  const random = createRandom(seed + 1)
  const changes = (metric: MetricName) =>
    rows.differences({ arm: 'personal', metric }, { arm: 'base-fresh', metric })
  const fresh = rows.means({ arm: 'base-fresh', metric: 'ndcg@10' })
  const means = rows
    .means({ arm: 'personal', metric: 'ndcg@10' })
    .map((mean, shopper) => mean - fresh[shopper])
    .filter((change) => !Number.isNaN(change))
    .sort()
  const worst = means.slice(0, Math.max(1, Math.ceil(means.length / 10)))
  return {
    worse: countWorse(changes('ndcg@10'), random),
    // A higher nll is worse.
    worseByLikelihood: countWorse(negated(changes('nll')), random),
    /** Mean change of NDCG@10 of each shopper, ascending. */
    changes: [...means],
    /** Mean change over the worst tenth of shoppers. */
    worstTenth: worst.reduce((sum, mean) => sum + mean, 0) / worst.length,
    /** Minimum, nine deciles and maximum. */
    deciles: Array.from({ length: 11 }, (_, tenth) => quantile(means, tenth / 10)),
    /** Number of shoppers for whom the guard switched the personal model off. */
    guardTripped: rows.byShopper.filter((own) =>
      own.some((index) => !rows.cases[index].guardActive),
    ).length,
  }
}
