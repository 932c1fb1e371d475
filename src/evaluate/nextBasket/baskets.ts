/**
 * @module Splits a log for next-basket prediction into the last basket of each held-out shopper, which is tested, and
 * the training shoppers' baskets. Counts baskets for the frequency baselines.
 * @see Li, Jullien, Ariannezhad and de Rijke 2023, "A Next Basket Recommendation Reality Check",
 * doi 10.1145/3587153
 */
import { invalidInput } from '@nearside/core/error.ts'
import { DAY } from '@nearside/core/time.ts'
import { type AskedCase, casesOf, type EvaluationInput, LEAST_SHOPPERS } from '../cases.ts'

/** Distinct item rows of one order, or of one day's orders if the log has only dates. */
export type Basket = readonly number[]

export interface BasketCase {
  /** Test case of the last basket; its history has all earlier events of the shopper, views included. */
  readonly asked: AskedCase
  /** The shopper's earlier baskets, oldest first. */
  readonly baskets: readonly Basket[]
}

/** Minimum number of baskets of a tested shopper, as in the benchmark of Li et al. */
const LEAST_BASKETS = 3

/**
 * Test cases, and for each training shopper the baskets that the model was trained on, oldest first.
 * @throws NearsideError `input-invalid` if too few shoppers can be tested
 */
export function splitBaskets(input: EvaluationInput) {
  const { model, shoppers, isHeldOut, isTested = isHeldOut } = input
  // End of the training data, exclusive. Training without --until reads the whole last day, although `data.until` lies
  // within that day.
  const until = Date.parse(model.manifest.data.to) + DAY
  const ordersOf = (shopper: (typeof shoppers)[number]) =>
    casesOf({ ...input, target: 'purchase' }, shopper, Number.NEGATIVE_INFINITY)
  const tested = shoppers
    .filter(({ id }) => isTested(id))
    .map(ordersOf)
    .filter((orders) => orders.length >= LEAST_BASKETS)
    .map(
      (orders): BasketCase => ({
        asked: orders[orders.length - 1],
        baskets: orders.slice(0, -1).map(({ targets }) => targets),
      }),
    )
  if (tested.length < LEAST_SHOPPERS)
    throw invalidInput(
      `${tested.length} held-out shoppers have ${LEAST_BASKETS} baskets; at least ${LEAST_SHOPPERS} are needed for an interval: train a model with a larger --holdout`,
    )
  const known = shoppers
    .filter(({ id }) => !isHeldOut(id))
    .map((shopper) =>
      ordersOf(shopper)
        .filter(({ time }) => time < until)
        .map(({ targets }) => targets),
    )
    .filter((baskets) => baskets.length > 0)
  return { tested, known, until }
}

/** Number of baskets with each item, [N]. */
export function countBaskets(items: number, baskets: readonly Basket[]): Float32Array {
  const counts = new Float32Array(items)
  for (const basket of baskets) for (const item of basket) counts[item]++
  return counts
}

/**
 * Scores, [N], of P-TopFreq (own counts; −Infinity for other items) and of GP-TopFreq (own counts, then popularity).
 * Popularity sorts equal counts; the benchmark's own code sorts them by first purchase, which has a lower recall.
 * @param popularity number of other shoppers' baskets with each item, [N]
 */
export function frequencies(baskets: readonly Basket[], popularity: Float32Array) {
  const most = popularity.reduce((highest, count) => Math.max(highest, count), 0)
  const filled = countBaskets(popularity.length, baskets).map(
    (count, item) => count + popularity[item] / (most + 1),
  )
  const personal = filled.map((score) => (score < 1 ? Number.NEGATIVE_INFINITY : score))
  return { 'p-topfreq': personal, 'gp-topfreq': filled }
}
