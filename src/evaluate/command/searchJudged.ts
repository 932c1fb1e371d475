/**
 * @module Search against human judgements: MiniSearch's defaults, what ships, what ships with
 * settings chosen on other queries, and what ships after a shopper's taste has spoken.
 */
import MiniSearch from 'minisearch'
import type { Item } from '../../core/catalog/item.ts'
import { createRandom, type Random } from '../../core/model/random.ts'
import { flatnessOf, type Room, SHIPPED_ROOM } from '../../sdk/search/blend.ts'
import {
  buildIndex,
  retrieve,
  type SearchHit,
  type SearchIndex,
  type SearchSettings,
  SHIPPED_SETTINGS,
} from '../../sdk/search/retrieve.ts'
import { assignFolds, chooseBySettings } from '../searchFolds.ts'
import { gradedNdcg, measureRanking, type Ratings } from '../searchMetrics.ts'
import type { SearchValues } from '../searchSummary.ts'
import type { JudgedQuery } from './searchJudgements.ts'
import { LIMIT } from './searchOrders.ts'
import { mistype } from './searchQueries.ts'
import {
  chooseRooms,
  NO_ROOM,
  orderIn,
  type QueryQuality,
  ROOMS,
  type RoomQuality,
} from './searchRoom.ts'

export const JUDGED_ARMS: Readonly<Record<string, string>> = {
  minisearch: "MiniSearch's defaults on the same texts",
  lexical: 'what ships; its settings were chosen with these queries in sight',
  'lexical-cv': 'settings chosen anew for each tenth of the queries, without it',
  reranked: 'what ships, re-ranked where it is flat by tastes that know nothing of the query',
  'reranked-cv': 'the same, with room chosen anew for each tenth of the queries, without it',
}

export const JUDGED_PAIRS: readonly (readonly [string, string])[] = [
  ['lexical', 'minisearch'],
  ['lexical-cv', 'minisearch'],
  ['reranked', 'lexical'],
  ['reranked-cv', 'lexical'],
]

const FOLDS = 10
/** Random orders a query; their mean is what re-ranking costs where taste and relevance are strangers. */
const TASTES = 20

/** What is tried for each fold; the shipped settings are among them. */
export const SETTINGS: readonly SearchSettings[] = [1, 3].flatMap((title) =>
  [0.3, 1].flatMap((description) =>
    [0.1, 0.3, 0.6].flatMap((prefixWeight) =>
      [0.1, 0.3].map((fuzzyWeight) => ({
        boost: { ...SHIPPED_SETTINGS.boost, title, description },
        prefixWeight,
        fuzzyWeight,
      })),
    ),
  ),
)

/** What is tried, settings of the search and of the room that taste gets. */
const STEPS = SETTINGS.length + ROOMS.length

export interface JudgedOptions {
  readonly items: readonly Item[]
  readonly queries: readonly JudgedQuery[]
  readonly seed: number
  /** Called before each of the settings; may throw to stop. */
  readonly onProgress: (done: number, total: number) => Promise<void>
}

export interface Judged {
  /** Each arm's metrics, one value a query; `:typo` asks with one typing error, NaN where none fits. */
  readonly values: SearchValues
  /** The first is by relevance alone, then each of ROOMS; means over queries. */
  readonly rooms: readonly RoomQuality[]
  /** Queries that are flat enough for taste to have a say. */
  readonly flat: number
}

export async function searchJudged(options: JudgedOptions): Promise<Judged> {
  const { items, queries, seed, onProgress } = options
  const index = buildIndex(items)
  const random = createRandom(seed)
  const asked = queries.map(({ query, ratings }) => ({
    query,
    ratings,
    mistyped: mistype(query, random),
  }))
  const answers: Answer[][] = []
  for (const [done, settings] of SETTINGS.entries()) {
    await onProgress(done, STEPS)
    answers.push(asked.map((one) => answer(one, (query) => idsOf(index, query, settings))))
  }
  const fold = assignFolds(queries.length, Math.min(FOLDS, queries.length), random)
  const chosen = chooseBySettings(
    answers.map((row) => row.map(qualityOf)),
    fold,
  )
  const plain = plainIndex(items)
  const found = asked.map(({ query, ratings }) => {
    const hits = retrieve(index, query, LIMIT)
    return { hits, ratings, tastes: drawTastes(hits, random) }
  })
  const within = (room?: Room) => found.map((one) => rerankedAnswer(one, room))
  const lexical = asked.map((one) => answer(one, (query) => idsOf(index, query)))
  const reranked: Answer[][] = []
  for (const [done, room] of ROOMS.entries()) {
    await onProgress(SETTINGS.length + done, STEPS)
    reranked.push(within(room))
  }
  const room = chooseRooms(reranked.map(qualitiesOf), qualitiesOf(lexical), fold)
  const answered = asked.map((_, query) => reranked[room[query]]?.[query] ?? lexical[query])
  return {
    values: new Map([
      ['minisearch', byMetric(asked.map((one) => answer(one, plain)))],
      ['lexical', byMetric(lexical)],
      ['lexical-cv', byMetric(asked.map((_, query) => answers[chosen[query]][query]))],
      ['reranked', byMetric(within())],
      ['reranked-cv', byMetric(answered)],
    ]),
    rooms: [NO_ROOM, ...ROOMS].map((one, i) => roomQuality(one, [lexical, ...reranked][i])),
    flat: found.filter(({ hits }) => flatnessOf(hits) >= SHIPPED_ROOM.flatness).length,
  }
}

