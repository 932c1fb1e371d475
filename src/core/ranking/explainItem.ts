/** @module Explains the score of one item, term by term. The worker loads this file on first use. */
import { FEATURE_COUNT, FEATURES, type FeatureGroup } from '../features/features.ts'
import { priceLift } from '../features/intent.ts'
import { profileOf } from '../features/profile.ts'
import { searchLifts } from '../features/searches.ts'
import { multiply } from '../model/arithmetic.ts'
import { type BaseModel, DIMENSION } from '../model/baseModel.ts'
import { treesParts } from '../model/trees.ts'
import type { Explanation } from './apiLists.ts'
import { columnMeans } from './candidateSource.ts'
import { contextKind, contextTerms } from './contextReasons.ts'
import type { ExplainedScores, Ranker } from './ranker.ts'

/** Returns null if lists may not show the item. */
export function explainItem(
  ranker: Ranker,
  id: string,
  scored: ExplainedScores,
): Explanation | null {
  const { base, model } = ranker
  const row = ranker.rowOf(id)
  if (row === undefined || base.ranks[row] === 0) return null
  const scores = scored.scoresOf([...model.itemIds.keys()])
  const placeIn = (given: Float32Array) =>
    1 + base.rows.reduce((above, other) => above + Number(given[other] > given[row]), 0)
  return {
    id,
    score: scores[row],
    meanScore: scores.reduce((sum, score) => sum + score, 0) / scores.length,
    rank: placeIn(scores),
    baseRank: placeIn(scored.base.scores),
    reason: base.reasonFor(row),
    contributions: contributionsOf(model, scored, row),
    rules: [],
  }
}

type Kind = Exclude<Explanation['contributions'][number]['kind'], 'rules'>

/**
 * Kind of contribution of each feature group. Closeness to usual prices counts as taste, the price itself as
 * popularity.
 */
const KIND_OF_GROUP: Readonly<Record<FeatureGroup, Kind>> = {
  cooccurrence: 'because',
  own: 'own',
  interaction: 'own',
  category: 'category',
  price: 'taste',
  popularity: 'popular',
  catalog: 'popular',
}

const NONE: Readonly<Record<Kind, number>> = {
  because: 0,
  own: 0,
  category: 0,
  taste: 0,
  popular: 0,
  context: 0,
  offer: 0,
  searched: 0,
  answers: 0,
  learners: 0,
}

function contributionsOf(
  model: BaseModel,
  scored: ExplainedScores,
  row: number,
): Explanation['contributions'] {
  const { history, now, personal, isOwn, features, learnersLift, losses } = scored
  const lambda = personal?.fusionWeight ?? 0
  const { u, w } = personal?.parameters ?? {}
  // A shopper without a history is scored by popularity alone; see `scoreTerms`.
  const everybody = isOwn ? model.bias : model.statistics.popularity30
  const encoded = isOwn ? multiply(model.projection, scored.hidden) : new Float32Array(DIMENSION)
  const lift = { ...NONE }
  lift.popular = everybody[row] - columnMeans(everybody, 1)[0]
  const searched = searchLifts(model.statistics, history, now)
  const all = [...searched.values()].reduce((sum, one) => sum + one.lift, 0)
  lift.searched = (searched.get(row)?.lift ?? 0) - all / model.itemIds.length
  // Closeness to the prices viewed in this visit counts as taste, like closeness to usual prices.
  const prices = isOwn ? priceLift(model.statistics, profileOf(history, now)) : null
  if (prices) {
    const every = model.itemIds.reduce((sum, _, other) => sum + prices.of(other), 0)
    lift.taste += prices.of(row) - every / model.itemIds.length
  }
  const lost = [...losses.values()].reduce((sum, loss) => sum + loss, 0)
  lift.answers = lost / model.itemIds.length - (losses.get(row) ?? 0)
  lift.learners = learnersLift(row)
  const [own, means] = [features.of(row), features.means()]
  FEATURES.forEach(({ group }, f) => {
    const weight = (isOwn ? model.featureWeights[f] : 0) + lambda * (w?.[f] ?? 0)
    lift[KIND_OF_GROUP[group]] += weight * (own[f] - means[f])
  })
  const vectorMean = columnMeans(model.itemVectors, DIMENSION)
  for (let j = 0, at = row * DIMENSION; j < DIMENSION; j++, at++) {
    const taste = encoded[j] + lambda * (u?.[j] ?? 0)
    lift.taste += taste * (model.itemVectors[at] - vectorMean[j])
  }
  treesLift(model, scored, row).forEach((part, f) => {
    lift[KIND_OF_GROUP[FEATURES[f].group]] += part
  })
  for (const { feature, column, weight, mean } of contextTerms(model, history, now))
    lift[contextKind(feature)] += weight * (column[row] - mean)
  return Object.entries(lift)
    .map(([kind, amount]) => ({ kind: kind as Kind, amount }))
    .sort((a, b) => b.amount - a.amount)
}

/** Contribution of the trees by the feature that they test, relative to the mean over the catalog, [F]. */
function treesLift(
  { trees, itemIds }: BaseModel,
  { candidates, features }: ExplainedScores,
  row: number,
): Float64Array {
  const lift = new Float64Array(FEATURE_COUNT)
  if (!trees) return lift
  // Sorted, so that the sums are the same for whole and partial scoring.
  for (const item of candidates.toSorted((a, b) => a - b))
    treesParts(trees, features.of(item), 0).forEach((part, f) => {
      lift[f] += (item === row ? part : 0) - part / itemIds.length
    })
  return lift
}
