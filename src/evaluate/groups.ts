/** @module Quality by groups of cases: by month, by index among a shopper's cases, by length of history. */
import { createRandom } from '@nearside/core/model/random.ts'
import type { ArmName } from './arms.ts'
import { type Lift, pairedBootstrap } from './bootstrap.ts'
import { type ByShopper, type Keep, meanOverAll, metricOf, pairOver } from './perShopper.ts'

/** Arms in the charts of groups; lines of more arms would cross and be hard to read. */
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
  /** Lift of personal over base-fresh; absent where base-fresh is at 0 or devices don't learn. */
  readonly lift?: Lift
}

export interface Groups {
  readonly months: readonly CaseGroup[]
  readonly nthCase: readonly CaseGroup[]
  readonly history: readonly CaseGroup[]
}

type Range = readonly [label: string, least: number, most: number]

/** Ranges of the number of history entries. */
export const HISTORY_LENGTHS: readonly Range[] = [
  ['0-5', 0, 5],
  ['6-20', 6, 20],
  ['21-60', 21, 60],
  ['>60', 61, Number.POSITIVE_INFINITY],
]

/** Ranges of the index among a shopper's cases, from 1. */
const NTH_CASES: readonly Range[] = [
  ['1', 1, 1],
  ['2', 2, 2],
  ['3', 3, 3],
  ['4-5', 4, 5],
  ['6-10', 6, 10],
  ['>10', 11, Number.POSITIVE_INFINITY],
]

export function groupCases(byShopper: ByShopper, arms: readonly ArmName[], seed: number): Groups {
  const monthOf = (time: number) => new Date(time).toISOString().slice(0, 7)
  const months = [...new Set(byShopper.flat().map(({ time }) => monthOf(time)))].sort()
  const summarise = (groups: readonly (readonly [label: string, keep: Keep])[]): CaseGroup[] => {
    const fresh = metricOf('base-fresh', 'ndcg@10')
    // The same draws as the summary's give the same numbers.
    const lifts = arms.includes('personal')
      ? pairedBootstrap(
          groups.map(([, keep]) =>
            pairOver(byShopper, metricOf('personal', 'ndcg@10'), fresh, keep),
          ),
          byShopper.length,
          createRandom(seed),
        )
      : []
    return groups.flatMap(([label, keep], k) => {
      const cases = byShopper.reduce((sum, own) => sum + own.filter(keep).length, 0)
      if (cases === 0) return []
      const means = GROUP_ARMS.filter((arm) => arms.includes(arm)).map((arm) => {
        return [arm, meanOverAll(byShopper, metricOf(arm, 'ndcg@10'), keep)] as const
      })
      const lift = lifts[k]
      const shoppers = byShopper.filter((own) => own.some(keep)).length
      const group = { label, cases, shoppers, means: Object.fromEntries(means) }
      return [{ ...group, ...(lift ? { lift } : {}) }]
    })
  }
  return {
    months: summarise(months.map((label) => [label, ({ time }) => monthOf(time) === label])),
    nthCase: summarise(
      NTH_CASES.map(([label, least, most]) => [label, (_, k) => k + 1 >= least && k + 1 <= most]),
    ),
    history: summarise(HISTORY_LENGTHS.map((range) => [range[0], ofHistory(range)])),
  }
}

export function ofHistory([, least, most]: Range): Keep {
  return ({ history }) => history >= least && history <= most
}
