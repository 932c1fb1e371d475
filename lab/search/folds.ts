/**
 * @module Cross-validation of settings over queries: each query is answered with the settings that
 * did best on the other folds, so that no number comes from a query that helped to choose.
 */
import { type Random, shuffled } from '../../src/core/model/random.ts'

/** @returns a fold in [0, folds) for each query; sizes differ by one at most. */
export function assignFolds(queries: number, folds: number, random: Random): Int32Array {
  const fold = new Int32Array(queries)
  shuffled(queries, random).forEach((query, place) => {
    fold[query] = place % folds
  })
  return fold
}

/**
 * @param quality [settings][queries], larger is better.
 * @returns for each query the place of the settings chosen without its fold; ties go to the first.
 */
export function chooseBySettings(
  quality: readonly (readonly number[])[],
  fold: Int32Array,
): Int32Array {
  const chosen = new Map<number, number>()
  for (const left of new Set(fold)) {
    const totals = quality.map((row) =>
      row.reduce((sum, value, query) => (fold[query] === left ? sum : sum + value), 0),
    )
    chosen.set(left, totals.indexOf(Math.max(...totals)))
  }
  return fold.map((own) => chosen.get(own) as number)
}
