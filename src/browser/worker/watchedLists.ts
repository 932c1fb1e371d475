/**
 * @module Lists that the page watches: computed when they may have changed, and posted when they did. Lists with
 * `distinct` repeat none of each other's items and are computed in that order.
 */
import { NearsideError } from '@nearside/core/error.ts'
import type { ListQuery, Recommendation } from '@nearside/core/ranking/apiLists.ts'
import type { WatchedList, WatchedQuery } from '../messages.ts'

type ComputeList = (query: ListQuery) => readonly Recommendation[]

interface Watched {
  readonly query: ListQuery
  /** Items that the page has; null if it has an error. */
  items: readonly Recommendation[] | null
}

/** Order of a list with `distinct`; 0 for a list that may repeat items of others. */
const placeOf = (query: ListQuery): number => optionsOf(query)?.distinct ?? 0

const optionsOf = (query: ListQuery) => (query.kind === 'rerank' ? undefined : query.options)

export function createWatchedLists() {
  const lists = new Map<number, Watched>()

  function compute(id: number, watched: Watched, query: ListQuery, list: ComputeList): WatchedList {
    try {
      watched.items = list(query)
      return { id, items: watched.items }
    } catch (error) {
      watched.items = null
      const cause = NearsideError.from(error, 'worker-failed', 'A list failed')
      return { id, error: cause.toWire() }
    }
  }

  /**
   * Computes lists.
   * @param all false computes only lists that are new, failed, or depend on others
   * @returns lists that differ from the page's
   */
  function update(all: boolean, list: ComputeList): readonly WatchedList[] {
    const held: { readonly place: number; readonly id: string }[] = []
    return [...lists]
      .sort(([, a], [, b]) => placeOf(a.query) - placeOf(b.query))
      .flatMap(([id, watched]) => {
        const { query, items } = watched
        const place = placeOf(query)
        if (items && !all && !place) return []
        const others = held.filter((one) => one.place < place)
        const now = compute(id, watched, without(query, others), list)
        // A list for comparison only (`until`) takes no items from shown lists.
        if (place && optionsOf(query)?.until === undefined)
          for (const item of watched.items ?? []) held.push({ place, id: item.id })
        return items && watched.items && sameList(items, watched.items) ? [] : [now]
      })
  }

  return {
    /** @returns the new lists, and other lists that they change */
    watch(queries: readonly WatchedQuery[], list: ComputeList): readonly WatchedList[] {
      for (const { id, query } of queries)
        if (query) lists.set(id, { query, items: null })
        else lists.delete(id)
      return update(false, list)
    },
    /** @returns lists that differ from the page's */
    changed: (list: ComputeList): readonly WatchedList[] => update(true, list),
  }
}

function without(query: ListQuery, others: readonly { readonly id: string }[]): ListQuery {
  if (others.length === 0 || query.kind === 'rerank') return query
  const { excludeIds = [] } = query.options ?? {}
  const ids = others.map(({ id }) => id).concat(excludeIds)
  return { ...query, options: { ...query.options, excludeIds: ids } }
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
