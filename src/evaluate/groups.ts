/** @module Quality by groups of cases: by place in the visit, month, index among a shopper's cases, length of history. */
import { createRandom } from '@nearside/core/model/random.ts'
import type { ArmName } from './arms.ts'
import { type Lift, liftsOf, meansOf } from './results.ts'
import type { Keep, Rows } from './rows.ts'
import type { WalkedCase } from './walk.ts'

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

export type Groups = ReturnType<typeof groupCases>

type Range = readonly [label: string, least: number, most: number]

/** Ranges of the number of history entries. */
export const HISTORY_LENGTHS: readonly Range[] = [
  ['0-5', 0, 5],
  ['6-20', 6, 20],
  ['21-60', 21, 60],
  ['>60', 61, Number.POSITIVE_INFINITY],
]

/** Ranges of a case's place in its visit, from 1. The first has no product at hand. */
const PLACES: readonly Range[] = [
  ['1', 1, 1],
  ['2-3', 2, 3],
  ['4-6', 4, 6],
  ['>6', 7, Number.POSITIVE_INFINITY],
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

export function groupCases(rows: Rows<WalkedCase>, arms: readonly ArmName[], seed: number) {
  const monthOf = (time: number) => new Date(time).toISOString().slice(0, 7)
  const months = [...new Set(rows.cases.map(({ time }) => monthOf(time)))].sort()
  const shown = GROUP_ARMS.filter((arm) => arms.includes(arm))
  const metric = 'ndcg@10'
  const summarise = (groups: readonly (readonly [label: string, keep: Keep<WalkedCase>])[]) => {
    const compared = { arm: 'personal', over: 'base-fresh', metric } as const
    // The same draws as the summary's give the same numbers.
    const lifts = shown.includes('personal')
      ? liftsOf(
          rows,
          groups.map(([label, keep]) => ({ ...compared, keep, label })),
          createRandom(seed),
        )
      : []
    return groups.flatMap(([label, keep]): CaseGroup[] => {
      const kept = rows.where(keep).having({ arm: arms[0], metric })
      if (kept.cases.length === 0) return []
      const means = meansOf(kept, shown, [metric]).map((arm) => [arm.name, arm[metric]])
      const found = lifts.find(({ metric }) => metric === label)
      return [
        {
          label,
          cases: kept.cases.length,
          shoppers: kept.byShopper.length,
          means: Object.fromEntries(means),
          ...(found && { lift: { relative: found.relative, lo: found.lo, hi: found.hi } }),
        },
      ]
    })
  }
  return {
    /** Empty where a log does not show visits. */
    visit: rows.cases.some(({ place }) => place > 1)
      ? summarise(
          PLACES.map(([label, least, most]) => [
            label,
            ({ place }) => place >= least && place <= most,
          ]),
        )
      : [],
    months: summarise(months.map((label) => [label, ({ time }) => monthOf(time) === label])),
    nthCase: summarise(
      NTH_CASES.map(([label, least, most]) => [label, (_, k) => k + 1 >= least && k + 1 <= most]),
    ),
    history: summarise(HISTORY_LENGTHS.map((range) => [range[0], ofHistory(range)])),
  }
}

export function ofHistory([, least, most]: Range): Keep<WalkedCase> {
  return ({ history }) => history >= least && history <= most
}
