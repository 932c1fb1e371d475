/** @module Means over shoppers with intervals, all on the same draws. */
import type { Random } from '@nearside/core/model/random.ts'
import { quantile, RESAMPLES } from '@nearside/evaluate/bootstrap.ts'
import type { Estimate } from '@nearside/evaluate/report/numbers.ts'

/**
 * Bootstrap over shoppers; every column uses the same draws.
 * @param columns one value a shopper, all of the same length; 0 shoppers give zeros.
 */
export function bootstrapMeans(columns: readonly Float64Array[], random: Random): Estimate[] {
  const shoppers = columns[0]?.length ?? 0
  if (shoppers === 0) return columns.map(() => ({ mean: 0, lo: 0, hi: 0 }))
  const means = columns.map(() => new Float64Array(RESAMPLES))
  const drawn = new Float64Array(shoppers)
  for (let r = 0; r < RESAMPLES; r++) {
    drawn.fill(0)
    for (let s = 0; s < shoppers; s++) drawn[random.integer(shoppers)]++
    columns.forEach((values, c) => {
      let sum = 0
      for (let s = 0; s < shoppers; s++) sum += drawn[s] * values[s]
      means[c][r] = sum / shoppers
    })
  }
  return columns.map((values, c) => {
    const sorted = means[c].sort()
    const mean = values.reduce((sum, value) => sum + value, 0) / shoppers
    return { mean, lo: quantile(sorted, 0.025), hi: quantile(sorted, 0.975) }
  })
}
