/**
 * @module Metrics of a predicted basket: of the whole basket, and separately of its repeat items (bought before) and
 * explore items (the others).
 */
import { highestRows } from '@nearside/core/model/highest.ts'
import { hitRate, ndcg, placesIn, recall } from '@nearside/train/metrics.ts'

/** Metrics of every case. `phr` is 1 if the list contains a bought item, otherwise 0. See `uncutNdcg` for `uncut`. */
export const BASKET_METRICS = [
  'recall@10',
  'ndcg@10',
  'phr@10',
  'recall@20',
  'ndcg@20',
  'ndcg@10:uncut',
]

/**
 * Metrics of one part of the basket, over the cases whose basket has such items. `repeat`: items that the shopper
 * bought before, in a list of all items. `explore`: the other items, in the same list. `new`: the other items, in a
 * list without the items bought before.
 */
export const PART_METRICS = [
  'recall@10:repeat',
  'phr@10:repeat',
  'recall@10:explore',
  'phr@10:explore',
  'ndcg@10:new',
]

const LONGEST = 20

/**
 * @param scores [N]; −Infinity leaves an item out. Ties break by row.
 * @param basket distinct rows, at least one
 * @param bought items that the shopper bought before
 * @returns values by metric, without the metrics of a part that has no item in the basket
 */
export function measureBasket(
  scores: Float32Array,
  basket: readonly number[],
  bought: ReadonlySet<number>,
): Readonly<Record<string, number>> {
  const repeat = basket.filter((item) => bought.has(item))
  const explore = basket.filter((item) => !bought.has(item))
  const list = listOf(scores)
  const isNew = (score: number, row: number) => (bought.has(row) ? Number.NEGATIVE_INFINITY : score)
  const whole = placesIn(list, basket)
  return {
    'recall@10': recall(whole, 10),
    'recall@20': recall(whole, 20),
    'ndcg@10': ndcg(whole, 10),
    'ndcg@20': ndcg(whole, 20),
    'phr@10': hitRate(whole, 10),
    'ndcg@10:uncut': uncutNdcg(whole, 10),
    ...(repeat.length > 0 && {
      'recall@10:repeat': recall(placesIn(list, repeat), 10),
      'phr@10:repeat': hitRate(placesIn(list, repeat), 10),
    }),
    ...(explore.length > 0 && {
      'recall@10:explore': recall(placesIn(list, explore), 10),
      'phr@10:explore': hitRate(placesIn(list, explore), 10),
      'ndcg@10:new': ndcg(placesIn(listOf(scores.map(isNew)), explore), 10),
    }),
  }
}

/** NDCG as the benchmark computes it: k places count, but the ideal gain is that of the whole basket. */
const uncutNdcg = (places: Int32Array, k: number): number =>
  (ndcg(places, k) * idealGain(Math.min(k, places.length))) / idealGain(places.length)

function idealGain(places: number): number {
  let sum = 0
  for (let place = 0; place < places; place++) sum += 1 / Math.log2(place + 2)
  return sum
}

function listOf(scores: Float32Array): number[] {
  return highestRows(scores, LONGEST).filter((row) => scores[row] > Number.NEGATIVE_INFINITY)
}
