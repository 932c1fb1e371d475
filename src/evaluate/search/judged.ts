/**
 * @module Tests search against human judgements: MiniSearch's defaults, the shipped search, and the shipped search
 * re-ranked at random.
 */

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

export const JUDGED_ARMS: Readonly<Record<string, string>> = {
  minisearch: "MiniSearch's defaults on the same texts",
  lexical: 'what ships',
  reranked:
    'what ships, with equally relevant hits in random order, as if preference ignored the query',
}

export const JUDGED_PAIRS: readonly (readonly [string, string])[] = [
  ['lexical', 'minisearch'],
  ['reranked', 'lexical'],
]

/** Number of random rankings per query. Their mean shows what re-ranking costs if preferences ignore the query. */
const TASTES = 20

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
  const plain = plainIndex(items)
  const search = createProductSearch(items, synonyms)
  const random = createRandom(seed)
  const mistyped = queries.map(({ query }) => mistype(query, random))
  const find = (query: string) => search.find(query, LIMIT).map(({ id }) => id)
  const rows = new Rows<RowCase>()
  for (const [q, asked] of queries.entries()) {
    rows.begin({ shopper: asked.query })
    const put = (arm: string, answer: Answer) => {
      for (const [metric, value] of Object.entries(answer)) rows.put({ arm, metric }, value)
    }
    const hits = search.find(asked.query, LIMIT)
    put('minisearch', answer(asked, mistyped[q], plain))
    put('lexical', answer(asked, mistyped[q], find))
    put('reranked', answerReranked(hits, asked.ratings, drawTastes(hits, random)))
  }
  return rows
}

function drawTastes(hits: readonly SearchHit[], random: Random): readonly (readonly string[])[] {
  const ids = hits.map(({ id }) => id)
  return Array.from({ length: TASTES }, () => inRandomOrder(ids, random))
}

type Answer = Readonly<Record<string, number>>

function answer(
  { query, ratings }: JudgedQuery,
  mistyped: string | null,
  search: (query: string) => readonly string[],
): Answer {
  return {
    ...measure(search(query), ratings),
    'ndcg@10:typo': mistyped === null ? Number.NaN : gradedNdcg(search(mistyped), ratings, 10),
  }
}

/**
 * Metrics of a ranking. Metrics with `:judged` are computed without the products that nobody judged.
 * @see Sakai 2007, doi 10.1145/1277741.1277756
 */
function measure(ranking: readonly string[], ratings: Ratings): Answer {
  const judged = ranking.filter((id) => ratings.has(id))
  return {
    ...measureRanking(ranking, ratings),
    'ndcg@10:judged': gradedNdcg(judged, ratings, 10),
    'judged@10': ranking.slice(0, 10).filter((id) => ratings.has(id)).length / 10,
  }
}

/** Mean of each metric over random rankings, which reorder only equally relevant hits (tolerance 0). */
function answerReranked(
  hits: readonly SearchHit[],
  ratings: Ratings,
  tastes: readonly (readonly string[])[],
): Answer {
  const answers = tastes.map((taste) =>
    measure(
      blend(hits, taste).map(({ id }) => id),
      ratings,
    ),
  )
  const mean = (metric: string) => answers.reduce((sum, one) => sum + one[metric], 0) / TASTES
  return Object.fromEntries(Object.keys(answers[0]).map((metric) => [metric, mean(metric)]))
}

function plainIndex(items: readonly Item[]): (query: string) => readonly string[] {
  const index = new MiniSearch<Item>({ fields: ['title', 'category', 'brand', 'description'] })
  index.addAll(items)
  return (query) => index.search(query).map(({ id }) => String(id))
}
