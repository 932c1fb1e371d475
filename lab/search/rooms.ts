/**
 * @module How much room a shopper's taste gets in a search result, and what that gains: on shoppers
 * whom the model learned from, orders that it did not see, searched for by title words. Here a setting
 * may be chosen; nothing is proved.
 */
import { buildCases } from '../../src/core/features/cases.ts'
import type { Case } from '../../src/core/features/history.ts'
import { createRandom } from '../../src/core/model/random.ts'
import { scoreTerms } from '../../src/core/model/score.ts'
import type { DeviceShop } from '../../src/evaluate/device.ts'
import { load } from '../../src/evaluate/load.ts'
import { prepareDevices } from '../../src/evaluate/prepare.ts'
import { decimal } from '../../src/evaluate/report/numbers.ts'
import type { Part } from '../../src/evaluate/report/report.ts'
import { measureRanking } from '../../src/evaluate/search/metrics.ts'
import {
  likedOf,
  ORDERS,
  orderQueries,
  type SearchShop,
  searchShop,
} from '../../src/evaluate/search/orderQueries.ts'
import { step } from '../../src/evaluate/steps.ts'
import { blend, type Room } from '../../src/sdk/search/blend.ts'
import { type Experiment, head } from '../experiment.ts'

/** Every so many of them, in the log's order: all would take minutes. */
const MOST_SHOPPERS = 450

export const experiment: Experiment = {
  asks: 'how much room taste gets in a search result, on training shoppers of a shop',
  async run(asked, steps) {
    const { shop, input, notes } = await load(asked.question)
    const devices = prepareDevices(input, null)
    const searched = searchShop(shop.items, input.model.itemIds)
    const all = input.shoppers
      .filter(({ id }) => !input.isHeldOut(id))
      .map((shopper) => buildCases(shopper, input.dayOnly, input.until))
      .filter((cases) => cases.length > 0)
    const every = Math.max(1, Math.ceil(all.length / MOST_SHOPPERS))
    const selected = all.filter((_, i) => i % every === 0)
    const totals = [NO_ROOM, ...ROOMS].map((room) => ({ ...room, 'ndcg@10': 0, 'mrr@20': 0 }))
    let shoppers = 0
    for (const [done, cases] of selected.entries()) {
      await step(steps, 'asking', done, selected.length)
      const own = askShopper(devices, searched, cases.slice(0, ORDERS), input.seed + done)
      if (own.length > 0) shoppers++
      for (const room of totals)
        for (const { id, hits, liked } of own) {
          const ranking = blend(hits, liked, room).map((hit) => hit.id)
          const measured = measureRanking(ranking, new Map([[id, 1]]))
          room['ndcg@10'] += measured['ndcg@10'] / own.length
          room['mrr@20'] += measured['mrr@20'] / own.length
        }
    }
    const rooms = totals.map((room) => ({
      ...room,
      'ndcg@10': room['ndcg@10'] / Math.max(1, shoppers),
      'mrr@20': room['mrr@20'] / Math.max(1, shoppers),
    }))
    return {
      result: {
        protocol: 'search-rooms',
        ...head(asked, shop.name, input.until),
        shoppers,
        rooms,
      },
      report: {
        title: `Room for taste in a search: ${shop.name}`,
        lead: [
          `Means over ${shoppers} shoppers whom the model learned from, orders that it didn't, base order: for choosing`,
        ],
        parts: [roomPart(rooms)],
        notes,
      },
    }
  },
}

function askShopper(devices: DeviceShop, shop: SearchShop, cases: readonly Case[], seed: number) {
  const random = createRandom(seed)
  return cases.flatMap((one) => {
    const model = { ...devices.model, statistics: devices.statisticsAt(one.time) }
    const { base } = scoreTerms(model, one.history, one.time)
    return orderQueries(shop, one, random).map(({ id, hits }) => ({
      id,
      hits,
      liked: likedOf(shop, hits, base),
    }))
  })
}

/** NDCG@10 and MRR@20 by flatness (rows) and tolerance (columns); the first is without room. */
export function roomPart(rooms: readonly RoomQuality[]): Part {
  const [lexical, ...others] = rooms
  const cell = (room: RoomQuality | undefined) =>
    room ? `${decimal(room['ndcg@10'])} / ${decimal(room['mrr@20'])}` : ''
  const tolerances = [...new Set(others.map(({ tolerance }) => tolerance))].sort((a, b) => b - a)
  const levels = [...new Set(others.map(({ flatness }) => flatness))].sort((a, b) => a - b)
  return {
    title: 'NDCG@10 / MRR@20 by where taste has a say (flat from) and inside what bands',
    table: {
      columns: ['flat from', ...tolerances.map((one) => `bands of ${one}`)],
      rows: [
        ['never', cell(lexical), ...tolerances.slice(1).map(() => '')],
        ...levels.map((level) => [
          String(level),
          ...tolerances.map((width) =>
            cell(
              others.find(({ flatness, tolerance }) => flatness === level && tolerance === width),
            ),
          ),
        ]),
      ],
    },
  }
}

/**
 * By what they gain on the demo shop's training shoppers (this experiment prints it), the most first. A hit for another wording
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
