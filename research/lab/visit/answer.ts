/** @module Result and tables of the experiment on a visit's state. */
import { createRandom } from '@nearside/core/model/random.ts'
import { observedMean } from '@nearside/evaluate/bootstrap.ts'
import { count, decimal, lift } from '@nearside/evaluate/report/numbers.ts'
import type { Evaluated, Part } from '@nearside/evaluate/report/report.ts'
import { liftsOf } from '@nearside/evaluate/results.ts'
import type { Keep, Rows } from '@nearside/evaluate/rows.ts'
import type { AskedRow } from './cases.ts'
import { STATE_NAMES } from './state.ts'

interface Head {
  readonly shop: string
  readonly until: string
  readonly seed: number
  readonly shoppersWorse: null
  readonly early: number
  readonly halves: readonly {
    /** Weights beside the base: of the base, then of the state. */
    readonly weights: Float64Array
    readonly tuned: readonly { readonly name: string; readonly settings: object }[]
  }[]
  readonly notes: readonly string[]
}

const METRIC = 'ndcg@10'
const NEW = 'ndcg@10:new'

/** Slices of the cases; the first is the headline. */
const SLICES: Readonly<Record<string, Keep<AskedRow>>> = {
  'one or two looks in the visit': ({ depth }) => depth <= 2,
  'three to six': ({ depth }) => depth >= 3 && depth <= 6,
  'seven and more': ({ depth }) => depth >= 7,
  'shoppers without an earlier visit': ({ returns }) => !returns,
}

export function answer(rows: Rows<AskedRow>, { halves, notes, early, ...about }: Head): Evaluated {
  const arms = [...new Set(rows.series.map(({ arm }) => arm))]
  const value = (arm: string, metric: string) => observedMean(rows.means({ arm, metric }))
  const liftsOver = (over: string, metric: string, keep?: Keep<AskedRow>) =>
    liftsOf(
      rows,
      arms
        .filter((arm) => arm !== over)
        .map((arm) => ({ arm, over, metric, ...(keep && { keep }) })),
      createRandom(about.seed),
    )
  const cell = (found: ReturnType<typeof liftsOver>, arm: string) =>
    lift(found.find((one) => one.arm === arm))
  const [all, fresh] = [liftsOver('base', METRIC), liftsOver('base', NEW)]
  const full = liftsOver('base + state', METRIC)
  const fullNew = liftsOver('base + state', NEW)
  const scratch = liftsOver('features', METRIC)
  const scratchNew = liftsOver('features', NEW)
  const parts: Part[] = [
    {
      title: 'Arms',
      table: {
        columns: ['arm', METRIC, 'over base', NEW, 'over base', 'hitRate@10', 'nll'],
        rows: arms.map((arm) => [
          arm,
          decimal(value(arm, METRIC)),
          cell(all, arm),
          decimal(value(arm, NEW)),
          cell(fresh, arm),
          decimal(value(arm, 'hitRate@10')),
          value(arm, 'nll').toFixed(3),
        ]),
      },
    },
    {
      title: 'Over all of the state; from scratch',
      table: {
        columns: ['arm', 'over base + state', 'new items'],
        rows: [
          ...arms.map((arm) => [arm, cell(full, arm), cell(fullNew, arm)]),
          [
            'features + state over features',
            cell(scratch, 'features + state'),
            cell(scratchNew, 'features + state'),
          ],
        ],
      },
    },
    {
      title: 'Slices: base + state over base',
      table: {
        columns: ['slice', 'cases', METRIC, NEW],
        rows: Object.entries(SLICES).map(([name, keep]) => [
          name,
          count(rows.cases.filter((one) => keep(one, 0)).length),
          cell(liftsOver('base', METRIC, keep), 'base + state'),
          cell(liftsOver('base', NEW, keep), 'base + state'),
        ]),
      },
    },
    {
      title: 'Weights of raw features, both halves',
      table: {
        columns: ['feature', 'half 1', 'half 2'],
        rows: ['base', ...STATE_NAMES].map((name, f) => [
          name,
          ...halves.map(({ weights }) => weights[f].toFixed(3)),
        ]),
      },
    },
    {
      title: 'Counting arms, tuned',
      text: halves.flatMap(({ tuned }) =>
        tuned.map(({ name, settings }) => `${name}: ${JSON.stringify(settings)}`),
      ),
    },
  ]
  const shoppers = rows.byShopper.length
  const cases = rows.cases.length
  return {
    result: {
      protocol: 'visit-state',
      ...about,
      shoppers,
      cases,
      arms: arms.map((name) => ({ name, [METRIC]: value(name, METRIC), [NEW]: value(name, NEW) })),
      lifts: [...all, ...fresh, ...full, ...fullNew, ...scratch, ...scratchNew],
    },
    report: {
      title: `State of a visit: ${about.shop}`,
      lead: [
        `${count(cases)} cases of ${count(shoppers)} training shoppers from ${about.until} on, in which the shopper turns to another product; all products but the one at hand are ranked; weights from the other half of the shoppers, from scratch also from ${count(early)} cases before; means over shoppers, 95 % intervals by paired bootstrap over shoppers`,
      ],
      parts,
      notes,
    },
  }
}
