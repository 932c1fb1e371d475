/**
 * @module Tests search against human judgements: MiniSearch's defaults, the search that ships, and that
 * search re-ranked by personal preference.
 */

import type { Item } from '@nearside/core/catalog/item.ts'
import { createRandom, inRandomOrder, type Random } from '@nearside/core/model/random.ts'
import { blend } from '@nearside/core/search/blend.ts'
import type { SearchHit } from '@nearside/core/search/hit.ts'
import { createProductSearch, type ProductSearch } from '@nearside/core/search/search.ts'
import type { Synonyms } from '@nearside/core/search/synonyms.ts'
import MiniSearch from 'minisearch'
import type { JudgedQuery } from './judgements.ts'
import { gradedNdcg, measureRanking, type Ratings } from './metrics.ts'
import { LIMIT } from './orderQueries.ts'
import { mistype } from './queries.ts'
import type { SearchValues } from './summary.ts'

export const JUDGED_ARMS: Readonly<Record<string, string>> = {
  minisearch: "MiniSearch's defaults on the same texts",
  lexical: 'what ships',
  reranked:
    'what ships, equally relevant hits in the order of tastes that know nothing of the query',
  'lexical:brands': 'what ships, with titles and brands alone',
  'reranked:brands': 'the same, re-ranked likewise',
  'lexical:titles': 'what ships, with titles alone',
  'reranked:titles': 'the same, re-ranked likewise',
}

export const JUDGED_PAIRS: readonly (readonly [string, string])[] = [
  ['lexical', 'minisearch'],
  ['reranked', 'lexical'],
  ['reranked:brands', 'lexical:brands'],
  ['reranked:titles', 'lexical:titles'],
]

/** Catalogs with fewer fields, so that the cost of re-ranking is known for sparse catalogs, too. */
const LEANER: Readonly<Record<string, (item: Item) => Item>> = {
  brands: ({ category, description, ...item }) => item,
  titles: ({ category, description, brand, ...item }) => item,
}

/**
 * Number of random orders a query; their mean is the cost of re-ranking when preference and relevance are
 * independent.
 */
const TASTES = 20

/**
 * Each arm's metrics, one value a query; `:typo` queries have one typing error, NaN where none is possible.
 * @param synonyms the shop's synonyms, for all arms but MiniSearch's
 */
export function searchJudged(
  items: readonly Item[],
  queries: readonly JudgedQuery[],
  seed: number,
  synonyms: Synonyms = [],
): SearchValues {
  const { search, asked, found } = askJudged(items, queries, seed, synonyms)
  const plain = plainIndex(items)
  const leaner = Object.entries(LEANER).flatMap(([form, texts]) => {
    const { search, asked, found } = askJudged(items.map(texts), queries, seed, synonyms)
    return [
      [`lexical:${form}`, byMetric(asked.map((one) => answerLexical(search, one)))],
      [`reranked:${form}`, byMetric(found.map((one) => answerReranked(one)))],
    ] as const
  })
  return new Map([
    ['minisearch', byMetric(asked.map((one) => answer(one, plain)))],
    ['lexical', byMetric(asked.map((one) => answerLexical(search, one)))],
    ['reranked', byMetric(found.map((one) => answerReranked(one)))],
    ...leaner,
  ])
}

interface AskedQuery extends JudgedQuery {
  readonly mistyped: string | null
}

interface FoundQuery {
  readonly hits: readonly SearchHit[]
  readonly ratings: Ratings
  /** Ids of the hits in random orders. */
  readonly tastes: readonly (readonly string[])[]
}

function askJudged(
  items: readonly Item[],
  queries: readonly JudgedQuery[],
  seed: number,
  synonyms: Synonyms = [],
) {
  const search = createProductSearch(items, synonyms)
  const random = createRandom(seed)
  const asked = queries.map((one): AskedQuery => ({ ...one, mistyped: mistype(one.query, random) }))
  const found = asked.map(({ query, ratings }): FoundQuery => {
    const hits = search.find(query, LIMIT)
    return { hits, ratings, tastes: drawTastes(hits, random) }
  })
  return { search, asked, found }
}

function drawTastes(hits: readonly SearchHit[], random: Random): FoundQuery['tastes'] {
  const ids = hits.map(({ id }) => id)
  return Array.from({ length: TASTES }, () => inRandomOrder(ids, random))
}

/** Metric → value of one query. */
type Answer = Readonly<Record<string, number>>

/** Answers a query by the search that ships. */
function answerLexical(search: ProductSearch, one: AskedQuery): Answer {
  return answer(one, (query) => search.find(query, LIMIT).map(({ id }) => id))
}

function answer(
  { query, ratings, mistyped }: AskedQuery,
  search: (query: string) => readonly string[],
): Answer {
  return {
    ...measure(search(query), ratings),
    'ndcg@10:typo': mistyped === null ? Number.NaN : gradedNdcg(search(mistyped), ratings, 10),
  }
}

/** `:judged` ignores products without a judgement. @see Sakai 2007, doi 10.1145/1277741.1277756 */
function measure(ranking: readonly string[], ratings: Ratings): Answer {
  const judged = ranking.filter((id) => ratings.has(id))
  return {
    ...measureRanking(ranking, ratings),
    'ndcg@10:judged': gradedNdcg(judged, ratings, 10),
    'judged@10': ranking.slice(0, 10).filter((id) => ratings.has(id)).length / 10,
  }
}

/** Mean over the random orders, with the tolerance of a shop that has no searches to learn from. */
function answerReranked({ hits, ratings, tastes }: FoundQuery): Answer {
  const answers = tastes.map((taste) =>
    measure(
      blend(hits, taste).map(({ id }) => id),
      ratings,
    ),
  )
  const mean = (metric: string) => answers.reduce((sum, one) => sum + one[metric], 0) / TASTES
  return Object.fromEntries(Object.keys(answers[0]).map((metric) => [metric, mean(metric)]))
}

function byMetric(answers: readonly Answer[]): ReadonlyMap<string, readonly number[]> {
  const metrics = Object.keys(answers[0] ?? {})
  return new Map(metrics.map((metric) => [metric, answers.map((one) => one[metric])]))
}

function plainIndex(items: readonly Item[]): (query: string) => readonly string[] {
  const index = new MiniSearch<Item>({ fields: ['title', 'category', 'brand', 'description'] })
  index.addAll(items)
  return (query) => index.search(query).map(({ id }) => String(id))
}
