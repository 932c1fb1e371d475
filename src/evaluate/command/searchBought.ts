/**
 * @module Search by shoppers who know what they want: what they typed before they bought it, where
 * the log says that, else words from the titles of what they bought next; the products found, and the
 * place of the bought ones by relevance alone, and where relevance is flat by the base model without
 * a past, with it, and by the personal model.
 */
import type { Item } from '../../core/catalog/item.ts'
import { createTitleIndex } from '../../core/catalog/titleIndex.ts'
import type { Case } from '../../core/features/history.ts'
import { refreshPopularity } from '../../core/features/statistics.ts'
import { createRandom } from '../../core/model/random.ts'
import { createWasmEngine } from '../../engine/wasm/wasmEngine.ts'
import { blend } from '../../sdk/search/blend.ts'
import type { SearchHit } from '../../sdk/search/retrieve.ts'
import { createProductSearch } from '../../sdk/search/search.ts'
import type { ShopSearch } from '../../train/shop/shop.ts'
import { byDay } from '../popularity.ts'
import { type EvaluationInput, LEAST_SHOPPERS, selectCases } from '../prepare.ts'
import { measureRanking, SEARCH_METRICS } from '../searchMetrics.ts'
import type { SearchValues } from '../searchSummary.ts'
import { type CaseScores, type SearchWalk, scoreCases } from '../searchWalk.ts'
import { LIMIT, likedOf, ORDERS, orderQueries, type SearchShop } from './searchOrders.ts'
import { QUERY_KINDS, titleFrequency } from './searchQueries.ts'
import { type TaughtOrder, teachOrder } from './searchTaught.ts'
import { searchTraining, type Training } from './searchTraining.ts'
import { type TypedQuery, typedQueries } from './searchTyped.ts'

export const BOUGHT_ARMS = {
  lexical: 'order by relevance, what a shop without a model shows',
  stranger: 'where relevance is flat, the base model as it is without a past',
  base: 'there, the base model with what this shopper did before',
  personal: 'there, the personal model under its guard',
} as const

export const BOUGHT_PAIRS: readonly (readonly [string, string])[] = [
  ['stranger', 'lexical'],
  ['base', 'lexical'],
  ['personal', 'lexical'],
  ['base', 'stranger'],
  ['personal', 'base'],
]

const ARMS = Object.keys(BOUGHT_ARMS) as readonly (keyof typeof BOUGHT_ARMS)[]
/** Draws of their own: what is taught leaves the searched queries as they are. */
const TEACHING_SEED = 1_000_003

export interface BoughtOptions {
  readonly input: EvaluationInput
  readonly items: readonly Item[]
  /** What the log says was typed. */
  readonly searches: readonly ShopSearch[]
  /** Called before each shopper; may throw to stop. */
  readonly onProgress: (done: number, total: number) => Promise<void>
}

export interface Bought {
  /** `log`: typed by the shoppers. `titles`: made of title words, for too few typed any. */
  readonly source: 'log' | 'titles'
  /** One value a shopper: the mean over own queries. `@query=broad` is over those alone. */
  readonly values: SearchValues
  readonly shoppers: number
  readonly queries: number
  /** Queries that did not find what was bought among the first 500; typed ones are left out. */
  readonly missed: number
  /** Per shopper, per query: NDCG@10, personal − base. */
  readonly changes: readonly (readonly number[])[]
  /** By shopper, those of whom an order could be taught. */
  readonly taught: readonly (readonly TaughtOrder[])[]
  readonly training: Training
}

export async function searchBought({
  input,
  items,
  searches,
  onProgress,
}: BoughtOptions): Promise<Bought> {
  const selected = selectCases(input)
  const walk = await prepare(input)
  const shop: SearchShop = {
    search: createProductSearch(items),
    find: createTitleIndex(items),
    frequency: titleFrequency(items),
    titles: new Map(items.map(({ id, title }) => [id, title ?? ''])),
    ids: input.model.itemIds,
    rows: new Map(input.model.itemIds.map((id, row) => [id, row])),
  }
  const perShopper: { readonly asked: Asked[]; readonly taught: TaughtOrder[] }[] = []
  for (const [done, cases] of selected.entries()) {
    await onProgress(done, selected.length)
    const others = selected[(done + 1) % selected.length]
    perShopper.push(await askShopper(walk, shop, cases.slice(0, ORDERS), others, input.seed + done))
  }
  const find = (query: string) => shop.search.find(query, LIMIT)
  const typed = typedQueries(searches, input, shop.rows, find, shop.find)
  const isTyped = typed.perShopper.length >= LEAST_SHOPPERS
  const made = perShopper.map((own) => own.asked).filter((own) => own.length > 0)
  const asked = isTyped
    ? await Promise.all(typed.perShopper.map((own) => askTyped(walk, shop, own)))
    : made
  return {
    source: isTyped ? 'log' : 'titles',
    values: valuesOf(asked),
    shoppers: asked.length,
    queries: asked.flat().length,
    missed: isTyped ? typed.missed : made.flat().filter(({ found }) => !found).length,
    changes: asked.map((own) =>
      own.map(({ metrics }) => metrics.personal['ndcg@10'] - metrics.base['ndcg@10']),
    ),
    taught: perShopper.map((own) => own.taught).filter((own) => own.length > 0),
    training: await searchTraining(input, walk, shop, onProgress),
  }
}

async function prepare(input: EvaluationInput): Promise<SearchWalk> {
  const { model, until, seed } = input
  const engine = await createWasmEngine()
  const histories = input.shoppers
    .filter(({ id }) => !input.isHeldOut(id))
    .map(({ interactions }) => interactions)
  return {
    model,
    seed,
    installed: until,
    statisticsAt: byDay((midnight) => refreshPopularity(model.statistics, histories, midnight)),
    fit: (problem) => engine.fit(problem),
  }
}

interface Asked {
  readonly kind: string
  readonly found: boolean
  readonly metrics: Readonly<Record<(typeof ARMS)[number], ReturnType<typeof measureRanking>>>
}

async function askShopper(
  walk: SearchWalk,
  shop: SearchShop,
  cases: readonly Case[],
  others: readonly Case[],
  seed: number,
): Promise<{ asked: Asked[]; taught: TaughtOrder[] }> {
  const random = createRandom(seed)
  const teaching = createRandom(seed + TEACHING_SEED)
  const asked: Asked[] = []
  const taught: TaughtOrder[] = []
  let order = 0
  for await (const scores of scoreCases(walk, cases)) {
    const one = cases[order]
    const { targets } = others[order++ % others.length]
    taught.push(...teachOrder(shop, one, scores, targets, teaching))
    for (const { kind, id, hits } of orderQueries(shop, one, random)) {
      const found = hits.some((hit) => hit.id === id)
      asked.push({ kind, found, metrics: measureArms(shop, hits, scores, [id]) })
    }
  }
  return { asked, taught }
}

async function askTyped(
  walk: SearchWalk,
  shop: SearchShop,
  queries: readonly TypedQuery[],
): Promise<Asked[]> {
  const asked: Asked[] = []
  for await (const scores of scoreCases(walk, queries)) {
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
  const by = (of: Float32Array) => measure(blend(hits, likedOf(shop, hits, of)))
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
