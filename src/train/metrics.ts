/**
 * @module Ranking metrics of one test case over the full catalog, with one or more relevant items.
 * Ties break by item row, so that results don't depend on the sort.
 */
import { NearsideError } from '@nearside/core/error.ts'
import { logLikelihood } from '@nearside/core/learning/fuse.ts'

export const METRICS = ['ndcg@10', 'hitRate@10', 'recall@20', 'mrr@20', 'nll'] as const

export type MetricName = (typeof METRICS)[number]

/**
 * 0-based ranks of the targets among all ranked items, ascending.
 * @param scores [N]
 * @param targets distinct rows, none of them excluded
 * @param excluded [N], non-zero for items that are not ranked
 * @throws NearsideError `engine-failed` if a score is not finite, because its rank would be arbitrary
 */
export function placesOf(
  scores: Float32Array,
  targets: readonly number[],
  excluded?: Uint8Array,
): Int32Array {
  for (let i = 0; i < scores.length; i++) {
    if (!Number.isFinite(scores[i]))
      throw new NearsideError('engine-failed', `the score of item row ${i} is ${scores[i]}`)
  }
  const places = new Int32Array(targets.length)
  for (let t = 0; t < targets.length; t++) {
    const target = targets[t]
    const score = scores[target]
    let place = 0
    for (let i = 0; i < scores.length; i++) {
      if (scores[i] < score || excluded?.[i]) continue
      if (scores[i] > score || i < target) place++
    }
    places[t] = place
  }
  return places.sort()
}

/** 0-based positions of the items in a list, ascending; 2³¹ − 1 for an item that the list lacks. */
export function placesIn<Item>(list: readonly Item[], items: readonly Item[]): Int32Array {
  return Int32Array.from(items, (item) => {
    const place = list.indexOf(item)
    return place < 0 ? 2 ** 31 - 1 : place
  }).sort()
}

/** Returns `excluded` for `measure`: all items are ranked but that of `row`; if `row` is null, all are ranked. */
export function hiding(items: number, row: number | null): Uint8Array {
  const hidden = new Uint8Array(items)
  if (row !== null) hidden[row] = 1
  return hidden
}

/**
 * NDCG with binary relevance and the gain 1 / log2(rank + 2).
 * @see Järvelin and Kekäläinen, doi 10.1145/582415.582418
 * @param places ranks of all targets, 0-based, ascending
 */
export function ndcg(places: Int32Array, k: number): number {
  let gained = 0
  let ideal = 0
  for (let t = 0; t < places.length; t++) {
    if (places[t] < k) gained += 1 / Math.log2(places[t] + 2)
    if (t < k) ideal += 1 / Math.log2(t + 2)
  }
  return ideal > 0 ? gained / ideal : 0
}

/** 1 if at least one target is among the first k, else 0. */
export function hitRate(places: Int32Array, k: number): number {
  return places.length > 0 && places[0] < k ? 1 : 0
}

/** Share of the targets that are among the first k; below 1 if there are more than k targets. */
export function recall(places: Int32Array, k: number): number {
  let found = 0
  for (const place of places) if (place < k) found++
  return places.length > 0 ? found / places.length : 0
}

/** 1 / (1-based rank of the first target); 0 if this rank exceeds k. */
export function reciprocalRank(places: Int32Array, k: number): number {
  return places.length > 0 && places[0] < k ? 1 / (places[0] + 1) : 0
}

/** Values of `METRICS`. */
export function measure(
  scores: Float32Array,
  targets: readonly number[],
  excluded?: Uint8Array,
): Float32Array {
  const places = placesOf(scores, targets, excluded)
  return Float32Array.of(
    ndcg(places, 10),
    hitRate(places, 10),
    recall(places, 20),
    reciprocalRank(places, 20),
    -logLikelihood(scores, targets, excluded),
  )
}
