/**
 * @module The second question to the ranker and to the trees: not which of all items, but which among
 * those that a first fit ranks highest. NDCG@10 is decided there. They are the highest of the whole
 * catalog, as a device meets them: the highest of a case's sampled rows would hold targets that rank
 * far lower, and teach that what ranks low is often wanted, above all where a history says little.
 */
import { computeFeatures } from '../../core/features/computeFeatures.ts'
import { FEATURE_COUNT } from '../../core/features/features.ts'
import type { ItemStatistics } from '../../core/features/itemStatistics.ts'
import { highestRows } from '../../core/model/highest.ts'
import { addScores } from '../../core/model/score.ts'
import { type ExtraColumns, type RankerCase, type RankerDataset, tableOf } from './dataset.ts'

/**
 * Each case's highest items by w·f; a case whose targets all lie outside falls out. Nothing is
 * sampled, so there is nothing to correct for.
 * @param cases in the order in which `statisticsOf` likes to be asked.
 * @param scale [F], raw features are divided by it; the table holds raw ones.
 * @param weights for scaled features, [F].
 * @param extra described, but not ranked by.
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
