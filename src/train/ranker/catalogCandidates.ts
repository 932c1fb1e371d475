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
import type { RankerCase, RankerDataset } from './dataset.ts'

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
  const kept: RankerCase[] = []
  const start = [0]
  const items: number[] = []
  const parts: Float32Array[] = []
  const shares: number[] = []
  let all = new Float32Array(0)
  for (const one of cases) {
    const statistics = statisticsOf(one)
    if (all.length !== statistics.items * FEATURE_COUNT)
      all = new Float32Array(statistics.items * FEATURE_COUNT)
    computeFeatures(statistics, one.history, one.time, null, all)
    const scores = new Float32Array(statistics.items)
    addScores(scores, all, perRaw)
    const highest = highestRows(scores, places)
    const targets = new Set(one.targets)
    const found = highest.filter((item) => targets.has(item)).length
    if (found === 0) continue
    for (const item of highest) {
      items.push(item)
      parts.push(all.slice(item * FEATURE_COUNT, (item + 1) * FEATURE_COUNT))
      shares.push(targets.has(item) ? 1 / found : 0)
    }
    kept.push(one)
    start.push(items.length)
  }
  const features = new Float32Array(items.length * FEATURE_COUNT)
  parts.forEach((row, k) => {
    features.set(row, k * FEATURE_COUNT)
  })
  return {
    cases: kept,
    start: Int32Array.from(start),
    item: Int32Array.from(items),
    columns: FEATURE_COUNT,
    features,
    correction: new Float32Array(items.length),
    target: Float32Array.from(shares),
  }
}
