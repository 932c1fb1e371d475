/** @module Computes the numbers of the report from the rows of the arms. */
import { METRICS, type MetricName } from '@nearside/train/metrics.ts'
import { SUFFIXES } from '@nearside/train/questions.ts'
import { ARMS, type ArmName, FURTHER_LIFTS, LADDER, VISIT_ARMS } from './arms.ts'
import { observedMean } from './bootstrap.ts'
import { LEAST_SHOPPERS } from './cases.ts'
import { summariseInstalled, summariseOwner } from './owner/summary.ts'
import { liftOver, summariseArms, worseThan } from './results.ts'
import type { Rows } from './rows.ts'
import type { WalkedCase } from './walk.ts'

export type Summary = ReturnType<typeof summarise>

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
  const { arms, lifts } = summariseArms(rows, seed, { names, metrics, pairs })
  return {
    shoppers: tested.byShopper.length,
    cases: tested.cases.length,
    seeds: Math.max(1, rows.bySeed.length),
    /** Number of cases, and of shoppers, for the questions about repeated and about new products. */
    parted: { ':repeat': partOf('ndcg@10:repeat'), ':new': partOf('ndcg@10:new') },
    arms,
    lifts,
    /** Whether some case follows a view in the same visit. False for a log of orders, or of dates without times. */
    showsVisits: rows.cases.some(({ place }) => place > 1),
    visit: byPlace(rows, seed, names),
    change: names.includes('personal') ? changeOf(rows, seed) : null,
    installed: summariseInstalled(rows, seed, names),
    /** Answers to the owner's questions; null if they weren't measured, or too few shoppers bought something. */
    owner: summariseOwner(rows, seed, names),
  }
}

export type ShopperChange = ReturnType<typeof changeOf>

/** Counts the shoppers for whom `personal` ranks worse than `base-fresh`, and those for whom it ranks better. */
function changeOf(rows: Rows<WalkedCase>, seed: number) {
  const worse = (metric: MetricName) =>
    worseThan(rows, { arm: 'personal', metric }, { arm: 'base-fresh', metric }, seed)
  return {
    worse: worse('ndcg@10'),
    worseByLikelihood: worse('nll'),
    /** Number of shoppers for whom the guard switched the personal model off. */
    guardTripped: rows.byShopper.filter((own) =>
      own.some((index) => !rows.cases[index].guardActive),
    ).length,
  }
}

/** Ranges of positions in a visit, ends included. At position 1, the shopper hasn't viewed any product yet. */
const PLACES = [
  ['1', 1, 1],
  ['2-3', 2, 3],
  ['4-6', 4, 6],
  ['>6', 7, Number.POSITIVE_INFINITY],
] as const

/** Mean NDCG@10 by the position of a case in its visit. Positions that too few shoppers reached are left out. */
function byPlace(rows: Rows<WalkedCase>, seed: number, names: readonly ArmName[]) {
  const series = (arm: ArmName) => ({ arm, metric: 'ndcg@10' })
  const arms = VISIT_ARMS.filter((arm) => names.includes(arm))
  return PLACES.flatMap(([label, least, most]) => {
    const kept = rows.where(({ place }) => place >= least && place <= most).having(series(names[0]))
    const { cases, byShopper } = kept
    if (byShopper.length < LEAST_SHOPPERS) return []
    return {
      label,
      cases: cases.length,
      shoppers: byShopper.length,
      means: arms.map((arm) => [arm, observedMean(kept.means(series(arm)))] as const),
      /** Lift of personal over base-fresh; null if base-fresh is at 0 or devices don't learn. */
      lift: liftOver(kept, series('personal'), series('base-fresh'), seed),
    }
  })
}
