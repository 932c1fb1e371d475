/** @module The lists that the page watches: computed when they may have changed, posted when they did. */
import { NearsideError } from '../../core/error.ts'
import type { ListQuery, Recommendation } from '../apiLists.ts'
import type { WatchedList, WatchedQuery } from '../messages.ts'

type ComputeList = (query: ListQuery) => readonly Recommendation[]

interface Watched {
  readonly query: ListQuery
  /** As the page has it; null where it has an error. */
  items: readonly Recommendation[] | null
}

export function createWatchedLists() {
  const lists = new Map<number, Watched>()

  function compute(id: number, watched: Watched, list: ComputeList): WatchedList {
    try {
      watched.items = list(watched.query)
      return { id, items: watched.items }
    } catch (error) {
      watched.items = null
      const cause = NearsideError.from(error, 'worker-failed', 'A list failed')
      return { id, error: cause.toWire() }
    }
  }

  return {
    /** @returns the new ones as they are now */
    watch(queries: readonly WatchedQuery[], list: ComputeList): readonly WatchedList[] {
      const begun: WatchedList[] = []
      for (const { id, query } of queries) {
        if (query === null) {
          lists.delete(id)
          continue
        }
        const watched: Watched = { query, items: null }
        lists.set(id, watched)
        begun.push(compute(id, watched, list))
      }
      return begun
    },
    /** @returns those that are not as the page has them */
    changed(list: ComputeList): readonly WatchedList[] {
      return [...lists].flatMap(([id, watched]) => {
        const before = watched.items
        const now = compute(id, watched, list)
        return before && 'items' in now && sameList(before, now.items) ? [] : [now]
      })
    },
  }
}

function sameList(a: readonly Recommendation[], b: readonly Recommendation[]): boolean {
  return (
    a.length === b.length &&
    a.every(
      ({ id, score, baseRank, reason }, place) =>
        id === b[place].id &&
        score === b[place].score &&
        baseRank === b[place].baseRank &&
        JSON.stringify(reason) === JSON.stringify(b[place].reason),
    )
  )
}
