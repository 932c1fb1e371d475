/**
 * @module Tests how high search ranks the products that shoppers then bought. The queries are those that shoppers typed
 * before a purchase, or title words of their next purchases if too few shoppers typed any.
 */
import type { Item } from '@nearside/core/catalog/item.ts'
import type { Case } from '@nearside/core/features/history.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import { scoreTerms } from '@nearside/core/model/score.ts'
import { blend } from '@nearside/core/search/blend.ts'
import { createWasmEngine } from '@nearside/engine/wasm/wasmEngine.ts'
import { likedOf, typedQueries } from '@nearside/train/searches/typed.ts'
import type { ShopSearch } from '@nearside/train/shop/shop.ts'
import { type EvaluationInput, LEAST_SHOPPERS, selectCases } from '../cases.ts'
import { type DeviceShop, ShopperDevice } from '../device.ts'
import { prepareDevices } from '../prepare.ts'
import { type RowCase, Rows } from '../rows.ts'
import { type Steps, step } from '../steps.ts'
import { measureRanking, SEARCH_METRICS } from './metrics.ts'
import { LIMIT, ORDERS, type OrderQuery, orderQueries, searchShop } from './queries.ts'

export const BOUGHT_ARMS = {
  lexical: 'order by relevance, what a shop without a model shows',
  stranger: 'among equally relevant hits, the base model as it is without a past',
  base: "among equally relevant hits, the base model with this shopper's history",
  personal: 'among equally relevant hits, the personal model under its guard',
} as const

export const BOUGHT_PAIRS: readonly (readonly [string, string])[] = [
  ['stranger', 'lexical'],
  ['base', 'lexical'],
  ['personal', 'lexical'],
  ['base', 'stranger'],
  ['personal', 'base'],
]

interface QueryCase extends RowCase {
  readonly isFound: boolean
}

export type Bought = Awaited<ReturnType<typeof searchBought>>

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
  const shoppers: readonly {
    readonly cases: readonly Case[]
    queriesOf(nth: number): readonly OrderQuery[]
  }[] = isTyped
    ? typed.perShopper.map((cases) => ({
        cases,
        queriesOf: (nth) => {
          const { hits, targets } = cases[nth]
          return [{ kind: 'typed', hits, bought: targets.map((row) => shop.ids[row]) }]
        },
      }))
    : selectCases(input).map((all, k) => {
        const random = createRandom(input.seed + k)
        const cases = all.slice(0, ORDERS)
        return { cases, queriesOf: (nth) => orderQueries(shop, cases[nth], random) }
      })
  const rows = new Rows<QueryCase>()
  const { searchTolerance } = input.model.manifest
  for (const [done, { cases, queriesOf }] of shoppers.entries()) {
    await step(steps, 'asking for what was bought', done, shoppers.length)
    let nth = 0
    for await (const scores of scoreCases(devices, cases)) {
      const { shopper } = cases[nth]
      for (const query of queriesOf(nth++)) {
        const { hits, bought } = query
        rows.begin({ shopper, isFound: hits.some(({ id }) => bought.includes(id)) })
        putRanking(rows, 'lexical', hits, query)
        for (const [arm, own] of Object.entries(scores))
          putRanking(rows, arm, blend(hits, likedOf(shop.rows, hits, own), searchTolerance), query)
      }
    }
  }
  return {
    /** `log`: queries typed by shoppers. `titles`: queries made of title words, because too few shoppers typed any. */
    source: isTyped ? ('log' as const) : ('titles' as const),
    /** Rows of the queries. A metric with the suffix `@query=broad` covers broad queries only. */
    rows,
    /** Number of queries without the purchased item in 500 hits; if shoppers typed them, `rows` omits them. */
    missed: isTyped ? typed.missed : rows.cases.filter(({ isFound }) => !isFound).length,
  }
}

/**
 * For each case of one shopper, ascending by time: the scores, [N], that the device computes from all earlier events.
 * `stranger`: scores of the base model for a cold-start user.
 */
export async function* scoreCases(shop: DeviceShop, cases: readonly Case[]) {
  const device = new ShopperDevice(shop)
  for (const one of cases) {
    const scored = await device.score(one)
    const stranger = scoreTerms(scored.model, [], one.time).base
    yield { stranger, base: scored.terms.base, personal: scored.shown }
    device.observe(scored, one.targets)
  }
}

function putRanking(
  rows: Rows<QueryCase>,
  arm: string,
  ranking: readonly { readonly id: string }[],
  { kind, bought }: OrderQuery,
): void {
  const ids = ranking.map(({ id }) => id)
  const values = measureRanking(ids, new Map(bought.map((id) => [id, 1])))
  for (const metric of SEARCH_METRICS) rows.put({ arm, metric }, values[metric])
  if (kind === 'typed') return
  for (const metric of ['ndcg@10', 'mrr@20'] as const)
    rows.put({ arm, metric: `${metric}@query=${kind}` }, values[metric])
}
