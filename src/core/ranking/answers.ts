/**
 * @module The shopper's answers to listed items. Lists leave an answered item out. "Less like this" also lowers
 * the scores of the items most similar to it.
 */
import { type AnswerName, isAnswer, type ShopperEvent } from '../events/event.ts'
import type { CandidateSource } from './candidateSource.ts'

/**
 * Loss in log-odds of the item most similar to one that the shopper wants less of; other similar items lose a
 * share of it. Chosen on planted tastes: docs/results/lists.md.
 */
const LESS = 2

/** Actions that show a later wish for the item and withdraw its answer. */
const WITHDRAWS: readonly string[] = ['add_to_cart', 'add_to_wishlist', 'purchase']

/** Last answer to each item, latest answer first. @param events ascending by time */
export function answersOf(events: readonly ShopperEvent[]): ReadonlyMap<string, AnswerName> {
  const answers = new Map<string, AnswerName>()
  for (const { name, items } of events) {
    if (!isAnswer(name) && !WITHDRAWS.includes(name)) continue
    for (const id of items) {
      answers.delete(id)
      if (isAnswer(name)) answers.set(id, name)
    }
  }
  return new Map([...answers].reverse())
}

/** Row → loss in log-odds, above 0. */
export type Losses = ReadonlyMap<number, number>

/**
 * Losses by the answers. A rejected item itself loses as much as the item most similar to it. An item that the
 * shopper has loses nothing.
 * @param alikeTo rows of the items most similar to a row → similarity relative to the most similar, in (0, 1]
 */
export function lossesOf(
  answers: ReadonlyMap<string, AnswerName>,
  rowOf: (id: string) => number | undefined,
  alikeTo: (row: number) => ReadonlyMap<number, number>,
): Losses {
  const losses = new Map<number, number>()
  for (const [id, answer] of answers) {
    const row = rowOf(id)
    if (row === undefined || answer === 'have_this') continue
    const alike = answer === 'less_like_this' ? alikeTo(row) : []
    for (const [other, share] of [[row, 1] as const, ...alike])
      losses.set(other, Math.max(losses.get(other) ?? 0, LESS * share))
  }
  return losses
}

/** Scores after the losses. */
export function lowered<Scores extends CandidateSource>(scored: Scores, losses: Losses): Scores {
  if (losses.size === 0) return scored
  return {
    ...scored,
    // Each loss lets at most one further item into the list.
    find: (count, choice) => scored.find(count + losses.size, choice),
    scoresOf: (rows) =>
      scored.scoresOf(rows).map((score, at) => score - (losses.get(rows[at]) ?? 0)),
  }
}
