/** @module What training shoppers teach: shared weights of each base, and priors of a shopper's own offsets. */
import { createRandom, inRandomOrder } from '@nearside/core/model/random.ts'
import type { Engine } from '@nearside/engine/engine.ts'
import { type Steps, step } from '@nearside/evaluate/steps.ts'
import { type Chooser, type Pooled, poolWeights } from './choices.ts'
import { columnsOf, type FeatureGroup } from './features.ts'
import { type OwnPrior, prepare } from './own.ts'
import { learnBySpread, learnOneVariance, learnVariances } from './prior.ts'

/** Largest number of shoppers whose next choices teach a prior, which limits the time; drawn by the seed. */
const PRIOR_SHOPPERS = 900
const PRIOR_SEED = 1

interface Base {
  readonly groups: readonly FeatureGroup[]
  /** Whether the first choices of shoppers teach the shared weights, too, though nobody is asked about them. */
  readonly firstChoices?: boolean
}

const SLATE = ['place', 'price', 'looks', 'choices'] as const

const BASES = {
  'slate, first choices pooled': { groups: SLATE, firstChoices: true },
  slate: { groups: SLATE },
  'slate, list': { groups: [...SLATE, 'sameList'] },
  'slate, price habits': { groups: [...SLATE, 'priceHabits'] },
  'slate, habits': { groups: [...SLATE, 'priceHabits', 'placeHabits'] },
  'slate, list, habits': { groups: [...SLATE, 'priceHabits', 'placeHabits', 'sameList'] },
} as const satisfies Readonly<Record<string, Base>>

export type BaseName = keyof typeof BASES
export const BASE_NAMES = Object.keys(BASES) as BaseName[]

export interface Learned {
  readonly pooled: Pooled
  readonly priors: {
    /** One variance for all weights. */
    readonly one: OwnPrior
    /** Variances by their spread over shoppers, with one factor and one λ: today's rule of `pretrain`. */
    readonly spread: OwnPrior
    /** One variance a weight. */
    readonly each: OwnPrior
  }
}

/** Shoppers with a choice to learn from and a next one. */
export const withNext = (choosers: readonly Chooser[]): Chooser[] =>
  choosers.filter(({ choices }) => choices.length >= 2)

const withoutFirst = (choosers: readonly Chooser[]): Chooser[] =>
  withNext(choosers).map(({ id, choices }) => ({ id, choices: choices.slice(1) }))

export async function learn(
  engine: Engine,
  choosers: readonly Chooser[],
  name: BaseName,
  steps: Steps,
): Promise<Learned> {
  const { groups, firstChoices = false }: Base = BASES[name]
  const columns = columnsOf(groups)
  const pooled = poolWeights(firstChoices ? choosers : withoutFirst(choosers), columns)
  const own = inRandomOrder(withNext(choosers), createRandom(PRIOR_SEED))
    .slice(0, PRIOR_SHOPPERS)
    .map((chooser) => prepare(chooser, pooled))
  await step(steps, `${name}: prior`, 0, 2 * columns.length)
  const one = await learnOneVariance(engine, own, columns)
  const spread = await learnBySpread(engine, own, columns)
  const each = await learnVariances(engine, own, columns, one, (done, total) =>
    step(steps, `${name}: prior`, done, total),
  )
  return { pooled, priors: { one, spread, each } }
}
