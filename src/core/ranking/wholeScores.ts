/** @module Full scoring: the scores of every item of a catalog at once. */

import { type Signals, writeFeatures } from '../features/computeFeatures.ts'
import { FEATURE_COUNT } from '../features/features.ts'
import type { History } from '../features/history.ts'
import type { BaseModel } from '../model/baseModel.ts'
import { createEncoder } from '../model/encoder.ts'
import { personalScores, scoreTerms } from '../model/score.ts'
import type { CandidateLearners } from '../personal/learners/candidateLearners.ts'
import type { ActivePersonal, PartialScores } from './partialScores.ts'

/** @param learners additional learners, which need the scores of all items; null for none */
export type ScoreWhole = (
  history: History,
  now: number,
  personal: ActivePersonal | null,
  learners: Pick<CandidateLearners, 'reorder'> | null,
) => PartialScores

export function createWholeScores(model: BaseModel): ScoreWhole {
  // The encoder caches the states of its last run, so a new event costs only its own step and the one before.
  const encode = createEncoder(model)
  return (history, now, personal, learners) => {
    const terms = scoreTerms(model, history, now, encode(history, now))
    const summed = personal
      ? personalScores(model, terms, personal.parameters, personal.fusionWeight)
      : terms.base
    const scores = learners?.reorder(terms.features, summed) ?? summed
    return {
      learnersLift: (row) => scores[row] - summed[row],
      scoresOf: (rows) => gather(scores, rows),
      among: () => null,
      features: wholeFeatures(terms.features),
      hidden: terms.hidden,
      candidates: terms.candidates,
    }
  }
}

/** Scores in the order of the rows, so that the shop's order breaks ties. */
export function gather(scores: Float32Array, rows: readonly number[]): Float32Array {
  const gathered = new Float32Array(rows.length)
  for (let at = 0; at < rows.length; at++) gathered[at] = scores[rows[at]]
  return gathered
}

export interface FeatureRows {
  /** Scaled features of one item, [F]. */
  of(row: number): Float32Array
  /** Mean of each feature over the catalog, [F]. */
  readonly means: Float64Array
}

/** @param matrix features of all items, [N, F] */
export function wholeFeatures(matrix: Float32Array): FeatureRows {
  let means: Float64Array | null = null
  return {
    of: (row) => matrix.subarray(row * FEATURE_COUNT, (row + 1) * FEATURE_COUNT),
    get means() {
      means ??= columnMeans(matrix, FEATURE_COUNT)
      return means
    },
  }
}

/** Sample size for the means; enough to find the largest term of a score. */
const SAMPLE = 2048

/** Features computed on demand; the means come from an evenly spaced sample of `SAMPLE` items. */
export function someFeatures(
  { statistics, featureScale }: BaseModel,
  signals: Signals,
): FeatureRows {
  const { items } = statistics
  const write = (rows: readonly number[]) =>
    writeFeatures(
      statistics,
      signals,
      featureScale,
      rows,
      new Float32Array(rows.length * FEATURE_COUNT),
    )
  let means: Float64Array | null = null
  return {
    of: (row) => write([row]),
    get means() {
      if (means) return means
      const every = Math.ceil(items / SAMPLE)
      const sample = Array.from({ length: Math.ceil(items / every) }, (_, k) => k * every)
      means = columnMeans(write(sample), FEATURE_COUNT)
      return means
    },
  }
}

export function columnMeans(matrix: Float32Array, columns: number): Float64Array {
  const means = new Float64Array(columns)
  for (let at = 0; at < matrix.length; )
    for (let column = 0; column < columns; column++, at++) means[column] += matrix[at]
  return means.map((sum) => sum / Math.max(1, matrix.length / columns))
}
