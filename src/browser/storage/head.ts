/**
 * @module Summary of the events, stored beside them. With it, placing the next event in its session needs no scan. It
 * is written in the same transaction as the events.
 */
import { handedOver, type ShopperEvent } from '@nearside/core/events/event.ts'

export interface EventHead {
  readonly count: number
  readonly lastTime: number | null
  readonly session: string
  /** Order of arrival of the next event; never decreases. */
  readonly order: number
}

export const EMPTY_HEAD: EventHead = { count: 0, lastTime: null, session: '', order: 0 }

/** Adds an event. Imported and late events don't split the visit in which they arrive. */
export function addToHead(head: EventHead, event: ShopperEvent): EventHead {
  const { time, session } = event
  const lastTime = head.session === session ? Math.max(head.lastTime ?? time, time) : time
  const last = !handedOver(event) && { lastTime, session }
  return { ...head, ...last, count: head.count + 1, order: head.order + 1 }
}
