/**
 * @module Does a query teach? A minute before an order somebody searches for one of its products, by
 * words of its title, and picks nothing; then the personal model ranks the whole catalog for the
 * order. The product named is an answer told, so it is also taken out of order and catalog. As a
 * control the query comes from another shopper's order.
 */
import { searchEntries } from '../../src/core/events/history.ts'
import type { Case, History } from '../../src/core/features/history.ts'
import { createRandom, type Random } from '../../src/core/model/random.ts'
import { personalScores, scoreTerms } from '../../src/core/model/score.ts'
import { createWasmEngine } from '../../src/engine/wasm/wasmEngine.ts'
import { selectCases } from '../../src/evaluate/cases.ts'
import { load } from '../../src/evaluate/load.ts'
import { prepareDevices } from '../../src/evaluate/prepare.ts'
import { count, decimal, lift } from '../../src/evaluate/report/numbers.ts'
import { ORDERS, type SearchShop, searchShop } from '../../src/evaluate/search/orderQueries.ts'
import { QUERY_KINDS, type QueryKind, queryFrom } from '../../src/evaluate/search/queries.ts'
import { type CaseScores, scoreCases } from '../../src/evaluate/search/scores.ts'
import { type SearchValues, summariseSearch } from '../../src/evaluate/search/summary.ts'
import { step } from '../../src/evaluate/steps.ts'
import { ndcg, placesOf } from '../../src/train/metrics.ts'
import { type Experiment, head } from '../experiment.ts'

export const TAUGHT_ARMS = {
  untaught: 'the personal model without the query',
  taught: 'after a query for one product of the order',
  misled: 'after a query for one product of another shopper’s order',
} as const

export const TAUGHT_PAIRS: readonly (readonly [string, string])[] = [
  ['taught', 'untaught'],
  ['misled', 'untaught'],
]

const ARMS = Object.keys(TAUGHT_ARMS) as readonly (keyof typeof TAUGHT_ARMS)[]
const MINUTE = 60_000
/** Draws of their own: what is taught leaves other experiments' queries as they are. */
const TEACHING_SEED = 1_000_003

export const experiment: Experiment = {
  asks: 'does a query without a pick improve the list for the order that follows it',
  async run(asked, steps) {
    const { shop, input, notes } = await load(asked.question)
    const selected = selectCases(input)
    const engine = await createWasmEngine()
    const devices = prepareDevices(input, (problem) => engine.fit(problem))
    const searched = searchShop(shop.items, input.model.itemIds)
    const perShopper: TaughtOrder[][] = []
    for (const [done, all] of selected.entries()) {
      await step(steps, 'teaching', done, selected.length)
      const cases = all.slice(0, ORDERS)
      const others = selected[(done + 1) % selected.length]
      const random = createRandom(input.seed + done + TEACHING_SEED)
      const own: TaughtOrder[] = []
      let order = 0
      for await (const scores of scoreCases(devices, cases)) {
        const { targets } = others[order % others.length]
        own.push(...teachOrder(searched, cases[order++], scores, targets, random))
      }
      if (own.length > 0) perShopper.push(own)
    }
    const orders = perShopper.flat()
    const summary = summariseSearch(taughtValues(perShopper), TAUGHT_PAIRS, input.seed)
    const metrics = QUERY_KINDS.flatMap((kind) =>
      ['', ':unnamed'].map((what) => `ndcg@10@query=${kind}${what}`),
    )
    const show = (value: number | string | null | undefined) =>
      typeof value === 'number' ? decimal(value) : '–'
    return {
      result: {
        protocol: 'query-teaching',
        ...head(asked, shop.name, input.until),
        shoppers: perShopper.length,
        queries: orders.length,
        ...summary,
      },
      report: {
        title: `Do queries teach? ${shop.name}`,
        lead: [
          `A minute before an order, title words of one of its products are searched for and nothing is picked; then the whole catalog is ranked for the order`,
          `${count(orders.length)} such queries of ${count(perShopper.length)} shoppers, ${count(orders.filter(({ found }) => found === 0).length)} of them about nothing or too much; unnamed: without the product that the query names`,
        ],
        parts: [
          {
            title: 'NDCG@10',
            table: {
              columns: ['arm', ...metrics, 'what it is'],
              rows: summary.arms.map((arm) => [
                arm.name,
                ...metrics.map(
                  (name) =>
                    `${show(arm[name])} [${show(arm[`${name}:lo`])}, ${show(arm[`${name}:hi`])}]`,
                ),
                TAUGHT_ARMS[arm.name as keyof typeof TAUGHT_ARMS],
              ]),
              prose: true,
            },
          },
          {
            title: 'Lifts, 95 % intervals by paired bootstrap',
            table: {
              columns: ['arm', 'metric', 'change'],
              rows: summary.lifts.map((one) => [
                `${one.arm} over ${one.over}`,
                one.metric,
                lift(one),
              ]),
            },
          },
        ],
        notes,
      },
    }
  },
}

