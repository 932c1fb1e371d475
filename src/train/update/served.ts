/**
 * @module Ranks cases as a published model does, and makes a table of each case's highest items, to which new feature
 * weights can be fitted. The scores of encoder, context and trees are each row's `correction`.
 */
import { FEATURE_COUNT } from '@nearside/core/features/features.ts'
import type { Case } from '@nearside/core/features/history.ts'
import type { ItemStatistics } from '@nearside/core/features/itemStatistics.ts'
import { adwinMean, createAdwin, updateAdwin } from '@nearside/core/learning/drift/drift.ts'
import { focusedShares, TARGET_FOCUS } from '@nearside/core/learning/fitProblem.ts'
import { multiply } from '@nearside/core/model/arithmetic.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { highestRows } from '@nearside/core/model/highest.ts'
import { addScores, isKnown, linearTerms, withTrees } from '@nearside/core/model/score.ts'
import { CANDIDATES } from '@nearside/core/model/trees.ts'
import { mean, shopperMeans, standardError } from '../estimates.ts'
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
 * @param cases sorted so that `statisticsOf` is fast, see `OutOfFoldStatistics.compareCases`
 * @param between awaited before each case
 * @param shares factors of the encoder's score
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
    // If no event in the history shows interest, the encoder's score doesn't count: popularity ranks the items.
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

/** Rows of the items with the highest base scores; empty if no target is among them. */
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

/** NDCG@10 before and after an update: means over shoppers. */
export interface Comparison {
  readonly shoppers: number
  readonly before: number
  readonly after: number
  /** Standard error of the paired difference `after` − `before`. */
  readonly error: number
}

/** Half width of a two-sided 95 % interval, in standard errors. */
const SURE = 1.96

/** Compares the cases of `after`, which `before` must contain. */
export function compare(before: Served, after: Served): Comparison {
  const known = new Map(before.cases.map((one, c) => [keyOf(one), before.ndcgs[c]]))
  const was = (one: Case) => known.get(keyOf(one)) ?? 0
  const { cases, ndcgs } = after
  const gains = shopperMeans(cases, (one, c) => ndcgs[c] - was(one))
  return {
    shoppers: gains.length,
    before: mean(shopperMeans(cases, was)),
    after: mean(shopperMeans(cases, (_, c) => ndcgs[c])),
    error: standardError(gains),
  }
}

const keyOf = ({ shopper, time }: Case) => `${time} ${shopper}`

/** Whether `after` is proven lower than `before`; false for a single shopper, whose standard error is unknown. */
export function isSurelyWorse({ shoppers, before, after, error }: Comparison): boolean {
  return shoppers > 1 && after - before + SURE * error < 0
}

/** Describes how far NDCG@10 fell from `since` on, if the change detector ADWIN finds a fall; else null. */
export function fallOf({ cases, ndcgs }: Served, since: number): string | null {
  const errors = createAdwin()
  const order = [...cases.keys()].sort((a, b) => cases[a].time - cases[b].time)
  for (const c of order) {
    const earlier = adwinMean(errors)
    if (!updateAdwin(errors, 1 - ndcgs[c]) || cases[c].time < since) continue
    const now = adwinMean(errors)
    if (now > earlier)
      return `NDCG@10 of new orders fell from ${(1 - earlier).toFixed(3)} to ${(1 - now).toFixed(3)}`
  }
  return null
}
