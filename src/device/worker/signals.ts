/** @module What a shopper did with an item: of several things, the one that counts most by now. */
import type { EventName } from '../../core/events/event.ts'
import { DAY } from '../../core/features/profile.ts'
import { eventStrength } from '../../core/features/strength.ts'
import type { Signal } from '../api.ts'

/** Days after which interest counts half; as in the features. */
export const INTEREST_HALF_LIFE = 30

const SIGNALS: Partial<Readonly<Record<EventName, Signal>>> = {
  view_item: 'viewed',
  select_item: 'viewed',
  add_to_wishlist: 'wished',
  add_to_cart: 'basket',
  purchase: 'bought',
}

interface Done<T> {
  readonly item: T
  readonly name: EventName
  /** Milliseconds since the epoch. */
  readonly time: number
}

/** By item; what says nothing of interest has no entry. The later of two that count the same. */
export function signalsOf<T>(done: Iterable<Done<T>>, now: number): ReadonlyMap<T, Signal> {
  const strongest = new Map<T, { readonly signal: Signal; readonly strength: number }>()
  for (const { item, name, time } of done) {
    const signal = SIGNALS[name]
    if (!signal) continue
    const age = Math.max(0, now - time) / DAY
    const strength = eventStrength(name) * 2 ** (-age / INTEREST_HALF_LIFE)
    if (strength >= (strongest.get(item)?.strength ?? 0)) strongest.set(item, { signal, strength })
  }
  return new Map([...strongest].map(([item, { signal }]) => [item, signal]))
}
