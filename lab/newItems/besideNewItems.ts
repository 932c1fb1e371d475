/**
 * @module What new items cost the others: room in a list is taken from something. Asked about every
 * case that wants a known item, with new items helped to a place and without.
 */
import type { Case } from '../../src/core/features/history.ts'
import { createRandom } from '../../src/core/model/random.ts'
import { scoreTerms } from '../../src/core/model/score.ts'
import type { Estimate } from '../../src/evaluate/report/numbers.ts'
import { ndcg, placesOf } from '../../src/train/metrics.ts'
import { bootstrapMeans } from '../interval.ts'
import { type NewItemShop, unaided, withoutItems } from './newItems.ts'

const PLACES = 10

export interface BesideNewItems {
  readonly shoppers: number
  readonly cases: number
  /** NDCG@10 of the wanted known items, repeats among them, all items ranked. */
  readonly aided: Estimate
  readonly unaided: Estimate
  readonly difference: Estimate
  /** How many of the first ten are new. */
  readonly newOfTen: Estimate
}

export interface BesideResult {
  readonly shopper: string
  /** aided, unaided, newOfTen. */
  readonly values: readonly [number, number, number]
}

/** Null where only new items are wanted. */
export function measureBeside(shop: NewItemShop, one: Case): BesideResult | null {
  const { isNew } = shop
  const targets = one.targets.filter((item) => !isNew[item])
  if (targets.length === 0) return null
  const { shopper, time } = one
  const history = withoutItems(one.history, isNew)
  const model = { ...shop.model, statistics: shop.statisticsAt(time) }
  const { base, hidden } = scoreTerms(model, history, time)
  const plain = { ...model, statistics: unaided(model.statistics) }
  const before = scoreTerms(plain, history, time, hidden).base
  const newRows = [...isNew.keys()].filter((item) => isNew[item])
  const first = [...placesOf(base, newRows)].filter((place) => place < PLACES)
  return {
    shopper,
    values: [
      ndcg(placesOf(base, targets), PLACES),
      ndcg(placesOf(before, targets), PLACES),
      first.length,
    ],
  }
}

export function summariseBeside(results: readonly BesideResult[], seed: number): BesideNewItems {
  const byShopper = new Map<string, number[][]>()
  for (const { shopper, values } of results) {
    const own = byShopper.get(shopper)
    if (own) own.push([...values])
    else byShopper.set(shopper, [[...values]])
  }
  const means = [...byShopper.values()].map((own) =>
    [0, 1, 2].map((k) => own.reduce((sum, values) => sum + values[k], 0) / own.length),
  )
  const column = (value: (own: number[]) => number) => Float64Array.from(means, value)
  const [aided, plain, difference, newOfTen] = bootstrapMeans(
    [
      column(([fresh]) => fresh),
      column(([, before]) => before),
      column(([fresh, before]) => fresh - before),
      column(([, , count]) => count),
    ],
    createRandom(seed),
  )
  return {
    shoppers: means.length,
    cases: results.length,
    aided,
    unaided: plain,
    difference,
    newOfTen,
  }
}
