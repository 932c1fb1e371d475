/**
 * @module Makes the learning cases of a shopper's history. A case is an order or another event, which is to be
 * predicted from the history before it.
 */

import { EVENT_WEIGHTS, type EventWeights, eventKind } from '../events/strength.ts'
import { buildCases } from '../features/cases.ts'
import type { Case, History } from '../features/history.ts'
import { DAY } from '../time.ts'

type Kind = keyof EventWeights

export interface LearningCase extends Case {
  /** Kind of the strongest event of each target, in the order of `targets`. */
  readonly kinds: readonly Kind[]
  /** Share of each target, in the order of `targets`; the shares sum to one. */
  readonly shares: readonly number[]
  /** Weight of the strongest event of the case. */
  readonly weight: number
}

interface CaseOptions {
  /** Whether the log's times are days only; then each day is one case. */
  readonly dayOnly?: boolean
  /** Weight of each kind of event; default `EVENT_WEIGHTS`. */
  readonly weights?: EventWeights
}

/** Cases ascending by time. A case needs a history, so the first event makes no case. */
export function casesFromHistory(
  history: History,
  { dayOnly = false, weights = EVENT_WEIGHTS }: CaseOptions = {},
): LearningCase[] {
  const cases = buildCases({ id: '', interactions: history }, dayOnly, Number.NEGATIVE_INFINITY)
  return cases
    .filter((one) => one.history.some(({ name }) => eventKind(name) !== null))
    .map((one) => weighed({ ...one, kinds: kindsOf(one, history, dayOnly) }, weights))
}

const RISING: readonly Kind[] = ['view', 'cart', 'purchase']
const stronger = (a: Kind, b: Kind): Kind => (RISING.indexOf(a) > RISING.indexOf(b) ? a : b)

function kindsOf(one: Case, history: History, dayOnly: boolean): Kind[] {
  const after = history.slice(one.history.length)
  const orders = new Set<string>()
  for (const { name, session, time } of after) {
    if (time === one.time && name === 'purchase') orders.add(session)
  }
  const kindOf = new Map<number, Kind>()
  for (const { item, name, session, time } of after) {
    const member = dayOnly
      ? time < one.time + DAY
      : time === one.time || (name === 'purchase' && orders.has(session))
    const kind = eventKind(name)
    if (member && kind) kindOf.set(item, stronger(kind, kindOf.get(item) ?? kind))
  }
  return one.targets.map((target) => kindOf.get(target) ?? 'view')
}

export function weighed(
  one: Case & Pick<LearningCase, 'kinds'>,
  weights: EventWeights,
): LearningCase {
  const each = one.kinds.map((kind) => weights[kind])
  const total = each.reduce((sum, weight) => sum + weight, 0)
  return {
    ...one,
    shares: each.map((weight) => (total > 0 ? weight / total : 0)),
    weight: Math.max(...each),
  }
}

/**
 * Selects the cases for a fit: orders first, then carts, then views, and of each kind the newest first. Otherwise an
 * evening of browsing would displace every order.
 * @param cases ascending by time
 */
export function casesForFit<T extends Pick<LearningCase, 'kinds'>>(
  cases: readonly T[],
  most: number,
): readonly T[] {
  if (cases.length <= most) return cases
  const kept = new Set<T>()
  for (const kind of RISING.toReversed()) {
    const own = cases.filter(({ kinds }) => kinds.reduce(stronger) === kind)
    const beyond = own.length - (most - kept.size)
    for (const one of own.slice(Math.max(0, beyond))) kept.add(one)
  }
  return cases.filter((one) => kept.has(one))
}
