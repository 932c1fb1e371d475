/**
 * @module What is derived from the events and kept beside them, so that placing the next event in its
 * session needs no scan. Written in the same transaction as the events.
 */
import { handedOver, type ShopperEvent } from '../../core/events/event.ts'

export interface EventHead {
  readonly count: number
  readonly lastTime: number | null
  readonly session: string
  /** Order of arrival of the next event; never falls. */
  readonly order: number
}

export const EMPTY_HEAD: EventHead = { count: 0, lastTime: null, session: '', order: 0 }

/** Neither what was handed over nor what is heard of late parts the visit in which it came. */
export function addToHead(head: EventHead, event: ShopperEvent): EventHead {
  const { time, session } = event
  const lastTime = head.session === session ? Math.max(head.lastTime ?? time, time) : time
  const last = !handedOver(event) && { lastTime, session }
  return { ...head, ...last, count: head.count + 1, order: head.order + 1 }
}
