/**
 * @module Finds the reason why an item is in a list. Reasons are counterfactual: a reason names an action of the shopper
 * only if the item would leave its screen in the list made without the action.
 */
import { sameQuery } from '../catalog/words.ts'
import type { ShopperEvent } from '../events/event.ts'
import type { History } from '../features/history.ts'
import { searchLifts } from '../features/searches.ts'
import type { BaseModel } from '../model/baseModel.ts'
import type { Reason, Recommendation, Signal } from './apiLists.ts'
import { signalsOf } from './learned.ts'

/** Places per screen. An item's screen is the first 12, 24, 36 … places, e.g. the first 24 for rank 15. */
export const SCREEN = 12

/** One action of the shopper that a reason can name. */
export interface Cause {
  readonly key: string
  /** Returns an event without this action; null if nothing remains. */
  readonly without: (event: ShopperEvent) => ShopperEvent | null
  readonly reasonFor: (id: string) => Reason
}

/** Ids of the lists made without an action, by the personal model and by the base model; the item must leave both. */
type Lists = Iterable<readonly string[]>

interface Counterfactuals {
  readonly limit: number
  /** Lists made without any actions. */
  readonly withoutAll: Lists
  /** Returns actions to test, as many as there is time for; those that probably raise most of `ids` come first. */
  readonly causes: (ids: readonly string[]) => readonly Cause[]
  readonly listsWithout: (cause: Cause) => Lists
}

/** Whether an item has a fallback reason, which a personal reason can replace. */
export const isFallback = ({ reason: { kind } }: Recommendation) =>
  kind === 'popular' || kind === 'new' || kind === 'shop-order'

export function giveReasons(
  list: readonly Recommendation[],
  { limit, withoutAll, causes, listsWithout }: Counterfactuals,
): readonly Recommendation[] {
  /** Items among `of` that are missing from their screen in each of the lists. */
  const lackedBy = (lists: Lists, of: readonly Recommendation[]) => {
    let lacked = of
    for (const ids of lists) {
      const places = new Map(ids.map((id, at) => [id, at + 1]))
      lacked = lacked.filter(({ id, rank }) => {
        const there = Math.min(limit, SCREEN * Math.ceil(rank / SCREEN))
        return (places.get(id) ?? Number.POSITIVE_INFINITY) > there
      })
      if (lacked.length === 0) break
    }
    return lacked
  }
  const reasons = new Map<string, Reason>()
  let open = lackedBy(withoutAll, list.filter(isFallback))
  for (const { id } of open) reasons.set(id, { kind: 'taste' })
  for (const cause of open.length > 0 ? causes(open.map(({ id }) => id)) : []) {
    const decided = lackedBy(listsWithout(cause), open)
    for (const { id } of decided) reasons.set(id, cause.reasonFor(id))
    open = open.filter((one) => !decided.includes(one))
    if (open.length === 0) break
  }
  return list.map((one) => ({ ...one, reason: reasons.get(one.id) ?? one.reason }))
}

interface Known {
  readonly model: BaseModel
  /** Ascending by time. */
  readonly events: readonly ShopperEvent[]
  readonly history: History
  readonly now: number
  readonly rowOf: (id: string) => number | undefined
  readonly categoryOf: (id: string) => string | undefined
  /** Whether the shop still sells an item; reasons name only such items. */
  readonly isListed: (id: string) => boolean
  /** `Ranker.tiesOf` */
  readonly tiesOf: (rows: readonly number[]) => (row: number) => number | undefined
}

/** Actions that a reason can name: first the one that probably moves most of `ids` up, on a tie the later one. */
export function causesOf(
  { model, events, history, now, rowOf, categoryOf, isListed, tiesOf }: Known,
  ids: readonly string[],
): readonly Cause[] {
  const signals = signalsOf(history, now)
  const causes = new Map<string, Cause>()
  const touched = new Map<string, Set<string>>()
  for (const { query, items } of events.toReversed()) {
    if (query !== undefined) add(searchCause(query))
    for (const id of items) {
      const signal = signals.get(rowOf(id) ?? -1)
      if (!signal) continue
      if (isListed(id)) add(itemCause(id, signal))
      const category = categoryOf(id) ?? ''
      touched.set(category, (touched.get(category) ?? new Set()).add(id))
    }
  }
  touched.delete('')
  for (const [category, of] of touched) if (of.size > 1) add(categoryCause(category, categoryOf))
  const searched = searchLifts(model.statistics, history, now)
  const tieOf = tiesOf([...signals.keys()])
  const votes = new Map<string, number>()
  const vote = (key: string, weight: number) => votes.set(key, (votes.get(key) ?? 0) + weight)
  for (const id of ids) {
    const row = rowOf(id)
    if (row === undefined) continue
    const tied = signals.has(row) ? row : tieOf(row)
    const query = searched.get(row)?.query
    if (query !== undefined) vote(searchKey(query), 2)
    if (tied !== undefined) vote(itemKey(model.itemIds[tied]), 2)
    vote(categoryKey(categoryOf(id) ?? ''), 1)
  }
  return [...causes.values()].sort((a, b) => (votes.get(b.key) ?? 0) - (votes.get(a.key) ?? 0))

  function add(cause: Cause): void {
    if (!causes.has(cause.key)) causes.set(cause.key, cause)
  }
}

const itemKey = (id: string) => `item ${id}`
const searchKey = (query: string) => `search ${sameQuery(query)}`
const categoryKey = (category: string) => `category ${category}`

function itemCause(item: string, signal: Signal): Cause {
  return {
    key: itemKey(item),
    without: leavingOut((id) => id === item),
    reasonFor: (id) =>
      id === item && signal === 'bought'
        ? { kind: 'bought-before' }
        : { kind: 'because', item, signal },
  }
}

function searchCause(query: string): Cause {
  const key = searchKey(query)
  return {
    key,
    without: (event) =>
      event.query !== undefined && searchKey(event.query) === key ? null : event,
    reasonFor: () => ({ kind: 'searched', query }),
  }
}

function categoryCause(category: string, categoryOf: Known['categoryOf']): Cause {
  return {
    key: categoryKey(category),
    without: leavingOut((id) => categoryOf(id) === category),
    reasonFor: () => ({ kind: 'category', category }),
  }
}

/** Returns a function that removes items from an event, or returns null if no item remains. */
function leavingOut(isOut: (id: string) => boolean) {
  return (event: ShopperEvent): ShopperEvent | null => {
    if (!event.items.some(isOut)) return event
    const items = event.items.filter((id) => !isOut(id))
    return items.length > 0 ? { ...event, items } : null
  }
}
