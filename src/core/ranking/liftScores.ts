/** @module Adds the shop's boosts and buries to scores and explanations. */
import type { ListRules } from '../rules/listRules.ts'
import type { Explanation } from './apiLists.ts'
import type { ExplainedScores, Ranker, Scored, Weighed } from './ranker.ts'

export interface Lifting extends Weighed {
  of<Scores extends Scored>(scored: Scores): Scores
}

/** @param lifts id → amount added to its score, for this shopper and for the base order */
export function liftScores(ranker: Ranker, lifts: ListRules['lifts']): Lifting {
  const { itemIds } = ranker.model
  const lift = (row: number) => lifts.get(itemIds[row]) ?? 0
  const base = ranker.base.lifted(lift)
  return {
    base,
    lift,
    of: (scored) => ({
      ...scored,
      base,
      lift,
      scoresOf: (rows) => scored.scoresOf(rows).map((score, at) => score + lift(rows[at])),
      among: () => null,
    }),
  }
}

/**
 * Explanation of an item under the shop's rules. Hidden items rank last, except the explained item, which
 * keeps its place.
 */
export function explainRuled(
  { hidden, lifts, rulesOf }: ListRules,
  id: string,
  ranker: Ranker,
  scored: ExplainedScores,
  explain: (scored: ExplainedScores) => Explanation | null,
): Explanation | null {
  const behind = [...hidden].map((one) => [one, Number.NEGATIVE_INFINITY] as const)
  const amount = lifts.get(id) ?? 0
  const all = new Map([...lifts, ...behind, [id, amount]])
  const plain = explain(scored)
  const lifted = explain(liftScores(ranker, all).of(scored))
  if (!plain || !lifted) return null
  const { meanScore } = plain
  const contributions = [...plain.contributions, { kind: 'rules' as const, amount }]
  contributions.sort((a, b) => b.amount - a.amount)
  return { ...lifted, meanScore, contributions, rules: rulesOf(id).map(({ name }) => name) }
}
