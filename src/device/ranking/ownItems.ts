/**
 * @module What a shopper has already: lists don't offer it again, unless a shop says otherwise. Pure.
 */

import { handedOver, type ShopperEvent } from '../../core/events/event.ts'
import { SESSION_GAP } from '../../core/events/session.ts'
import { DAY } from '../../core/time.ts'
import type { Exclusion } from '../exclusions.ts'

/** A basket that nobody touched for longer is likely gone; no shop tells of that. */
const BASKET_LIFE = 30 * DAY

/** Where fewer of an item's shoppers came back to it on another day, nobody needs it twice. */
const LEAST_REPEAT_RATE = 0.05

/**
 * Ids of what the kinds name.
 * @param events ascending by time
 * @param repeatRate of an item; undefined where none is known
 */
export function ownItems(
  kinds: readonly Exclusion[],
  events: readonly ShopperEvent[],
  now: number,
  repeatRate: (id: string) => number | undefined,
): ReadonlySet<string> {
  const isRecent = ({ time }: ShopperEvent) => Math.abs(now - time) <= SESSION_GAP
  // What was handed over is a visit of its own, however recent.
  const last = events.findLast((event) => !handedOver(event))
  const visit = last && isRecent(last) ? last.session : null
  const seen = new Set<string>()
  const basket = new Set<string>()
  const bought = new Set<string>()
  for (const event of events) {
    const { items, name, session, time } = event
    const isNow = handedOver(event) ? isRecent(event) : session === visit
    for (const id of items) {
      if (name === 'view_item' || name === 'select_item') {
        if (isNow) seen.add(id)
      } else if (name === 'add_to_cart') {
        if (now - time < BASKET_LIFE) basket.add(id)
      } else if (name === 'remove_from_cart') basket.delete(id)
      else if (name === 'purchase') {
        basket.delete(id)
        // The log tells who came back on another day, so it says nothing of this visit.
        if (isNow || (repeatRate(id) ?? 1) < LEAST_REPEAT_RATE) bought.add(id)
      }
    }
  }
  const own = { seen, basket, bought }
  return new Set(kinds.flatMap((kind) => [...own[kind]]))
}