interface AskedQuery extends JudgedQuery {
  readonly mistyped: string | null
}

/** Metric → value of one query. */
type Answer = Readonly<Record<string, number>>

function answer(
  { query, ratings, mistyped }: AskedQuery,
  search: (query: string) => readonly string[],
): Answer {
  return {
    ...measure(search(query), ratings),
    'ndcg@10:typo': mistyped === null ? Number.NaN : gradedNdcg(search(mistyped), ratings, 10),
  }
}

/** `:judged` leaves out products that nobody judged. @see Sakai 2007, doi 10.1145/1277741.1277756 */
function measure(ranking: readonly string[], ratings: Ratings): Answer {
  const judged = ranking.filter((id) => ratings.has(id))
  return {
    ...measureRanking(ranking, ratings),
    'ndcg@10:judged': gradedNdcg(judged, ratings, 10),
    'judged@10': ranking.slice(0, 10).filter((id) => ratings.has(id)).length / 10,
  }
}

/** Settings must answer what was meant as well as what was typed. */
function qualityOf(one: Answer): number {
  const typo = one['ndcg@10:typo']
  return Number.isNaN(typo) ? one['ndcg@10'] : (one['ndcg@10'] + typo) / 2
}

interface Found {
  readonly hits: readonly SearchHit[]
  readonly ratings: Ratings
  /** Ids of the hits, in orders drawn by lot; the same for every amount of room. */
  readonly tastes: readonly (readonly string[])[]
}

function drawTastes(hits: readonly SearchHit[], random: Random): Found['tastes'] {
  return Array.from({ length: TASTES }, () =>
    hits
      .map(({ id }) => ({ id, place: random.next() }))
      .sort((a, b) => a.place - b.place)
      .map(({ id }) => id),
  )
}

/** @param room absent: what ships */
function rerankedAnswer({ hits, ratings, tastes }: Found, room: Room = SHIPPED_ROOM): Answer {
  const answers = tastes.map((taste) => measure(orderIn(room, hits, taste), ratings))
  const mean = (metric: string) => answers.reduce((sum, one) => sum + one[metric], 0) / TASTES
  return Object.fromEntries(Object.keys(answers[0]).map((metric) => [metric, mean(metric)]))
}

function qualitiesOf(answers: readonly Answer[]): QueryQuality {
  const of = (metric: string) => answers.map((one) => one[metric])
  return { ndcg: of('ndcg@10'), mrr: of('mrr@20') }
}

function roomQuality(room: Room, answers: readonly Answer[]): RoomQuality {
  const mean = (metric: string) =>
    answers.reduce((sum, one) => sum + one[metric], 0) / answers.length
  return { ...room, 'ndcg@10': mean('ndcg@10'), 'mrr@20': mean('mrr@20') }
}

function byMetric(answers: readonly Answer[]): ReadonlyMap<string, readonly number[]> {
  const metrics = Object.keys(answers[0] ?? {})
  return new Map(metrics.map((metric) => [metric, answers.map((one) => one[metric])]))
}

function idsOf(index: SearchIndex, query: string, settings?: SearchSettings): readonly string[] {
  return retrieve(index, query, LIMIT, settings).map(({ id }) => id)
}

function plainIndex(items: readonly Item[]): (query: string) => readonly string[] {
  const index = new MiniSearch<Item>({ fields: ['title', 'category', 'brand', 'description'] })
  index.addAll(items)
  return (query) => index.search(query).map(({ id }) => String(id))
}
