/**
 * @module Training cases of the ranker as one ragged table. The rows of a case are its targets, the shopper's
 * own items, their strongest neighbours, popular items, and a corrected uniform sample.
 */

import { computeFeatures } from '@nearside/core/features/computeFeatures.ts'
import type { ContextSource } from '@nearside/core/features/context/context.ts'
import {
  type ContextFeature,
  computeContext,
} from '@nearside/core/features/context/contextFeatures.ts'
import { FEATURE_COLUMN, FEATURE_COUNT } from '@nearside/core/features/features.ts'
import type { Case } from '@nearside/core/features/history.ts'
import type { ItemStatistics } from '@nearside/core/features/itemStatistics.ts'
import { highestRows } from '@nearside/core/model/highest.ts'
import type { Random } from '@nearside/core/model/random.ts'

export interface RankerCase extends Case {
  readonly weight: number
}

export interface RankerDataset {
  readonly cases: readonly RankerCase[]
  /** Index of each case's first row; the last entry is the number of rows. */
  readonly start: Int32Array
  readonly item: Int32Array
  /** F columns of features, then the extra columns. */
  readonly columns: number
  /** Raw features, row-major [rows, columns]. */
  readonly features: Float32Array
  /** For sampled rows log(number of items sampled from / number of sampled rows), else 0. */
  readonly correction: Float32Array
  /** Share of the case's targets in this row. */
  readonly target: Float32Array
}

/** Maximum number of rows of a case. At most a quarter are targets; at least a quarter are sampled items. */
const ROWS = 320
/**
 * Numbers of rows that are always included: the history's strongest neighbours, peers of its last products, and
 * popular items of 30 days.
 */
const CERTAIN_NEIGHBOURS = 50
const CERTAIN_PEERS = 30
const CERTAIN_POPULAR = 40

/** w·x of each row, [rows]. @param scale [columns], divisor of the raw features */
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

/** Columns beside the features, e.g. an encoder's score. */
export interface ExtraColumns {
  readonly count: number
  /** Values of the columns for every item of a case, [N] each. */
  of(one: RankerCase, statistics: ItemStatistics): readonly Float32Array[]
}

/** Columns of the context features at the time of each case. */
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

/** @param cases in the order that `statisticsOf` prefers. */
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
  let all = new Float32Array(0)
  let row = 0
  cases.forEach((one, c) => {
    const statistics = statisticsOf(one)
    if (all.length !== statistics.items * FEATURE_COUNT)
      all = new Float32Array(statistics.items * FEATURE_COUNT)
    computeFeatures(statistics, one.history, one.time, null, all)
    const more = extra?.of(one, statistics) ?? []
    const chosen = chooseRows(one, statistics.items, all, random)
    for (let k = 0; k < chosen.items.length; k++, row++) {
      item[row] = chosen.items[k]
      correction[row] = k < chosen.certain ? 0 : chosen.correction
      target[row] = k < chosen.targets ? 1 / chosen.targets : 0
      const from = chosen.items[k] * FEATURE_COUNT
      features.set(all.subarray(from, from + FEATURE_COUNT), row * columns)
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
    features: features.slice(0, row * columns),
    correction: correction.slice(0, row),
    target: target.slice(0, row),
  }
}

function chooseRows(one: RankerCase, items: number, features: Float32Array, random: Random) {
  const taken = new Uint8Array(items)
  for (const target of one.targets) taken[target] = 1
  const rows: number[] = draw([...one.targets], ROWS >> 2, random)
  const targets = rows.length
  const add = (item: number) => {
    if (taken[item]) return
    taken[item] = 1
    rows.push(item)
  }
  const limit = (ROWS * 3) >> 2
  const own = one.history
  const ownLimit = limit - CERTAIN_NEIGHBOURS - CERTAIN_PEERS - CERTAIN_POPULAR
  for (let k = own.length - 1; k >= 0 && rows.length < ownLimit; k--) add(own[k].item)
  const { cooccurrenceRecent, peersRecent, popularity30 } = FEATURE_COLUMN
  for (const item of [
    ...strongest(features, items, cooccurrenceRecent, CERTAIN_NEIGHBOURS),
    ...strongest(features, items, peersRecent, CERTAIN_PEERS),
    ...strongest(features, items, popularity30, CERTAIN_POPULAR),
  ]) {
    if (rows.length < limit) add(item)
  }
  const certain = rows.length
  const rest: number[] = []
  for (let item = 0; item < items; item++) if (!taken[item]) rest.push(item)
  const sampled = draw(rest, ROWS - certain, random)
  return {
    items: [...rows, ...sampled],
    targets,
    certain,
    correction: sampled.length > 0 ? Math.log(rest.length / sampled.length) : 0,
  }
}

/** Items with the largest positive values of a feature. */
function strongest(features: Float32Array, items: number, column: number, count: number): number[] {
  const values = new Float32Array(items)
  for (let item = 0; item < items; item++) values[item] = features[item * FEATURE_COUNT + column]
  return highestRows(values, count).filter((item) => values[item] > 0)
}

/** Draws `count` items by a partial Fisher–Yates shuffle; changes `pool`. */
function draw(pool: number[], count: number, random: Random): number[] {
  if (count >= pool.length) return pool
  for (let k = 0; k < count; k++) {
    const other = k + random.integer(pool.length - k)
    const value = pool[k]
    pool[k] = pool[other]
    pool[other] = value
  }
  return pool.slice(0, Math.max(0, count))
}
