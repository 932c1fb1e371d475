/** @module The ranker's training cases as one table: rows are some items of each case, columns are features. */
import { readHistory, writeFeatures } from '@nearside/core/features/computeFeatures.ts'
import type { ContextSource } from '@nearside/core/features/context/context.ts'
import {
  type ContextFeature,
  computeContext,
} from '@nearside/core/features/context/contextFeatures.ts'
import { FEATURE_COUNT } from '@nearside/core/features/features.ts'
import type { Case } from '@nearside/core/features/history.ts'
import type { ItemStatistics } from '@nearside/core/features/itemStatistics.ts'
import type { Random } from '@nearside/core/model/random.ts'
import { ndcg } from '../metrics.ts'
import { chooseRows, ROWS } from './chooseRows.ts'

export interface RankerCase extends Case {
  readonly weight: number
}

export interface RankerDataset {
  readonly cases: readonly RankerCase[]
  /** Index of each case's first row; the last entry is the number of rows. */
  readonly start: Int32Array
  readonly item: Int32Array
  /** Number of columns: F features, then the extra columns. */
  readonly columns: number
  /** Raw features, row-major [rows, columns]. */
  readonly features: Float32Array
  /** For sampled rows, log(number of items to draw from / number of sampled rows); 0 for all other rows. */
  readonly correction: Float32Array
  /** Share of the case's targets that falls on the row's item; the shares of a case sum to 1. */
  readonly target: Float32Array
}

/** Score w·x of each row, [rows]. `scale` [columns] divides the raw features. */
export function rowScores(
  { columns, features, item }: Pick<RankerDataset, 'columns' | 'features' | 'item'>,
  scale: Float32Array,
  weights: Float64Array,
): Float64Array {
  const raw = weights.map((value, f) => value / scale[f])
  return Float64Array.from(item, (_, row) => {
    let score = 0
    for (let f = 0, x = row * columns; f < columns; f++, x++) score += raw[f] * features[x]
    return score
  })
}

/** Columns in addition to the features, e.g. an encoder's score. */
export interface ExtraColumns {
  readonly count: number
  /** Each column's values for all items at the time of a case, [N] each. */
  of(one: RankerCase, statistics: ItemStatistics): readonly Float32Array[]
}

export function contextColumns(
  features: readonly ContextFeature[],
  contexts: ContextSource,
): ExtraColumns {
  return {
    count: features.length,
    of: (one, statistics) => computeContext(features, statistics, one.history, one.time, contexts),
  }
}

export interface TableRow {
  readonly item: number
  /** [columns]. */
  readonly features: Float32Array
  readonly correction: number
  readonly target: number
}

export function tableOf(
  columns: number,
  described: readonly { readonly one: RankerCase; readonly rows: readonly TableRow[] }[],
): RankerDataset {
  const rows = described.flatMap((found) => found.rows)
  const start = new Int32Array(described.length + 1)
  described.forEach((found, c) => {
    start[c + 1] = start[c] + found.rows.length
  })
  const features = new Float32Array(rows.length * columns)
  for (const [k, row] of rows.entries()) features.set(row.features, k * columns)
  return {
    cases: described.map(({ one }) => one),
    start,
    item: Int32Array.from(rows, ({ item }) => item),
    columns,
    features,
    correction: Float32Array.from(rows, ({ correction }) => correction),
    target: Float32Array.from(rows, ({ target }) => target),
  }
}

/**
 * Table of each case's rows by `chooseRows`.
 * @param cases sorted so that `statisticsOf` is fast, see `OutOfFoldStatistics.compareCases`
 */
export function buildDataset(
  cases: readonly RankerCase[],
  statisticsOf: (one: RankerCase) => ItemStatistics,
  random: Random,
  extra: ExtraColumns | null = null,
): RankerDataset {
  const columns = FEATURE_COUNT + (extra?.count ?? 0)
  const start = new Int32Array(cases.length + 1)
  const capacity = cases.length * ROWS
  const item = new Int32Array(capacity)
  const features = new Float32Array(capacity * columns)
  const correction = new Float32Array(capacity)
  const target = new Float32Array(capacity)
  let row = 0
  cases.forEach((one, c) => {
    const statistics = statisticsOf(one)
    const signals = readHistory(statistics, one.history, one.time)
    const chosen = chooseRows(one, statistics, signals, random)
    const own = new Float32Array(chosen.items.length * FEATURE_COUNT)
    writeFeatures(statistics, signals, null, chosen.items, own)
    const more = extra?.of(one, statistics) ?? []
    for (let k = 0; k < chosen.items.length; k++, row++) {
      item[row] = chosen.items[k]
      correction[row] = k < chosen.certain ? 0 : chosen.correction
      target[row] = k < chosen.targets ? 1 / chosen.targets : 0
      const from = k * FEATURE_COUNT
      features.set(own.subarray(from, from + FEATURE_COUNT), row * columns)
      more.forEach((values, e) => {
        features[row * columns + FEATURE_COUNT + e] = values[chosen.items[k]]
      })
    }
    start[c + 1] = row
  })
  return {
    cases,
    start,
    item: item.slice(0, row),
    columns,
    // The features are not copied, because they take hundreds of megabytes.
    features: features.subarray(0, row * columns),
    correction: correction.slice(0, row),
    target: target.slice(0, row),
  }
}

/**
 * Copies some cases of a table.
 * @param columns columns to copy, in this order; default: all
 */
export function partOf(
  table: RankerDataset,
  isIn: (one: RankerCase) => boolean,
  columns: readonly number[] = Array.from({ length: table.columns }, (_, column) => column),
): RankerDataset {
  const kept = [...table.cases.keys()].filter((c) => isIn(table.cases[c]))
  const start = new Int32Array(kept.length + 1)
  kept.forEach((c, k) => {
    start[k + 1] = start[k] + table.start[c + 1] - table.start[c]
  })
  const rows = start[kept.length]
  const part = {
    cases: kept.map((c) => table.cases[c]),
    start,
    item: new Int32Array(rows),
    columns: columns.length,
    features: new Float32Array(rows * columns.length),
    correction: new Float32Array(rows),
    target: new Float32Array(rows),
  }
  let at = 0
  kept.forEach((c, k) => {
    const [from, to] = [table.start[c], table.start[c + 1]]
    for (const name of ['item', 'correction', 'target'] as const)
      part[name].set(table[name].subarray(from, to), start[k])
    for (let row = from; row < to; row++)
      for (const column of columns)
        part.features[at++] = table.features[row * table.columns + column]
  })
  return part
}

export function rowsOfCase({ start }: Pick<RankerDataset, 'start'>, c: number): number[] {
  return Array.from({ length: start[c + 1] - start[c] }, (_, k) => start[c] + k)
}

/** Rank of a target that is not among its case's rows. */
const NOWHERE = 2 ** 31 - 1

/**
 * NDCG@10 of each case, with only the table's rows ranked. Targets without a row count as missed. Rows of equal score
 * keep their sequence.
 * @param scores [rows]
 */
export function ndcgOfCases(
  { cases, start, target }: Pick<RankerDataset, 'cases' | 'start' | 'target'>,
  scores: Float64Array,
): number[] {
  return cases.map(({ targets }, c) => {
    const rows = rowsOfCase({ start }, c).sort((a, b) => scores[b] - scores[a] || a - b)
    const places = rows.flatMap((row, place) => (target[row] > 0 ? [place] : []))
    const missed = Array(targets.length - places.length).fill(NOWHERE)
    return ndcg(Int32Array.from([...places, ...missed]), 10)
  })
}
