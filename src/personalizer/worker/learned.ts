/** @module What was learned, for people: the categories, items and queries of the recent history, by weight. */
import type { Catalog } from '../../catalog/catalog.ts'
import type { ShopperEvent } from '../../events/event.ts'
import type { FindItems } from '../../events/history.ts'
import { DAY } from '../../features/profile.ts'
import { SEARCH_HALF_LIFE } from '../../features/searches.ts'
import { eventStrength } from '../../features/strength.ts'
import type { PersonalizerSnapshot } from '../api.ts'
import { wish } from './concernedBy.ts'

/** Days; as in the features. */
const HALF_LIFE = 30
const SHOWN = 6

export function learnedFrom(
  events: readonly ShopperEvent[],
  catalog: Catalog | null,
  find: FindItems,
  now: number,
): PersonalizerSnapshot['learned'] {
  const items = new Map<string, number>()
  const categories = new Map<string, number>()
  for (const event of events) {
    const age = Math.max(0, now - event.time) / DAY
    const strength = eventStrength(event.name) * 2 ** (-age / HALF_LIFE)
    if (strength === 0) continue
    for (const item of event.items) {
      items.set(item, (items.get(item) ?? 0) + strength)
      const category = catalog?.get(item)?.category
      if (category) categories.set(category, (categories.get(category) ?? 0) + strength)
    }
  }
  return [
    ...strongest('category', categories),
    ...strongest('item', items),
    ...strongest('query', queriesOf(events, find, now)),
  ]
}

/** Those that say anything, as they were last typed. */
function queriesOf(
  events: readonly ShopperEvent[],
  find: FindItems,
  now: number,
): ReadonlyMap<string, number> {
  const byWish = new Map<string, [query: string, strength: number]>()
  for (const { name, query, time } of events) {
    if (name !== 'search' || !query || find(query).length === 0) continue
    const age = Math.max(0, now - time) / DAY
    byWish.set(wish(query), [query, 2 ** (-age / SEARCH_HALF_LIFE)])
  }
  return new Map(byWish.values())
}

/** Strengths relative to the strongest of the kind. */
function strongest(
  kind: PersonalizerSnapshot['learned'][number]['kind'],
  strengths: ReadonlyMap<string, number>,
) {
  const sorted = [...strengths].sort(([, a], [, b]) => b - a).slice(0, SHOWN)
  const most = sorted[0]?.[1] ?? 1
  return sorted.map(([name, strength]) => ({ kind, name, strength: strength / most }))
}
