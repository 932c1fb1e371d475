/**
 * @module Tests search by shoppers who know what they want. Queries are those typed before a purchase, if
 * the log has them, else title words of the next purchases. Reports the products found, and the place of
 * the purchased ones: by relevance alone, and with ties ordered by the base model without a history, by
 * the base model with it, and by the personal model.
 */
import type { Item } from '@nearside/core/catalog/item.ts'
import type { Case } from '@nearside/core/features/history.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import { blend } from '@nearside/core/search/blend.ts'
import type { SearchHit } from '@nearside/core/search/hit.ts'
import { createWasmEngine } from '@nearside/engine/wasm/wasmEngine.ts'
import { likedOf, type TypedQuery, typedQueries } from '@nearside/train/searches/typed.ts'
import type { ShopSearch } from '@nearside/train/shop/shop.ts'
import { type EvaluationInput, LEAST_SHOPPERS, selectCases } from '../cases.ts'
import type { DeviceShop } from '../device.ts'
import { prepareDevices } from '../prepare.ts'
import { type Steps, step } from '../steps.ts'
import { measureRanking, SEARCH_METRICS } from './metrics.ts'
import { LIMIT, ORDERS, orderQueries, type SearchShop, searchShop } from './orderQueries.ts'
import { QUERY_KINDS } from './queries.ts'
import { type CaseScores, scoreCases } from './scores.ts'
import type { SearchValues } from './summary.ts'

export const BOUGHT_ARMS = {
  lexical: 'order by relevance, what a shop without a model shows',
  stranger: 'among equally relevant hits, the base model as it is without a past',
  base: 'among those, the base model with what this shopper did before',
  personal: 'among those, the personal model under its guard',
} as const

export const BOUGHT_PAIRS: readonly (readonly [string, string])[] = [
  ['stranger', 'lexical'],
  ['base', 'lexical'],
  ['personal', 'lexical'],
  ['base', 'stranger'],
  ['personal', 'base'],
]

const ARMS = Object.keys(BOUGHT_ARMS) as readonly (keyof typeof BOUGHT_ARMS)[]

export type Bought = Awaited<ReturnType<typeof searchBought>>

/** @param searches typed queries in the log */
export async function searchBought(
  input: EvaluationInput,
  items: readonly Item[],
  searches: readonly ShopSearch[],
  steps: Steps,
) {
  const engine = await createWasmEngine()
  const devices = prepareDevices(input, (problem) => engine.fit(problem))
  const shop = searchShop(items, input.model.itemIds)
  const find = (query: string) => shop.search.find(query, LIMIT)
  const { isHeldOut, isTested = isHeldOut } = input
  const tested = input.shoppers.filter(({ id }) => isTested(id))
  const typed = typedQueries(searches, tested, input.until, shop.rows, find, shop.find)
  const isTyped = typed.perShopper.length >= LEAST_SHOPPERS
  const asks = isTyped
    ? typed.perShopper.map((own) => () => askTyped(devices, shop, own))
    : selectCases(input).map((cases, k) => {
        return () => askShopper(devices, shop, cases.slice(0, ORDERS), input.seed + k)
      })
  const asked: Asked[][] = []
  for (const [done, ask] of asks.entries()) {
    await step(steps, 'asking for what was bought', done, asks.length)
    const own = await ask()
    if (own.length > 0) asked.push(own)
  }
  return {
    /** `log`: typed by the shoppers. `titles`: made of title words, because too few shoppers typed any. */
    source: isTyped ? ('log' as const) : ('titles' as const),
    /** One value for each shopper: the mean over their queries. `@query=broad` averages only broad queries. */
    values: valuesOf(asked),
    shoppers: asked.length,
    queries: asked.flat().length,
    /** Number of queries without the purchased item among the first 500 hits; typed ones are left out. */
    missed: isTyped ? typed.missed : asked.flat().filter(({ found }) => !found).length,
    /** Change of NDCG@10 by shopper and query, personal − base. */
    changes: asked.map((own) =>
      own.map(({ metrics }) => metrics.personal['ndcg@10'] - metrics.base['ndcg@10']),
    ),
  }
}

interface Asked {
  readonly kind: string
  readonly found: boolean
  readonly metrics: Readonly<Record<(typeof ARMS)[number], ReturnType<typeof measureRanking>>>
}

async function askShopper(
  devices: DeviceShop,
  shop: SearchShop,
  cases: readonly Case[],
  seed: number,
): Promise<Asked[]> {
  const random = createRandom(seed)
  const asked: Asked[] = []
  let order = 0
  for await (const scores of scoreCases(devices, cases)) {
    for (const { kind, id, hits } of orderQueries(shop, cases[order++], random)) {
      const found = hits.some((hit) => hit.id === id)
      asked.push({ kind, found, metrics: measureArms(shop, hits, scores, [id]) })
    }
  }
  return asked
}

async function askTyped(
  devices: DeviceShop,
  shop: SearchShop,
  queries: readonly TypedQuery[],
): Promise<Asked[]> {
  const asked: Asked[] = []
  for await (const scores of scoreCases(devices, queries)) {
    const { hits, targets } = queries[asked.length]
    const bought = targets.map((row) => shop.ids[row])
    asked.push({ kind: 'typed', found: true, metrics: measureArms(shop, hits, scores, bought) })
  }
  return asked
}

function measureArms(
  shop: SearchShop,
  hits: readonly SearchHit[],
  scores: CaseScores,
  bought: readonly string[],
): Asked['metrics'] {
  const ratings = new Map(bought.map((id) => [id, 1]))
  const measure = (ranking: readonly { readonly id: string }[]) =>
    measureRanking(
      ranking.map(({ id }) => id),
      ratings,
    )
  const tolerance = scores.scored.model.manifest.searchTolerance
  const by = (of: Float32Array) => measure(blend(hits, likedOf(shop.rows, hits, of), tolerance))
  return {
    lexical: measure(hits),
    stranger: by(scores.stranger),
    base: by(scores.base),
    personal: by(scores.personal),
  }
}

function valuesOf(perShopper: readonly (readonly Asked[])[]): SearchValues {
  const mean = (own: readonly Asked[], of: (one: Asked) => number) =>
    own.length > 0 ? own.reduce((sum, one) => sum + of(one), 0) / own.length : Number.NaN
  return new Map(
    ARMS.map((arm) => {
      const whole = SEARCH_METRICS.map((metric): [string, number[]] => [
        metric,
        perShopper.map((own) => mean(own, ({ metrics }) => metrics[arm][metric])),
      ])
      const kinds = QUERY_KINDS.filter((kind) => perShopper.flat().some((one) => one.kind === kind))
      const byKind = kinds.flatMap((kind) =>
        (['ndcg@10', 'mrr@20'] as const).map((metric): [string, number[]] => [
          `${metric}@query=${kind}`,
          perShopper.map((own) =>
            mean(
              own.filter((one) => one.kind === kind),
              ({ metrics }) => metrics[arm][metric],
            ),
          ),
        ]),
      )
      return [arm, new Map([...whole, ...byKind])]
    }),
  )
}
