/** @module Converts a shopper's events to the history, the model's input. */
import type { History, Interaction } from '../features/history.ts'
import { isAnswer, type ShopperEvent } from './event.ts'

/** Ids of the items that a query is about. */
export type FindItems = (query: string) => readonly string[]

/**
 * Makes one entry per item of an event and per item that a search found, ascending by time. Items without a row in the
 * model and answers such as "Not for me" have no entry.
 */
export function fromEvents(
  events: readonly ShopperEvent[],
  rowOf: (item: string) => number | undefined,
  find: FindItems = () => [],
): History {
  const history: Interaction[] = []
  for (const event of events) {
    const { items, name, time, session, query } = event
    if (isAnswer(name)) continue
    if (name === 'search') {
      if (query) history.push(...searchEntries({ query, time, session }, find(query).map(rowOf)))
      continue
    }
    for (const id of items) {
      const item = rowOf(id)
      if (item !== undefined) history.push({ item, name, time, session })
    }
  }
  // The sort is stable, so simultaneous events keep their sequence.
  return history.sort((a, b) => a.time - b.time)
}

/** @param rows rows of the items that the query found */
export function searchEntries(
  search: Required<Pick<Interaction, 'query' | 'time' | 'session'>>,
  rows: readonly (number | undefined)[],
): Interaction[] {
  const found = rows.filter((row) => row !== undefined)
  return found.map((item) => ({ item, name: 'search', ...search }))
}
