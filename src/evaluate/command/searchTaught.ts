/**
 * @module Whether a query teaches: a minute before an order somebody searches for one of its
 * products, by words of its title, and picks nothing; then the personal model ranks the whole
 * catalogue for the order. The product named is an answer told, so it is also taken out of order and
 * catalogue. As a control the query comes from another shopper's order.
 */
import type { FindByTitle } from '../../core/catalog/titleIndex.ts'
import { searchEntries } from '../../core/events/history.ts'
import type { Case } from '../../core/features/history.ts'
import type { Random } from '../../core/model/random.ts'
import { ndcg, placesOf } from '../../train/metrics.ts'
import type { SearchValues } from '../searchSummary.ts'
import type { CaseScores } from '../searchWalk.ts'
import { QUERY_KINDS, type QueryKind, queryFrom, type TitleFrequency } from './searchQueries.ts'

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

export interface Teaching {
  readonly find: FindByTitle
  readonly frequency: TitleFrequency
  readonly titles: ReadonlyMap<string, string>
  readonly ids: readonly string[]
  readonly rows: ReadonlyMap<string, number>
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
  { find, frequency, titles, ids, rows }: Teaching,
  { time, targets }: Case,
  { personal, after }: Pick<CaseScores, 'personal' | 'after'>,
  other: readonly number[],
  random: Random,
): TaughtOrder[] {
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
