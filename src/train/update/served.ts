/**
 * @module Ranks cases as a served model would: NDCG@10 of each, and a table of its highest items.
 * In the table only the features' weights are free. Encoder, context and trees form the offset, so
 * new weights are fitted to the parts that stay.
 */

import { FEATURE_COUNT } from '@nearside/core/features/features.ts'
import type { Case } from '@nearside/core/features/history.ts'
import type { ItemStatistics } from '@nearside/core/features/itemStatistics.ts'
import { focusedShares, TARGET_FOCUS } from '@nearside/core/learning/focus.ts'
import { multiply } from '@nearside/core/model/arithmetic.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { highestRows } from '@nearside/core/model/highest.ts'
import { addScores, isKnown, linearTerms, withTrees } from '@nearside/core/model/score.ts'
import { CANDIDATES } from '@nearside/core/model/trees.ts'
import { ndcg, placesOf } from '../metrics.ts'
import { type RankerCase, type RankerDataset, type TableRow, tableOf } from '../ranker/dataset.ts'

export interface Served {
  readonly cases: readonly Case[]
  /** NDCG@10 of each case over the whole catalog. */
  readonly ndcgs: readonly number[]
  /** Table of scaled features, without cases whose targets are all outside the candidates. */
  readonly table: RankerDataset
}

/**
 * @param cases in the order that `statisticsOf` prefers
 * @param between awaited before each case
 * @param shares factors for the encoder's part of a score
 * @returns one result for each share
 */
export async function serveCases(
  model: BaseModel,
  cases: readonly Case[],
  statisticsOf: (one: Case) => ItemStatistics,
  between: (done: number, total: number) => Promise<void>,
  shares: readonly number[] = [1],
): Promise<readonly Served[]> {
  const all = shares.map(() => ({
    ndcgs: [] as number[],
    described: [] as { readonly one: RankerCase; readonly rows: readonly TableRow[] }[],
  }))
  for (const [done, one] of cases.entries()) {
    await between(done, cases.length)
    const { history, time, targets } = one
    const terms = linearTerms({ ...model, statistics: statisticsOf(one) }, history, time)
    const encoded = new Float32Array(terms.base.length)
    // A cold-start user's list is ranked by popularity.
    if (isKnown(history))
      addScores(encoded, model.itemVectors, multiply(model.projection, terms.hidden))
    for (const [k, { ndcgs, described }] of all.entries()) {
      const linear = terms.base.map((score, item) => score + (shares[k] - 1) * encoded[item])
      const { base } = withTrees(model, history, { ...terms, base: linear })
      ndcgs.push(ndcg(placesOf(base, targets), 10))
      const rows = rowsOf(base, terms.features, targets, model.featureWeights)
      if (rows.length > 0) described.push({ one: { ...one, weight: 1 }, rows })
    }
  }
  return all.map(({ ndcgs, described }) => ({
    cases,
    ndcgs,
    table: tableOf(FEATURE_COUNT, described),
  }))
}

/** Rows of the highest items; empty if they contain no target. */
function rowsOf(
  base: Float32Array,
  features: Float32Array,
  targets: readonly number[],
  weights: Float32Array,
): readonly TableRow[] {
  const highest = highestRows(base, CANDIDATES)
  const found = highest.filter((item) => targets.includes(item))
  if (found.length === 0) return []
  const shares = focusedShares(
    found.map(() => 1),
    found.map((item) => base[item]),
    TARGET_FOCUS,
  )
  return highest.map((item) => {
    const own = features.slice(item * FEATURE_COUNT, (item + 1) * FEATURE_COUNT)
    const correction = base[item] - dot(own, weights)
    return { item, features: own, correction, target: shares[found.indexOf(item)] ?? 0 }
  })
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, f) => sum + value * b[f], 0)
}
