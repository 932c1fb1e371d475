/** @module Explains the score of one item, term by term; loaded on first use. */
import type { Explanation } from './apiLists.ts'
import { contributionsOf } from './contributions.ts'
import type { ExplainedScores, Ranker } from './ranker.ts'

/** Explanation of an item; null if lists may not show it. */
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
    reason: ranker.reasonForAll(row),
    contributions: contributionsOf(model, scored, row),
    rules: [],
  }
}
