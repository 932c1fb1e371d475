/** @module Summarises the rows of the arms into the reported numbers. */
import { METRICS, type MetricName } from '@nearside/train/metrics.ts'
import { SUFFIXES } from '@nearside/train/questions.ts'
import { ARMS, type ArmName, FURTHER_LIFTS, LADDER } from './arms.ts'
import { quantile } from './bootstrap.ts'
import { groupCases } from './groups.ts'
import { summariseInstalled, summariseOwner } from './owner/summary.ts'
import { summariseArms, worseThan } from './results.ts'
import type { Rows } from './rows.ts'
import type { WalkedCase } from './walk.ts'

export type Summary = ReturnType<typeof summarise>

/** @param names arms that the rows have */
export function summarise(rows: Rows<WalkedCase>, seed: number, names: readonly ArmName[] = ARMS) {
  const metrics = SUFFIXES.flatMap((suffix) => METRICS.map((metric) => metric + suffix))
  const casesOf = (metric: string) => rows.having({ arm: names[0], metric })
  const tested = casesOf('ndcg@10')
  const partOf = (metric: string) => {
    const { cases, byShopper } = casesOf(metric)
    return { cases: cases.length, shoppers: byShopper.length }
  }
  const isTested = ({ arm, over }: { readonly arm: ArmName; readonly over: ArmName }) =>
    names.includes(arm) && names.includes(over)
  const pairs = [...LADDER, ...FURTHER_LIFTS]
    .filter(isTested)
    .map(({ arm, over }) => [arm, over] as const)
  const { arms, lifts } = summariseArms(rows, seed, {
    ...{ names, metrics, pairs },
    isCompared: () => true,
  })
  return {
    shoppers: tested.byShopper.length,
    cases: tested.cases.length,
    /** Number of training seeds of the tested models. */
    seeds: Math.max(1, rows.bySeed.length),
    /** Number of cases, and of shoppers, with a target among repeats or among new items. */
    parted: { ':repeat': partOf('ndcg@10:repeat'), ':new': partOf('ndcg@10:new') },
    arms,
    lifts,
    /** Whether the log shows visits; a log of orders alone, or of days, doesn't. */
    showsVisits: rows.cases.some(({ place }) => place > 1),
    groups: groupCases(rows, names, seed),
    /** Null if devices don't learn. */
    change: names.includes('personal') ? changeOf(rows, seed) : null,
    installed: summariseInstalled(rows, seed, names),
    /** Null if the owner's questions were not measured, or too few shoppers bought something. */
    owner: summariseOwner(rows, seed, names),
  }
}

export type ShopperChange = ReturnType<typeof changeOf>

/** Change from base-fresh to personal, by shopper. */
function changeOf(rows: Rows<WalkedCase>, seed: number) {
  const worse = (metric: MetricName) =>
    worseThan(rows, { arm: 'personal', metric }, { arm: 'base-fresh', metric }, seed)
  const fresh = rows.means({ arm: 'base-fresh', metric: 'ndcg@10' })
  const means = rows
    .means({ arm: 'personal', metric: 'ndcg@10' })
    .map((mean, shopper) => mean - fresh[shopper])
    .filter((change) => !Number.isNaN(change))
    .sort()
  const worst = means.slice(0, Math.max(1, Math.ceil(means.length / 10)))
  return {
    worse: worse('ndcg@10'),
    worseByLikelihood: worse('nll'),
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
