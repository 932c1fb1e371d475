/** @module Splits a catalog as `splitTail` splits its model: into a head (most popular items), and shards of others. */
import { writeCatalog } from '@nearside/core/catalog/catalogLines.ts'
import { foldedWords, rememberingFold } from '@nearside/core/catalog/words.ts'
import { isRecord } from '@nearside/core/isRecord.ts'
import { MOST_NEW } from '@nearside/core/model/extend.ts'
import type { TailIndex } from '@nearside/core/model/tail.ts'

/** Maximum number of shards (files of less popular items) listed for a word, as many as a search loads. */
const WORD_SHARDS = 4
/** Maximum number of words in `words.json`: those in the most titles. */
const MOST_WORDS = 50_000

interface SplitRows {
  /** Products of the head, and products that the model lacks. */
  readonly head: readonly unknown[]
  readonly shards: readonly (readonly unknown[])[]
  /** Number of products that the model lacks and for which the head has no room. */
  readonly left: number
}

/** Folder for the files of `tailTexts`, beside the model's folder of shards. */
export const linesFolder = (folder: string) => `${folder}-catalog`

/**
 * @param itemIds ids of the head and then of each shard
 * @param head number of items of the head
 */
export function splitRows(
  rows: readonly unknown[],
  itemIds: readonly string[],
  head: number,
  index: TailIndex,
): SplitRows {
  const shardOf = new Map(itemIds.slice(0, head).map((id) => [id, -1]))
  let first = head
  for (const [shard, { items }] of index.shards.entries()) {
    for (const id of itemIds.slice(first, first + items)) shardOf.set(id, shard)
    first += items
  }
  const kept: unknown[] = []
  const shards = index.shards.map((): unknown[] => [])
  let unknown = 0
  for (const row of rows) {
    const shard = shardOf.get(isRecord(row) ? String(row.id) : '')
    if (shard === undefined) unknown++
    if (shard !== undefined && shard >= 0) shards[shard].push(row)
    else if (shard === -1 || unknown <= MOST_NEW) kept.push(row)
  }
  return { head: kept, shards, left: Math.max(0, unknown - MOST_NEW) }
}

/** Texts by file name: `words.json`, `departments.json`, and the products of shard N in `N.json`. */
export function tailTexts({ shards }: Pick<SplitRows, 'shards'>): ReadonlyMap<string, string> {
  return new Map([
    ['departments.json', JSON.stringify(Object.fromEntries(departmentShards(shards)))],
    ['words.json', JSON.stringify(Object.fromEntries(wordShards(shards)))],
    ...shards.map((rows, n) => [`${n}.json`, writeCatalog(rows, [])] as const),
  ])
}

/** Shards of each category; by the catalog's names, because the shop can have renamed categories since training. */
function departmentShards(shards: readonly (readonly unknown[])[]) {
  const found = new Map<string, Set<number>>()
  for (const [shard, rows] of shards.entries())
    for (const row of rows) {
      if (!isRecord(row) || typeof row.category !== 'string') continue
      found.set(row.category, (found.get(row.category) ?? new Set()).add(shard))
    }
  return [...found].map(([name, of]) => [name, [...of]] as const)
}

/** Folded title words with the shards in which they are most frequent, without words in more than a tenth of shards. */
function wordShards(
  shards: readonly (readonly unknown[])[],
): readonly (readonly [string, readonly number[]])[] {
  const fold = rememberingFold()
  const counts = new Map<string, Map<number, number>>()
  for (const [shard, rows] of shards.entries())
    for (const row of rows)
      for (const word of foldedWords(isRecord(row) ? String(row.title ?? '') : '', fold)) {
        const known = counts.get(word) ?? new Map<number, number>()
        known.set(shard, (known.get(shard) ?? 0) + 1)
        counts.set(word, known)
      }
  const total = (one: ReadonlyMap<number, number>) => [...one.values()].reduce((a, b) => a + b, 0)
  const most = Math.max(WORD_SHARDS, shards.length / 10)
  return [...counts]
    .filter(([, of]) => of.size <= most)
    .map(([word, of]) => ({ word, of, sum: total(of) }))
    .sort((a, b) => b.sum - a.sum)
    .slice(0, MOST_WORDS)
    .map(({ word, of }) => {
      const most = [...of].sort(([a, x], [b, y]) => y - x || a - b).slice(0, WORD_SHARDS)
      return [word, most.map(([shard]) => shard)]
    })
}
