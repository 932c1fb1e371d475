/**
 * @module Weights of today's features, with and without the state, fitted together from scratch. As in the training
 * of the ranker, cases lie before the limit, statistics are out of fold, and a second fit ranks the highest items.
 */
import type { Item } from '@nearside/core/catalog/item.ts'
import type { ShopperHistory } from '@nearside/core/features/cases.ts'
import { computeFeatures } from '@nearside/core/features/computeFeatures.ts'
import { FEATURE_COLUMN, FEATURE_COUNT } from '@nearside/core/features/features.ts'
import type { ItemStatistics } from '@nearside/core/features/itemStatistics.ts'
import type { Random } from '@nearside/core/model/random.ts'
import { DAY } from '@nearside/core/time.ts'
import { type Steps, step } from '@nearside/evaluate/steps.ts'
import { foldOf, OUT_OF_FOLD, OutOfFoldStatistics } from '@nearside/train/ranker/outOfFold.ts'
import { firstTime, logsBefore } from '@nearside/train/ranker/sample.ts'
import { DEFAULT_RANKER } from '@nearside/train/ranker/trainRanker.ts'
import { HALVES, type NextCase, nextDifferent } from './cases.ts'
import { type Blocks, fitLogit, scoresOf, TableBuilder } from './fit.ts'
import { columnOf, GUESS, STATE_COUNT, STATE_NAMES } from './state.ts'
import { Transitions } from './transitions.ts'

/** Blocks of a case without its ranking columns, and the state's columns. */
export type StateOf = (
  one: NextCase,
  statistics: ItemStatistics,
  transitions: Transitions,
) => { readonly blocks: Omit<Blocks, 'blocks'>; readonly state: Float32Array }

const TODAY = Array.from({ length: FEATURE_COUNT }, (_, f) => f)

/** Columns of each arm. */
const SCRATCH = {
  features: TODAY,
  'features + state': [...TODAY, ...STATE_NAMES.map((name) => FEATURE_COUNT + columnOf(name))],
} as const

type ScratchName = keyof typeof SCRATCH

const NAMES = Object.keys(SCRATCH) as ScratchName[]

export function scratchBlocks(
  one: NextCase,
  statistics: ItemStatistics,
  { blocks, state }: ReturnType<StateOf>,
): Blocks {
  const features = computeFeatures(statistics, one.history, one.time, null)
  return {
    ...blocks,
    blocks: [
      { width: FEATURE_COUNT, values: features },
      { width: STATE_COUNT, values: state },
    ],
  }
}

/** Weights by half and arm, and the number of cases. */
export async function trainScratch(
  {
    items,
    shoppers,
    dayOnly,
    until,
  }: {
    readonly items: readonly Item[]
    readonly shoppers: readonly ShopperHistory[]
    readonly dayOnly: boolean
    readonly until: number
  },
  stateOf: StateOf,
  random: Random,
  steps: Steps,
) {
  const { warmUp, l2, candidates } = DEFAULT_RANKER
  const begin = firstTime(shoppers, until)
  const from = Math.floor((begin + warmUp * (until - begin)) / DAY) * DAY
  const before = logsBefore(shoppers, until)
  const cases = before.flatMap((shopper) => nextDifferent(shopper, dayOnly, from))
  const outOfFold = new OutOfFoldStatistics(items, before, { ...OUT_OF_FOLD, from, until })
  cases.sort(outOfFold.compareCases)
  const transitionsAt = outOfFoldTransitions(before)
  const columnsOf = (one: NextCase) => {
    const statistics = outOfFold.at(one.shopper, one.time)
    return scratchBlocks(one, statistics, stateOf(one, statistics, transitionsAt(one)))
  }
  const guess = Float64Array.of(...new Float64Array(FEATURE_COUNT), ...GUESS)
  const popular = alone(FEATURE_COLUMN.popularityAll)
  const tied = alone(FEATURE_COLUMN.cooccurrenceRecent)

  const tables = HALVES.map(() => new TableBuilder())
  for (const [done, one] of cases.entries()) {
    if (done % 50 === 0) await step(steps, 'cases before the limit', done, cases.length)
    const own = columnsOf(one)
    const rankings = [popular, guess, tied].map((weights) => scoresOf(own, weights))
    tables[one.half].add(one.shopper, own, rankings, random)
  }
  const first = tables.map((builder) => {
    const table = builder.build()
    return byName((name) => fitLogit(table, SCRATCH[name], l2))
  })
  const highest = HALVES.map(() => byName(() => new TableBuilder()))
  for (const [done, one] of cases.entries()) {
    if (done % 50 === 0) await step(steps, 'highest before the limit', done, cases.length)
    const own = columnsOf(one)
    for (const name of NAMES) {
      const ranking = scoresOf(own, first[one.half][name])
      highest[one.half][name].addHighest(one.shopper, own, ranking, candidates)
    }
  }
  const weights = HALVES.map((half) =>
    byName((name) => fitLogit(highest[half][name].build(), SCRATCH[name], l2, first[half][name])),
  )
  return { weights, cases: cases.length }
}

/** Transitions as of a case's midnight, without the fold of its shopper. */
function outOfFoldTransitions(shoppers: readonly ShopperHistory[]) {
  const known = new Map<string, Transitions>()
  const fold = (shopper: string) => foldOf(shopper, OUT_OF_FOLD.folds)
  return ({ shopper, time }: NextCase): Transitions => {
    const midnight = Math.floor(time / DAY) * DAY
    const key = `${fold(shopper)} ${midnight}`
    const others = shoppers.filter(({ id }) => fold(id) !== fold(shopper))
    const found =
      known.get(key) ??
      new Transitions(
        others.map(({ interactions }) => interactions),
        midnight,
      )
    known.set(key, found)
    return found
  }
}

function alone(column: number): Float64Array {
  const weights = new Float64Array(FEATURE_COUNT + STATE_COUNT)
  weights[column] = 1
  return weights
}

function byName<T>(of: (name: ScratchName) => T): Record<ScratchName, T> {
  return Object.fromEntries(NAMES.map((name) => [name, of(name)])) as Record<ScratchName, T>
}
