/**
 * @module The out-of-fold cases that context is judged on: for each candidate item the base's score
 * and the features of the moment, in time order.
 */
import { buildCases } from '../../evaluation/cases.ts'
import { type ContextFeature, computeContext } from '../../features/context/contextFeatures.ts'
import { FEATURE_COUNT } from '../../features/features.ts'
import { DAY } from '../../features/profile.ts'
import type { Random } from '../../model/random.ts'
import { buildDataset, DEFAULT_DATASET, type RankerCase } from '../ranker/dataset.ts'
import type { NewtonTable } from '../ranker/newton.ts'
import { OutOfFoldStatistics } from '../ranker/outOfFold.ts'
import type { ContextCandidates, RankerData } from '../ranker/trainRanker.ts'

/** Column 0 is the base's score, the others are the features' raw values. */
export interface ContextData extends NewtonTable {
  readonly cases: readonly RankerCase[]
  readonly item: Int32Array
}

export interface ContextTableOptions {
  /** Of the first case, milliseconds; absent: after a fifth of the log. */
  readonly from?: number
  /** Exclusive, milliseconds. */
  readonly until: number
  readonly maxCases: number
  /** w by raw value, [F]. */
  readonly rawWeights: Float32Array
}

const FOLDS = 5
const WARM_UP = 0.2

export function buildContextTable(
  data: RankerData,
  { kinds, moments }: ContextCandidates,
  features: readonly ContextFeature[],
  { from, until, maxCases, rawWeights }: ContextTableOptions,
  random: Random,
): ContextData {
  const shoppers = data.shoppers
    .map(({ id, interactions }) => ({
      id,
      interactions: interactions.filter(({ time }) => time < until),
    }))
    .filter(({ interactions }) => interactions.length > 0)
  const first = shoppers.reduce(
    (least, { interactions: [one] }) => Math.min(least, one.time),
    until,
  )
  const start = from ?? Math.floor((first + WARM_UP * (until - first)) / DAY) * DAY
  const all = shoppers
    .flatMap((shopper) => buildCases(shopper, data.dayOnly, start))
    .filter(({ history }) => history.length > 0)
  const share = maxCases / all.length
  const cases = all
    .filter(() => share >= 1 || random.next() < share)
    .map((one): RankerCase => ({ ...one, weight: 1 }))
  const statistics = new OutOfFoldStatistics(data.items, shoppers, {
    folds: FOLDS,
    neighbourDays: 30,
    popularityDays: 7,
    from: start,
    until,
    statistics: { context: { kinds, moments } },
  })
  const full = buildDataset(
    cases.sort(statistics.compareCases),
    ({ shopper, time }) => statistics.at(shopper, time),
    random,
    DEFAULT_DATASET,
    {
      count: features.length,
      of: (one, current) => computeContext(features, current, one.history, one.time, moments),
    },
  )
  const columns = 1 + features.length
  const rows = full.item.length
  const values = new Float32Array(rows * columns)
  for (let row = 0; row < rows; row++) {
    const at = row * full.columns
    let score = 0
    for (let f = 0; f < FEATURE_COUNT; f++) score += rawWeights[f] * full.features[at + f]
    values[row * columns] = score
    values.set(full.features.subarray(at + FEATURE_COUNT, at + full.columns), row * columns + 1)
  }
  return { ...full, columns, features: values }
}

/** The given cases with the given columns. */
export function part(
  data: ContextData,
  isIn: (one: RankerCase) => boolean,
  columns: readonly number[],
): ContextData {
  const kept = data.cases.flatMap((one, c) => (isIn(one) ? [c] : []))
  const rows = kept.flatMap((c) =>
    Array.from({ length: data.start[c + 1] - data.start[c] }, (_, k) => data.start[c] + k),
  )
  const start = new Int32Array(kept.length + 1)
  kept.forEach((c, k) => {
    start[k + 1] = start[k] + data.start[c + 1] - data.start[c]
  })
  const features = new Float32Array(rows.length * columns.length)
  rows.forEach((row, k) => {
    columns.forEach((column, f) => {
      features[k * columns.length + f] = data.features[row * data.columns + column]
    })
  })
  const at = (values: Float32Array) => Float32Array.from(rows, (row) => values[row])
  return {
    cases: kept.map((c) => data.cases[c]),
    start,
    item: Int32Array.from(rows, (row) => data.item[row]),
    columns: columns.length,
    features,
    correction: at(data.correction),
    target: at(data.target),
  }
}
