/** @module Features of items for an explanation: of the whole catalog, or of single items on demand. */
import { type Signals, writeFeatures } from '../features/computeFeatures.ts'
import { FEATURE_COUNT } from '../features/features.ts'
import type { BaseModel } from '../model/baseModel.ts'

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
