/**
 * @module What a shopper's own history can teach: each order or event, predicted from what came
 * before it. The same definition of a case as in the evaluation, so that what is learned is what
 * is measured.
 */
import { buildCases, DAY } from '../evaluation/cases.ts'
import type { Case, History } from '../features/history.ts'
import { eventWeight } from '../features/strength.ts'

export interface LearningCase extends Case {
  /** Share of each target, same order as `targets`; sums to one. */
  readonly shares: readonly number[]
  /** Purchase 3, cart 2, view 1: the strongest event of the case. */
  readonly weight: number
}

export interface CaseOptions {
  /** Times are days: then everything of one day is one case. */
  readonly dayOnly?: boolean
  /** Keep the first case, which has no history. Default false. */
  readonly withFirst?: boolean
}

/** Ascending by time. Empty when nothing has a past to be predicted from. */
export function casesFromHistory(history: History, options: CaseOptions = {}): LearningCase[] {
  const { dayOnly = false, withFirst = false } = options
  const cases = buildCases({ id: '', interactions: history }, dayOnly, Number.NEGATIVE_INFINITY)
  return cases
    .filter((one) => withFirst || one.history.some((entry) => eventWeight(entry.name) > 0))
    .map((one) => withWeights(one, history, dayOnly))
}

function withWeights(one: Case, history: History, dayOnly: boolean): LearningCase {
  const after = history.slice(one.history.length)
  const orders = new Set<string>()
  for (const { name, session, time } of after) {
    if (time === one.time && name === 'purchase') orders.add(session)
  }
  const weightOf = new Map<number, number>()
  for (const { item, name, session, time } of after) {
    const member = dayOnly
      ? time < one.time + DAY
      : time === one.time || (name === 'purchase' && orders.has(session))
    if (member) weightOf.set(item, Math.max(weightOf.get(item) ?? 0, eventWeight(name)))
  }
  const weights = one.targets.map((target) => weightOf.get(target) ?? 1)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return {
    ...one,
    shares: weights.map((weight) => weight / total),
    weight: Math.max(...weights),
  }
}
