/**
 * @module Candidates for the second fit of the ranker and for the trees: the items that a first fit ranks highest in
 * the whole catalog, as on a device. If only a case's sampled rows were ranked, a target could come first although many
 * items of the catalog rank higher. The fit would then learn that low-ranked items are often bought.
 */
import { FEATURE_COUNT } from '@nearside/core/features/features.ts'
import { type ItemStatistics, withColdStart } from '@nearside/core/features/itemStatistics.ts'
import { plainItemScan } from '@nearside/core/learning/shortlist.ts'
import { DIMENSION } from '@nearside/core/model/baseModel.ts'
import { highestRows } from '@nearside/core/model/highest.ts'
import { type ExtraColumns, type RankerCase, type RankerDataset, tableOf } from './dataset.ts'
import { createHighest } from './highest.ts'

/**
 * Table of each case's items with the highest scores w·f, without cases that have no target among them.
 * @param cases sorted so that `statisticsOf` is fast, see `OutOfFoldStatistics.compareCases`
 * @param scale divisor of the raw features, [F]
 * @param weights for scaled features, [F]
 * @param extra columns to add to the raw features; they don't change the scores
 */
export function candidatesOfCatalog(
  cases: readonly RankerCase[],
  statisticsOf: (one: RankerCase) => ItemStatistics,
  scale: Float32Array,
  weights: ArrayLike<number>,
  places: number,
  extra: ExtraColumns | null = null,
): RankerDataset {
  const perRaw = Float32Array.from(weights, (weight, f) => weight / scale[f])
  const taste = new Float32Array(DIMENSION)
  let score: ReturnType<typeof createHighest> | null = null
  const described = cases.flatMap((one) => {
    const statistics = statisticsOf(one)
    score ??= createHighest([unbiased(statistics.items, perRaw)], scanOf)
    const [{ rows: scored, features, scores }] = score(statistics, one, [taste], places)
    const highest = highestRows(scores, places)
    const targets = new Set(one.targets)
    const found = highest.filter((place) => targets.has(scored[place])).length
    if (found === 0) return []
    const more = extra?.of(one, statistics) ?? []
    const rows = highest.map((place) => {
      const item = scored[place]
      const at = place * FEATURE_COUNT
      return {
        item,
        features: Float32Array.of(
          ...features.subarray(at, at + FEATURE_COUNT),
          ...more.map((values) => values[item]),
        ),
        correction: 0,
        target: targets.has(item) ? 1 / found : 0,
      }
    })
    return [{ one, rows }]
  })
  return tableOf(FEATURE_COUNT + (extra?.count ?? 0), described)
}

/** Model that scores by features alone. */
const unbiased = (items: number, weights: Float32Array) => ({
  bias: new Float32Array(items),
  itemVectors: new Float32Array(items * DIMENSION),
  weights,
})

/** Creates the scan of a shortlist for a model whose item vectors are all 0. */
const scanOf = (statistics: ItemStatistics) =>
  plainItemScan(null, withColdStart(statistics).popularity30)