/** One query before one order. */
export interface TaughtOrder {
  readonly kind: QueryKind
  /** Items that the query is about. */
  readonly found: number
  /** NDCG@10 for the order. */
  readonly all: Readonly<Record<(typeof ARMS)[number], number>>
  /** Without the product named; NaN where there was no other. */
  readonly unnamed: Readonly<Record<'untaught' | 'taught', number>>
}

/** @param other targets of another shopper's order */
export function teachOrder(
  { find, frequency, titles, ids, rows }: Omit<SearchShop, 'search'>,
  { time, targets, history }: Case,
  { personal, scored }: Pick<CaseScores, 'personal' | 'scored'>,
  other: readonly number[],
  random: Random,
): TaughtOrder[] {
  const { model, learned, shown, served } = scored
  const after = (further: History) => {
    const then = scoreTerms(model, [...history, ...further], time)
    return learned && shown === served
      ? personalScores(model, then, learned.personal, learned.personal.fusionWeight)
      : then.base
  }
  const named = targets[random.integer(targets.length)]
  const stranger = other[random.integer(other.length)]
  const about = (item: number, kind: QueryKind) => {
    const query = queryFrom(titles.get(ids[item]) ?? '', kind, frequency, random)
    if (query === null) return null
    const search = { query, time: time - MINUTE, session: 'search' }
    return searchEntries(
      search,
      find(query).map((id) => rows.get(id)),
    )
  }
  return QUERY_KINDS.flatMap((kind): TaughtOrder[] => {
    const [own, others] = [about(named, kind), about(stranger, kind)]
    if (!own || !others) return []
    const taught = after(own)
    return [
      {
        kind,
        found: own.length,
        all: {
          untaught: quality(personal, targets),
          taught: quality(taught, targets),
          misled: quality(after(others), targets),
        },
        unnamed: {
          untaught: quality(personal, targets, named),
          taught: quality(taught, targets, named),
        },
      },
    ]
  })
}

function quality(scores: Float32Array, targets: readonly number[], without?: number): number {
  const wanted = targets.filter((target) => target !== without)
  if (wanted.length === 0) return Number.NaN
  const excluded = new Uint8Array(scores.length)
  if (without !== undefined) excluded[without] = 1
  return ndcg(placesOf(scores, wanted, excluded), 10)
}

/** One value a shopper: the mean over own orders. */
export function taughtValues(perShopper: readonly (readonly TaughtOrder[])[]): SearchValues {
  const means = (kind: QueryKind, of: (one: TaughtOrder) => number) =>
    perShopper.map((own) => {
      const known = own.filter((one) => one.kind === kind).map(of)
      const values = known.filter((value) => !Number.isNaN(value))
      return values.length > 0 ? values.reduce((a, b) => a + b) / values.length : Number.NaN
    })
  return new Map(
    ARMS.map((arm) => {
      const metrics = QUERY_KINDS.flatMap((kind): [string, number[]][] => [
        [`ndcg@10@query=${kind}`, means(kind, ({ all }) => all[arm])],
        ...(arm === 'misled'
          ? []
          : [
              [`ndcg@10@query=${kind}:unnamed`, means(kind, ({ unnamed }) => unnamed[arm])] as [
                string,
                number[],
              ],
            ]),
      ])
      return [arm, new Map(metrics)]
    }),
  )
}
