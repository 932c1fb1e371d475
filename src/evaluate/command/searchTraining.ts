/**
 * @module What each amount of room gains on shoppers whom the model learned from: their orders after
 * its data ended, searched for by title words. Here a setting may be chosen; nothing is proved.
 */
import { buildCases } from '../../core/features/cases.ts'
import type { Case } from '../../core/features/history.ts'
import { createRandom } from '../../core/model/random.ts'
import { scoreTerms } from '../../core/model/score.ts'
import type { EvaluationInput } from '../prepare.ts'
import { measureRanking } from '../searchMetrics.ts'
import type { SearchWalk } from '../searchWalk.ts'
import { likedOf, ORDERS, orderQueries, type SearchShop } from './searchOrders.ts'
import { NO_ROOM, orderIn, ROOMS, type RoomQuality } from './searchRoom.ts'

/** Every so many of them, in the log's order: all would take minutes. */
const MOST_SHOPPERS = 450

export interface Training {
  readonly shoppers: number
  /** The first is by relevance alone, then each of ROOMS; means over shoppers. */
  readonly rooms: readonly RoomQuality[]
}

/** @param onProgress called before each shopper; may throw to stop */
export async function searchTraining(
  input: EvaluationInput,
  walk: SearchWalk,
  shop: SearchShop,
  onProgress: (done: number, total: number) => Promise<void>,
): Promise<Training> {
  const all = input.shoppers
    .filter(({ id }) => !input.isHeldOut(id))
    .map((shopper) => buildCases(shopper, input.dayOnly, input.until))
    .filter((cases) => cases.length > 0)
  const step = Math.max(1, Math.ceil(all.length / MOST_SHOPPERS))
  const selected = all.filter((_, i) => i % step === 0)
  const totals = [NO_ROOM, ...ROOMS].map((room) => ({ ...room, 'ndcg@10': 0, 'mrr@20': 0 }))
  let shoppers = 0
  for (const [done, cases] of selected.entries()) {
    await onProgress(done, selected.length)
    const asked = askShopper(walk, shop, cases.slice(0, ORDERS), input.seed + done)
    if (asked.length === 0) continue
    shoppers++
    for (const room of totals) {
      for (const { id, hits, liked } of asked) {
        const measured = measureRanking(orderIn(room, hits, liked), new Map([[id, 1]]))
        room['ndcg@10'] += measured['ndcg@10'] / asked.length
        room['mrr@20'] += measured['mrr@20'] / asked.length
      }
    }
  }
  const mean = (total: number) => total / Math.max(shoppers, 1)
  const rooms = totals.map((room) => ({
    ...room,
    'ndcg@10': mean(room['ndcg@10']),
    'mrr@20': mean(room['mrr@20']),
  }))
  return { shoppers, rooms }
}

function askShopper(walk: SearchWalk, shop: SearchShop, cases: readonly Case[], seed: number) {
  const random = createRandom(seed)
  return cases.flatMap((one) => {
    const model = { ...walk.model, statistics: walk.statisticsAt(one.time) }
    const { base } = scoreTerms(model, one.history, one.time)
    return orderQueries(shop, one, random).map(({ id, hits }) => ({
      id,
      hits,
      liked: likedOf(shop, hits, base),
    }))
  })
}
