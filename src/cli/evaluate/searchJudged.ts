/**
 * @module Search against human judgements: MiniSearch's defaults, what ships, what ships with
 * settings chosen on other queries, and what ships after a shopper's taste has spoken.
 */
import MiniSearch from 'minisearch'
import type { Item } from '../../catalog/item.ts'
import { assignFolds, chooseBySettings } from '../../evaluation/searchFolds.ts'
import { gradedNdcg, measureRanking, type Ratings } from '../../evaluation/searchMetrics.ts'
import type { SearchValues } from '../../evaluation/searchSummary.ts'
import { createRandom, type Random } from '../../model/random.ts'
import { blend } from '../../search/blend.ts'
import {
  buildIndex,
  retrieve,
  type SearchIndex,
  type SearchSettings,
  SHIPPED_SETTINGS,
} from '../../search/retrieve.ts'
import type { JudgedQuery } from './searchJudgements.ts'
import { mistype } from './searchQueries.ts'

export const JUDGED_ARMS: Readonly<Record<string, string>> = {
  minisearch: "MiniSearch's defaults on the same texts",
  lexical: 'what ships; its settings were chosen with these queries in sight',
  'lexical-cv': 'settings chosen anew for each tenth of the queries, without it',
  reranked: 'what ships, ordered inside its bands by tastes that know nothing of the query',
}

export const JUDGED_PAIRS: readonly (readonly [string, string])[] = [
  ['lexical', 'minisearch'],
  ['lexical-cv', 'minisearch'],
  ['reranked', 'lexical'],
]

const FOLDS = 10
/** As many as a page of results asks for. */
const LIMIT = 500
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

export interface JudgedOptions {
  readonly items: readonly Item[]
  readonly queries: readonly JudgedQuery[]
  readonly seed: number
  /** Called before each of the settings; may throw to stop. */
  readonly onProgress: (done: number, total: number) => Promise<void>
}

/** Each arm's metrics, one value a query; `:typo` asks with one typing error, NaN where none fits. */
export async function searchJudged(options: JudgedOptions): Promise<SearchValues> {
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
    await onProgress(done, SETTINGS.length)
    answers.push(asked.map((one) => answer(one, (query) => idsOf(index, query, settings))))
  }
  const fold = assignFolds(queries.length, Math.min(FOLDS, queries.length), random)
  const chosen = chooseBySettings(
    answers.map((row) => row.map(qualityOf)),
    fold,
  )
  const plain = plainIndex(items)
  return new Map([
    ['minisearch', byMetric(asked.map((one) => answer(one, plain)))],
    ['lexical', byMetric(asked.map((one) => answer(one, (query) => idsOf(index, query))))],
    ['lexical-cv', byMetric(asked.map((_, query) => answers[chosen[query]][query]))],
    ['reranked', byMetric(asked.map((one) => rerankedAnswer(index, one, random)))],
  ])
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

function rerankedAnswer(
  index: SearchIndex,
  { query, ratings }: AskedQuery,
  random: Random,
): Answer {
  const hits = retrieve(index, query, LIMIT)
  const answers = Array.from({ length: TASTES }, () => {
    const taste = hits
      .map(({ id }) => ({ id, place: random.next() }))
      .sort((a, b) => a.place - b.place)
      .map(({ id }) => id)
    return measure(
      blend(hits, taste).map(({ id }) => id),
      ratings,
    )
  })
  const mean = (metric: string) => answers.reduce((sum, one) => sum + one[metric], 0) / TASTES
  return Object.fromEntries(Object.keys(answers[0]).map((metric) => [metric, mean(metric)]))
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
