/** @module Tests search against human judgements. */
import type { Item } from '@nearside/core/catalog/item.ts'
import { createRandom, inRandomOrder, type Random } from '@nearside/core/model/random.ts'
import { blend } from '@nearside/core/search/blend.ts'
import type { SearchHit } from '@nearside/core/search/hit.ts'
import { createProductSearch } from '@nearside/core/search/search.ts'
import type { Synonyms } from '@nearside/core/search/synonymList.ts'
import MiniSearch from 'minisearch'
import { type RowCase, Rows } from '../rows.ts'
import type { JudgedQuery } from './judgements.ts'
import { gradedNdcg, measureRanking, type Ratings } from './metrics.ts'
import { LIMIT, mistype } from './queries.ts'

export const JUDGED_ARMS = {
  minisearch: "MiniSearch's defaults on the same texts",
  lexical: 'what ships',
  reranked:
    'what ships, with equally relevant hits in random order, as if preference ignored the query',
} as const

export const JUDGED_PAIRS: readonly (readonly [string, string])[] = [
  ['lexical', 'minisearch'],
  ['reranked', 'lexical'],
]

/** Number of random rankings per query. Their mean shows what re-ranking costs if preferences ignore the query. */
const RANKINGS = 20

/**
 * Rows of each query. Metrics with the suffix `:typo` measure the query with one typing error.
 * @param synonyms the shop's synonyms, for all arms but MiniSearch's
 */
export function searchJudged(
  items: readonly Item[],
  queries: readonly JudgedQuery[],
  seed: number,
  synonyms: Synonyms = [],
): Rows<RowCase> {
  const index = new MiniSearch<Item>({ fields: ['title', 'category', 'brand', 'description'] })
  index.addAll(items)
  const plain = (query: string) => index.search(query).map(({ id }) => String(id))
  const search = createProductSearch(items, synonyms)
  const random = createRandom(seed)
  const mistyped = queries.map(({ query }) => mistype(query, random))
  const find = (query: string) => search.find(query, LIMIT).map(({ id }) => id)
  const rows = new Rows<RowCase>()
  for (const [q, asked] of queries.entries()) {
    rows.begin({ shopper: asked.query })
    const values: Record<keyof typeof JUDGED_ARMS, Values> = {
      minisearch: measureQuery(asked, mistyped[q], plain),
      lexical: measureQuery(asked, mistyped[q], find),
      reranked: measureReranked(search.find(asked.query, LIMIT), asked.ratings, random),
    }
    for (const [arm, own] of Object.entries(values))
      for (const [metric, value] of Object.entries(own)) rows.put({ arm, metric }, value)
  }
  return rows
}

type Values = Readonly<Record<string, number>>

function measureQuery(
  { query, ratings }: JudgedQuery,
  mistyped: string | null,
  search: (query: string) => readonly string[],
): Values {
  return {
    ...measure(search(query), ratings),
    'ndcg@10:typo': mistyped === null ? Number.NaN : gradedNdcg(search(mistyped), ratings, 10),
  }
}

/**
 * Metrics of a ranking; those with `:judged` leave out the products that nobody judged.
 * @see Sakai 2007, doi 10.1145/1277741.1277756
 */
function measure(ranking: readonly string[], ratings: Ratings): Values {
  const judged = ranking.filter((id) => ratings.has(id))
  return {
    ...measureRanking(ranking, ratings),
    'ndcg@10:judged': gradedNdcg(judged, ratings, 10),
    'judged@10': ranking.slice(0, 10).filter((id) => ratings.has(id)).length / 10,
  }
}

/** Mean of each metric over random preferences, which reorder only equally relevant hits. */
function measureReranked(hits: readonly SearchHit[], ratings: Ratings, random: Random): Values {
  const ids = hits.map(({ id }) => id)
  const all = Array.from({ length: RANKINGS }, () => {
    const ranking = blend(hits, inRandomOrder(ids, random)).map(({ id }) => id)
    return measure(ranking, ratings)
  })
  const mean = (metric: string) => all.reduce((sum, one) => sum + one[metric], 0) / RANKINGS
  return Object.fromEntries(Object.keys(all[0]).map((metric) => [metric, mean(metric)]))
}
