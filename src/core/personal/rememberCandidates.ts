/**
 * @module Candidates that are kept. A case's past does not change when events are appended, and one fit
 * asks for nearly the cases of the one before: a new event costs one new case. What is kept is found
 * by all that it depends on, so a change of the past finds nothing of it; it still holds what was, so
 * whoever forgets an event must drop it.
 */
import type { History, Interaction } from '../features/history.ts'
import type { Candidates, FindCandidates } from './candidates.ts'

interface Known {
  readonly history: History
  readonly candidates: Candidates
}

/**
 * @param find of one model
 * @param most how many cases are kept, those that were asked for last
 */
export function rememberCandidates(find: FindCandidates, most: number): FindCandidates {
  /** By time, the one asked for longest ago first. */
  const known = new Map<number, Known>()
  return (history, now) => {
    const before = known.get(now)
    const one =
      before && same(before.history, history) ? before : { history, candidates: find(history, now) }
    known.delete(now)
    known.set(now, one)
    for (const time of known.keys()) {
      if (known.size <= most) break
      known.delete(time)
    }
    return one.candidates
  }
}

function same(a: History, b: History): boolean {
  return a.length === b.length && a.every((entry, k) => equal(entry, b[k]))
}

function equal(a: Interaction, b: Interaction): boolean {
  return (
    a === b ||
    (a.item === b.item &&
      a.name === b.name &&
      a.time === b.time &&
      a.session === b.session &&
      a.query === b.query)
  )
}
