/**
 * @module Cache of candidates. Appending an event changes no earlier case, so it costs only one new case. The cache
 * key contains all inputs, so a changed past misses the cache. Entries of the old past remain, so drop the whole
 * cache when an event must be forgotten.
 */
import type { History, Interaction } from '../features/history.ts'
import type { Candidates, FindCandidates } from './candidates.ts'

interface Known {
  readonly history: History
  readonly candidates: Candidates
}

/**
 * @param find finder of one model
 * @param most maximum number of cached cases; the least recently used is dropped first
 */
export function rememberCandidates(find: FindCandidates, most: number): FindCandidates {
  /** Entries by time of the case, least recently used first. */
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
