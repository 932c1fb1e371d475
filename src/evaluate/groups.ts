/** @module Quality by groups of cases: by place in the visit, month, index among a shopper's cases, length of history. */
import type { ArmName } from './arms.ts'
import { observedMean } from './bootstrap.ts'
import { LEAST_SHOPPERS } from './cases.ts'
import { type Lift, liftOver } from './results.ts'
import type { Keep, Rows } from './rows.ts'
import type { WalkedCase } from './walk.ts'

/** Arms of the tables of groups. */
export const GROUP_ARMS = [
  'popular-30d',
  'recently-viewed',
  'base-stale',
  'base-fresh',
  'personal',
] as const satisfies readonly ArmName[]

export interface CaseGroup {
  /** A month (`2011-09`), a range of indices among a shopper's cases (`4-5`) or of history lengths (`6-20`). */
  readonly label: string
  readonly cases: number
  readonly shoppers: number
  /** Mean NDCG@10. */
  readonly means: Readonly<Partial<Record<ArmName, number>>>
  /** Lift of personal over base-fresh; absent if base-fresh is at 0 or devices don't learn. */
  readonly lift?: Lift
}

type Group = readonly [label: string, keep: Keep<WalkedCase>]

type Range = readonly [label: string, least: number, most: number]

/** Groups the cases by the range that a number lies in, both ends included. */
const byRange = (numberOf: (one: WalkedCase, nth: number) => number, ranges: readonly Range[]) =>
  ranges.map(([label, least, most]): Group => {
    return [label, (one, nth) => numberOf(one, nth) >= least && numberOf(one, nth) <= most]
  })

/** Groups by the number of history entries. */
const BY_HISTORY = byRange(
  ({ history }) => history,
  [
    ['0-5', 0, 5],
    ['6-20', 6, 20],
    ['21-60', 21, 60],
    ['>60', 61, Number.POSITIVE_INFINITY],
  ],
)

/** Groups by place in the visit, from 1. The first has no product at hand. */
const BY_PLACE = byRange(
  ({ place }) => place,
  [
    ['1', 1, 1],
    ['2-3', 2, 3],
    ['4-6', 4, 6],
    ['>6', 7, Number.POSITIVE_INFINITY],
  ],
)

/** Groups by index among a shopper's cases, from 0. */
const BY_INDEX = byRange(
  (_, nth) => nth,
  [
    ['1', 0, 0],
    ['2', 1, 1],
    ['3', 2, 2],
    ['4-5', 3, 4],
    ['6-10', 5, 9],
    ['>10', 10, Number.POSITIVE_INFINITY],
  ],
)

const monthOf = (time: number) => new Date(time).toISOString().slice(0, 7)

export function groupCases(rows: Rows<WalkedCase>, arms: readonly ArmName[], seed: number) {
  const months = [...new Set(rows.cases.map(({ time }) => monthOf(time)))].sort()
  const shown = GROUP_ARMS.filter((arm) => arms.includes(arm))
  const metric = 'ndcg@10'
  const series = (arm: ArmName) => ({ arm, metric })
  /** Omits groups of too few shoppers. */
  const summarise = (groups: readonly Group[]) =>
    groups.flatMap(([label, keep]): CaseGroup[] => {
      const kept = rows.where(keep).having(series(arms[0]))
      if (kept.byShopper.length < LEAST_SHOPPERS) return []
      const means = shown.map((arm) => [arm, observedMean(kept.means(series(arm)))])
      const lift = liftOver(kept, series('personal'), series('base-fresh'), seed)
      return [
        {
          label,
          cases: kept.cases.length,
          shoppers: kept.byShopper.length,
          means: Object.fromEntries(means),
          ...(lift && { lift }),
        },
      ]
    })
  return {
    /** Of interest only if the log shows visits. */
    visit: summarise(BY_PLACE),
    months: summarise(months.map((label) => [label, ({ time }) => monthOf(time) === label])),
    nthCase: summarise(BY_INDEX),
    history: summarise(BY_HISTORY),
  }
}
