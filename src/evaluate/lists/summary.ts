/** @module Summarises the rows of lists as means over shoppers. */
import type { Random } from '@nearside/core/model/random.ts'
import { observedMean } from '../bootstrap.ts'
import { liftsOf, type NamedLift } from '../results.ts'
import type { RowCase, Rows } from '../rows.ts'
import { ARMS, type Arm } from './arms.ts'
import { ALL_SITUATIONS, type Situation } from './situations.ts'

export const MEASURES = [
  'ndcg@10',
  'diversity',
  'repeats',
  'novelty',
  'current',
  'earlier',
  'discovery',
  'oneSubject',
] as const

export interface ListCase extends RowCase {
  readonly situation: Situation
  /** Rows of the items in each arm's list. */
  readonly shown: Readonly<Record<Arm, readonly number[]>>
}

interface ListArm {
  readonly name: Arm
  /** Metrics that the list has; metrics during a visit have a suffix, see `SITUATIONS`. */
  readonly [metric: string]: number | string
}

export interface ListsSummary {
  readonly arms: readonly ListArm[]
  /** Lifts of NDCG@10 over `plain`. */
  readonly lifts: readonly NamedLift[]
}

/** @param items number of items in the catalog */
export function summariseLists(rows: Rows<ListCase>, items: number, random: Random): ListsSummary {
  const parts = ALL_SITUATIONS.map((situation) => ({
    situation,
    here: rows.where((one) => one.situation === situation),
  })).filter(({ here }) => here.cases.length > 0)
  const arms = ARMS.map((name): ListArm => {
    const metrics = parts.flatMap(({ situation, here }) => {
      const known = MEASURES.map((metric) => [metric, here.means({ arm: name, metric })] as const)
      const means = known
        .filter(([, values]) => values.some((value) => !Number.isNaN(value)))
        .map(([metric, values]) => [metric + situation, observedMean(values)])
      const shown = new Set(here.cases.flatMap((one) => one.shown[name]))
      return [...means, [`coverage${situation}`, shown.size / items]]
    })
    return { name, ...Object.fromEntries(metrics) }
  })
  const lifts = parts.flatMap(({ situation, here }) => {
    const comparisons = ARMS.filter((arm) => arm !== 'plain').map((arm) => {
      return { arm, over: 'plain', metric: 'ndcg@10', label: `ndcg@10${situation}` }
    })
    return liftsOf(here, comparisons, random)
  })
  return { arms, lifts }
}
