/**
 * @module Cases as a model would serve them: what it reaches with each, and its highest items as a
 * table in which only the features' weights are free. Encoder, context and trees are the offset, so
 * that new weights are fitted to what stays beside them.
 */
import { FEATURE_COUNT } from '../../core/features/features.ts'
import type { Case } from '../../core/features/history.ts'
import type { ItemStatistics } from '../../core/features/itemStatistics.ts'
import type { BaseModel } from '../../core/model/baseModel.ts'
import { highestRows } from '../../core/model/highest.ts'
import { scoreTerms } from '../../core/model/score.ts'
import { CANDIDATES } from '../../core/model/trees.ts'
import { focusedShares, TARGET_FOCUS } from '../../core/personal/focus.ts'
import { ndcg, placesOf } from '../metrics.ts'
import { type RankerCase, type RankerDataset, type TableRow, tableOf } from '../ranker/dataset.ts'

export interface Served {
  readonly cases: readonly Case[]
  /** NDCG@10 of each over the whole catalog. */
  readonly ndcgs: readonly number[]
  /** Scaled features; a case whose targets are all beyond the candidates is not in it. */
  readonly table: RankerDataset
}

/**
 * @param cases in the order in which `statisticsOf` likes to be asked
 * @param between awaited before each case
 */
export async function serveCases(
  model: BaseModel,
  cases: readonly Case[],
  statisticsOf: (one: Case) => ItemStatistics,
  between: (done: number, total: number) => Promise<void>,
): Promise<Served> {
  const described: { readonly one: RankerCase; readonly rows: readonly TableRow[] }[] = []
  const ndcgs: number[] = []
  for (const [done, one] of cases.entries()) {
    await between(done, cases.length)
    const terms = scoreTerms({ ...model, statistics: statisticsOf(one) }, one.history, one.time)
    ndcgs.push(ndcg(placesOf(terms.base, one.targets), 10))
    const highest = highestRows(terms.base, CANDIDATES)
    const found = highest.filter((item) => one.targets.includes(item))
    if (found.length === 0) continue
    const shares = focusedShares(
      found.map(() => 1),
      found.map((item) => terms.base[item]),
      TARGET_FOCUS,
    )
    const rows = highest.map((item) => {
      const features = terms.features.slice(item * FEATURE_COUNT, (item + 1) * FEATURE_COUNT)
      const correction = terms.base[item] - dot(features, model.featureWeights)
      return { item, features, correction, target: shares[found.indexOf(item)] ?? 0 }
    })
    described.push({ one: { ...one, weight: 1 }, rows })
  }
  return { cases, ndcgs, table: tableOf(FEATURE_COUNT, described) }
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, f) => sum + value * b[f], 0)
}
