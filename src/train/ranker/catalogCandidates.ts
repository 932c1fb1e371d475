/**
 * @module Candidates for the second fit of ranker and trees: the items that a first fit ranked highest, where NDCG@10
 * is decided. They come from the whole catalog, as on a device. The highest of a case's sampled rows would include
 * targets of far lower rank. They would teach that low-ranked items are often bought, above all for short histories.
 */

import { computeFeatures } from '@nearside/core/features/computeFeatures.ts'
import { FEATURE_COUNT } from '@nearside/core/features/features.ts'
import type { ItemStatistics } from '@nearside/core/features/itemStatistics.ts'
import { highestRows } from '@nearside/core/model/highest.ts'
import { addScores } from '@nearside/core/model/score.ts'
import { type ExtraColumns, type RankerCase, type RankerDataset, tableOf } from './dataset.ts'

/**
 * Each case's highest items by w·f; a case is dropped if none of its targets is among them.
 * Nothing is sampled, so no correction is needed.
 * @param cases in the order that `statisticsOf` prefers.
 * @param scale [F], divisor of the raw features; the table holds raw features.
 * @param weights for scaled features, [F].
 * @param extra columns to add, not used for ranking.
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
  let all = new Float32Array(0)
  const described = cases.flatMap((one) => {
    const statistics = statisticsOf(one)
    if (all.length !== statistics.items * FEATURE_COUNT)
      all = new Float32Array(statistics.items * FEATURE_COUNT)
    computeFeatures(statistics, one.history, one.time, null, all)
    const scores = new Float32Array(statistics.items)
    addScores(scores, all, perRaw)
    const highest = highestRows(scores, places)
    const targets = new Set(one.targets)
    const found = highest.filter((item) => targets.has(item)).length
    if (found === 0) return []
    const more = extra?.of(one, statistics) ?? []
    const rows = highest.map((item) => ({
      item,
      features: Float32Array.of(
        ...all.subarray(item * FEATURE_COUNT, (item + 1) * FEATURE_COUNT),
        ...more.map((values) => values[item]),
      ),
      correction: 0,
      target: targets.has(item) ? 1 / found : 0,
    }))
    return [{ one, rows }]
  })
  return tableOf(FEATURE_COUNT + (extra?.count ?? 0), described)
}
