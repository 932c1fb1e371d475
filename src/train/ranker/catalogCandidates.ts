/**
 * @module The candidates of training cases as a device meets them: the highest of the whole catalog,
 * for the trees. A table of sampled rows holds every target, wherever it ranks, and so teaches that
 * what ranks low is often wanted: trees grown on that rank worse than none, weights forgive it.
 */
import { computeFeatures } from '../../core/features/computeFeatures.ts'
import { FEATURE_COUNT } from '../../core/features/features.ts'
import type { ItemStatistics } from '../../core/features/itemStatistics.ts'
import { highestRows } from '../../core/model/highest.ts'
import { addScores } from '../../core/model/score.ts'
import { type RankerCase, type RankerDataset, tableOf } from './dataset.ts'

/**
 * Each case's highest items by w·f; a case whose targets all lie outside falls out. Nothing is
 * sampled, so there is nothing to correct for.
 * @param cases in the order in which `statisticsOf` likes to be asked.
 * @param scale [F], raw features are divided by it; the table holds raw ones.
 * @param weights for scaled features, [F].
 */
export function candidatesOfCatalog(
  cases: readonly RankerCase[],
  statisticsOf: (one: RankerCase) => ItemStatistics,
  scale: Float32Array,
  weights: ArrayLike<number>,
  places: number,
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
    const rows = highest.map((item) => ({
      item,
      features: all.slice(item * FEATURE_COUNT, (item + 1) * FEATURE_COUNT),
      correction: 0,
      target: targets.has(item) ? 1 / found : 0,
    }))
    return [{ one, rows }]
  })
  return tableOf(FEATURE_COUNT, described)
}
