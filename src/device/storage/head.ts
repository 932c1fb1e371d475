/**
 * @module What is derived from the events and kept beside them, so that opening a tab or placing
 * the next event in its session needs no scan. Written in the same transaction as the events.
 */
import type { EventName, ShopperEvent } from '../../core/events/event.ts'

export interface EventHead {
  readonly count: number
  readonly byName: Readonly<Partial<Record<EventName, number>>>
  readonly lastTime: number | null
  readonly session: string
  /** Order of arrival of the next event; never falls. */
  readonly order: number
}

export const EMPTY_HEAD: EventHead = { count: 0, byName: {}, lastTime: null, session: '', order: 0 }

export function addToHead(head: EventHead, event: ShopperEvent): EventHead {
  return {
    count: head.count + 1,
    byName: { ...head.byName, [event.name]: (head.byName[event.name] ?? 0) + 1 },
    lastTime: event.time,
    session: event.session,
    order: head.order + 1,
  }
}

/** With another event as the last that came; null where none is left. */
export function withLast(head: EventHead, last: ShopperEvent | null): EventHead {
  return { ...head, lastTime: last?.time ?? null, session: last?.session ?? '' }
}

export function removeFromHead(head: EventHead, event: ShopperEvent): EventHead {
  const left = (head.byName[event.name] ?? 1) - 1
  const byName = { ...head.byName, [event.name]: left }
  if (left <= 0) delete byName[event.name]
  return { ...head, count: head.count - 1, byName }
}
