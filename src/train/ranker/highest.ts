/**
 * @module Finds the items of a case with the highest scores, bias + E·u + w·f, where u is the user vector. In a large
 * catalog only a shortlist is scored, which is faster and gives the same items and scores to the last bit.
 */
import { readHistory, writeFeatures } from '@nearside/core/features/computeFeatures.ts'
import { FEATURE_COUNT } from '@nearside/core/features/features.ts'
import type { Case } from '@nearside/core/features/history.ts'
import type { ItemStatistics } from '@nearside/core/features/itemStatistics.ts'
import {
  createShortlist,
  type ItemScan,
  type Shortlist,
} from '@nearside/core/learning/shortlist.ts'
import { type BaseModel, DIMENSION } from '@nearside/core/model/baseModel.ts'
import { addScores } from '@nearside/core/model/score.ts'

interface LinearModel extends Pick<BaseModel, 'bias' | 'itemVectors'> {
  /** Weights of the raw features, [F]. */
  readonly weights: Float32Array
}

interface Scored {
  /** Scored rows, ascending. */
  readonly rows: readonly number[]
  /** Raw features, [rows, F]; valid until the next case. */
  readonly features: Float32Array
  /** Scores of `rows`, [rows]. */
  readonly scores: Float32Array
}

/** Minimum number of items at which a shortlist is faster than scoring all items. */
const SHORTLIST_FROM = 20_000

/**
 * @param scanOf prepares a shortlist's scan of a model's item vectors
 * @returns a function that scores a case with each model, given a user vector [d] (taste) for each. The scored rows
 *   contain each model's `places` highest items, the shopper's own items and the given `others`
 */
export function createHighest(
  models: readonly LinearModel[],
  scanOf: (statistics: ItemStatistics, itemVectors: Float32Array) => ItemScan,
  shortlistFrom = SHORTLIST_FROM,
) {
  let known: ItemStatistics | null = null
  let shortlists: readonly (Shortlist | null)[] = []
  let all = new Float32Array(0)
  let rowsOfAll: readonly number[] = []

  const shortlistsOf = (statistics: ItemStatistics) =>
    models.map(({ bias, itemVectors, weights }) => {
      // Scale 0 means no division: the shortlist uses the raw features.
      const named = { featureWeights: weights, featureScale: weights.map(() => 0) }
      return createShortlist(
        { bias, itemVectors, ...named, statistics },
        scanOf(statistics, itemVectors),
      )
    })

  const scored = (
    model: LinearModel,
    taste: Float32Array,
    features: Float32Array,
    some: Scored['rows'] | null,
  ): Scored => {
    const rows = some ?? rowsOfAll
    const scores = Float32Array.from(rows, (row) => model.bias[row])
    addScores(scores, features, model.weights)
    if (taste.some((value) => value !== 0))
      addScores(
        scores,
        some ? gathered(model.itemVectors, some, DIMENSION) : model.itemVectors,
        taste,
      )
    return { rows, features, scores }
  }

  return (
    statistics: ItemStatistics,
    { history, time }: Pick<Case, 'history' | 'time'>,
    tastes: readonly Float32Array[],
    places: number,
    others: readonly number[] = [],
  ): readonly Scored[] => {
    const { items } = statistics
    if (items >= shortlistFrom && known !== statistics) shortlists = shortlistsOf(statistics)
    known = statistics
    const signals = readHistory(statistics, history, time)
    const own = [...new Set([...signals.profile.interactions.map(({ item }) => item), ...others])]
    const found = models.map((_, m) => shortlists[m]?.(signals, tastes[m], own, places) ?? null)
    if (found.includes(null)) {
      if (rowsOfAll.length !== items) {
        all = new Float32Array(items * FEATURE_COUNT)
        rowsOfAll = Array.from({ length: items }, (_, row) => row)
      }
      writeFeatures(statistics, signals, null, null, all)
    }
    return models.map((model, m) => {
      const some = found[m]
      if (!some) return scored(model, tastes[m], all, null)
      const features = new Float32Array(some.length * FEATURE_COUNT)
      writeFeatures(statistics, signals, null, some, features)
      return scored(model, tastes[m], features, some)
    })
  }
}

export function gathered(matrix: Float32Array, rows: readonly number[], width: number) {
  const out = new Float32Array(rows.length * width)
  rows.forEach((row, place) => {
    out.set(matrix.subarray(row * width, (row + 1) * width), place * width)
  })
  return out
}
