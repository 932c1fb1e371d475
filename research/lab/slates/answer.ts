/** @module Result and tables of the experiment on slates. */
import { createRandom } from '@nearside/core/model/random.ts'
import { observedMean } from '@nearside/evaluate/bootstrap.ts'
import { count, decimal, fixed, lift } from '@nearside/evaluate/report/numbers.ts'
import type { Evaluated, Part } from '@nearside/evaluate/report/report.ts'
import { findLift, liftsOf } from '@nearside/evaluate/results.ts'
import type { Keep, RowCase, Rows } from '@nearside/evaluate/rows.ts'
import { countWorse } from '@nearside/evaluate/shoppersWorse.ts'
import type { LearnedBases } from './experiment.ts'
import { FEATURE_NAMES } from './features.ts'
import { BASE_NAMES } from './learn.ts'

export interface AskedRow extends RowCase {
  /** Number of the shopper's choices. */
  readonly choices: number
  readonly isSameList: boolean
  readonly isSameSession: boolean
  readonly isByPrice: boolean
}

interface Head {
  readonly shop: string
  readonly seed: number
  readonly unclear: number
  /** For each split, what its training shoppers taught. */
  readonly learned: readonly LearnedBases[]
}

const METRICS = ['mrr', 'ndcg@10', 'nll'] as const

const SLICES: Readonly<Record<string, Keep<AskedRow>>> = {
  'five choices and more': ({ choices }) => choices >= 5,
  'the same list as before': ({ isSameList }) => isSameList,
  'another list, same session': (one) => !one.isSameList && one.isSameSession,
  'another session': ({ isSameSession }) => !isSameSession,
  'prices ascend': ({ isByPrice }) => isByPrice,
}

/** Base of an arm's name. */
const baseOf = (arm: string) =>
  BASE_NAMES.findLast((name) => arm === name || arm.startsWith(`${name} +`)) ?? arm

export function answer(rows: Rows<AskedRow>, { learned, unclear, ...about }: Head): Evaluated {
  const random = () => createRandom(about.seed)
  const arms = [...new Set(rows.series.map(({ arm }) => arm))]
  const value = (arm: string, metric: string) => observedMean(rows.means({ arm, metric }))
  const reference = (arm: string) =>
    arm.endsWith('; no place') ? `${baseOf(arm.replace('; no place', ''))}; no place` : baseOf(arm)
  const compared = arms.filter((arm) => reference(arm) !== arm)
  const own = liftsOf(
    rows,
    compared.flatMap((arm) => METRICS.map((metric) => ({ arm, over: reference(arm), metric }))),
    random(),
  )
  const overSlate = liftsOf(
    rows,
    arms.filter((arm) => arm !== 'slate').map((arm) => ({ arm, over: 'slate', metric: 'mrr' })),
    random(),
  )
  const cell = (arm: string, metric: string) => lift(findLift(own, arm, reference(arm), metric))
  const fits = BASE_NAMES.map((name) => ({ base: name, arm: `${name} + each` }))
  const sliced = Object.entries(SLICES).map(([name, keep]) => ({
    name,
    cases: rows.cases.filter((one) => keep(one, 0)).length,
    lifts: liftsOf(
      rows,
      fits.map(({ base, arm }) => ({ arm, over: base, metric: 'mrr', keep })),
      random(),
    ),
  }))
  const worse = fits.map(({ base, arm }) => ({
    arm,
    ...countWorse(rows.differences({ arm, metric: 'mrr' }, { arm: base, metric: 'mrr' }), random()),
  }))
  const parts: Part[] = [
    {
      title: 'Arms',
      table: {
        columns: ['arm', 'MRR', 'over its base', 'over slate', 'NDCG@10', 'over its base', 'nats'],
        rows: arms.map((arm) => [
          arm,
          decimal(value(arm, 'mrr')),
          cell(arm, 'mrr'),
          lift(findLift(overSlate, arm, 'slate', 'mrr')),
          decimal(value(arm, 'ndcg@10')),
          cell(arm, 'ndcg@10'),
          fixed(value(arm, 'nll'), 3),
        ]),
      },
    },
    {
      title: 'Fit with one variance a weight over its base, MRR, by slice',
      table: {
        columns: ['slice', 'choices', ...BASE_NAMES],
        rows: sliced.map(({ name, cases, lifts }) => [
          name,
          count(cases),
          ...fits.map(({ base, arm }) => lift(findLift(lifts, arm, base, 'mrr'))),
        ]),
      },
    },
    {
      title: 'Who gets worse: fit with one variance a weight over its base, MRR',
      table: {
        columns: ['arm', 'testable', 'worse', 'by chance', 'better'],
        rows: worse.map(({ arm, testable, significant, expectedByChance, better }) => [
          arm,
          count(testable),
          count(significant),
          fixed(expectedByChance, 1),
          count(better),
        ]),
      },
    },
    ...BASE_NAMES.map((name) => weightsPart(name, learned)),
  ]
  return {
    result: {
      protocol: 'slates',
      ...about,
      shoppers: rows.byShopper.length,
      cases: rows.cases.length,
      arms: arms.map((name) => ({
        name,
        ...Object.fromEntries(METRICS.map((metric) => [metric, value(name, metric)])),
      })),
      lifts: own,
      shoppersWorse: worse,
    },
    report: {
      title: `Choices from slates: ${about.shop}`,
      lead: [
        `${count(rows.cases.length)} choices but the first of ${count(rows.byShopper.length)} shoppers; all items of the slate are ranked; weights and priors from other shoppers; means over shoppers, 95 % intervals by paired bootstrap over shoppers`,
      ],
      parts,
      notes: [`${count(unclear)} choices without a whole slate count as looks`],
    },
  }
}

/** Shared weights, and the standard deviations of a shopper's own offsets that were learned, for each split. */
function weightsPart(name: (typeof BASE_NAMES)[number], learned: readonly LearnedBases[]): Part {
  const bases = learned.map((one) => one[name])
  const listed = FEATURE_NAMES.map((feature, f) => ({ feature, f })).filter(({ f }) =>
    bases.some(({ pooled }) => pooled.weights[f] !== 0),
  )
  const joined = (values: readonly number[]) => values.map((one) => fixed(one, 2)).join(' / ')
  return {
    title: `${name}: weights of scaled features, and standard deviations of a shopper's own`,
    table: {
      columns: ['feature', 'shared', 'own'],
      rows: listed.map(({ feature, f }) => [
        feature,
        joined(bases.map(({ pooled }) => pooled.weights[f] * pooled.scale[f])),
        joined(bases.map(({ priors }) => Math.sqrt(priors.each.variance[f]))),
      ]),
    },
    text: [
      `one variance: ${joined(bases.map(({ priors }) => Math.sqrt(Math.max(...priors.one.variance))))} as a standard deviation; λ by spread: ${joined(bases.map(({ priors }) => priors.spread.fusion))}`,
    ],
  }
}
