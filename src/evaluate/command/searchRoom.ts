/**
 * @module How much room a shopper's taste gets in a search result, and what that wins and costs: the
 * settings of `blend` that are compared, and the choice among them.
 */
import { blend, type Room } from '../../sdk/search/blend.ts'
import type { SearchHit } from '../../sdk/search/retrieve.ts'

/**
 * By what they gain on the demo shop's training shoppers (`evaluate --protocol search --shop
 * data/online-retail --model public/models` prints it), the most first. A hit for another wording
 * counts four fifths of one for the word itself and is not to pass it: no tolerance above 0.2.
 */
export const ROOMS: readonly Room[] = (
  [
    [0, 0.2],
    [0.5, 0.2],
    [0.6, 0.2],
    [0.7, 0.2],
    [0.75, 0.2],
    [0, 0.1],
    [0.8, 0.2],
    [0.5, 0.1],
    [0.6, 0.1],
    [0.7, 0.1],
    [0.75, 0.1],
    [0.9, 0.2],
    [0.8, 0.1],
    [0, 0.05],
    [0.5, 0.05],
    [0.6, 0.05],
    [0.7, 0.05],
    [0.75, 0.05],
    [0.9, 0.1],
    [0.8, 0.05],
    [0.9, 0.05],
  ] as const
).map(([flatness, tolerance]) => ({ flatness, tolerance }))

/** The order by relevance. */
export const NO_ROOM: Room = { flatness: 1, tolerance: 0 }

export interface RoomQuality extends Room {
  readonly 'ndcg@10': number
  readonly 'mrr@20': number
}

/** @returns ids in the order that one sees who likes `liked` best first */
export function orderIn(
  room: Room,
  hits: readonly SearchHit[],
  liked: readonly string[],
): readonly string[] {
  return blend(hits, liked, room).map(({ id }) => id)
}

/** One value a query, of two metrics that must not fall. */
export interface QueryQuality {
  readonly ndcg: readonly number[]
  readonly mrr: readonly number[]
}

/**
 * @param quality of each of ROOMS
 * @param fold of each query
 * @returns for each query the first of ROOMS that is not below lexical on the queries of other folds,
 * by neither metric; −1 where none is
 */
export function chooseRooms(
  quality: readonly QueryQuality[],
  lexical: QueryQuality,
  fold: Int32Array,
): Int32Array {
  const chosen = new Map<number, number>()
  for (const left of new Set(fold)) {
    const gain = (values: readonly number[], over: readonly number[]) =>
      values.reduce(
        (sum, value, query) => sum + (fold[query] === left ? 0 : value - over[query]),
        0,
      )
    // The rounding of a sum of equal values is no loss.
    const keeps = ({ ndcg, mrr }: QueryQuality) =>
      gain(ndcg, lexical.ndcg) > -1e-9 && gain(mrr, lexical.mrr) > -1e-9
    chosen.set(left, quality.findIndex(keeps))
  }
  return fold.map((own) => chosen.get(own) as number)
}
