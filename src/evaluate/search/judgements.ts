/** @module Reads human judgements of search results: a table of query, docid, rating. */

import { invalidInput } from '@nearside/core/error.ts'
import { readTable } from '@nearside/train/import/readTable.ts'
import type { Ratings } from './metrics.ts'

export interface JudgedQuery {
  readonly query: string
  readonly ratings: Ratings
}

export type Judgements = Awaited<ReturnType<typeof readJudgements>>

const COLUMNS = ['query', 'docid', 'rating'] as const
/** Largest accepted rating. Gains are 2^rating − 1, so percentages would let the highest rating alone decide. */
const MOST = 10

/** @throws NearsideError `input-invalid`, naming file and line */
export async function readJudgements(path: string, isKnown: (docid: string) => boolean) {
  const table = await readTable(path)
  const missing = COLUMNS.filter((name) => !table.columns.includes(name))
  if (missing.length > 0)
    throw invalidInput(
      `${table.name}: the header lacks ${missing.join(', ')} (it needs ${COLUMNS.join(', ')})`,
    )
  const refusal = (line: number, why: string) => invalidInput(`${table.name} line ${line}: ${why}`)
  for (const line of table.unreadable)
    throw refusal(line, 'has another number of fields than the header')
  const judged = new Map<string, Map<string, number>>()
  const count = {
    rows: table.rows.length,
    /** Number of rows whose product is not in the catalog. */
    unknownDocids: 0,
    /** Number of rows that repeat the query and product of an earlier row. */
    repeated: 0,
  }
  for (const { line, values } of table.rows) {
    const { query: asked, docid: id, rating } = values
    if (asked === '') throw refusal(line, 'has no query')
    if (id === '') throw refusal(line, 'has no docid')
    const grade = Number(rating)
    if (!/^\d{1,2}$/.test(rating) || grade > MOST)
      throw refusal(line, `rating '${rating}' is not a whole number from 0 to ${MOST}`)
    const ratings = judged.get(asked) ?? new Map<string, number>()
    judged.set(asked, ratings)
    const earlier = ratings.get(id)
    if (!isKnown(id)) count.unknownDocids++
    else if (earlier === undefined) ratings.set(id, grade)
    else if (earlier === grade) count.repeated++
    else throw refusal(line, `'${asked}' and ${id} were already rated ${earlier}`)
  }
  const withJudgements = [...judged].filter(([, ratings]) => ratings.size > 0)
  const queries = withJudgements
    .filter(([, ratings]) => [...ratings.values()].some((grade) => grade > 0))
    .map(([text, ratings]): JudgedQuery => ({ query: text, ratings }))
  return {
    /** Queries with at least one relevant product, in the sequence of the file. */
    queries,
    ...count,
    /** Number of queries left out, for lack of a judged product in the catalog, or of a relevant product. */
    withoutJudgements: judged.size - withJudgements.length,
    withoutRelevant: withJudgements.length - queries.length,
  }
}
