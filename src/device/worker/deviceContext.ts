/**
 * @module What the shop said of moments: of now by its page, of then by the events that were captured.
 */

import type { ShopperEvent } from '../../core/events/event.ts'
import { readShopContext, type ShopContext } from '../../core/features/context/context.ts'

export interface DeviceContext {
  /** What holds now. */
  readonly said: ShopContext
  readonly at: (time: number) => ShopContext
  /** @returns why it is not used, in words; null if it is. */
  say(given: unknown): string | null
}

const NOTHING: ShopContext = {}

/** @param events all that were captured; a new array whenever they change. */
export function createDeviceContext(events: () => readonly ShopperEvent[]): DeviceContext {
  let said = NOTHING
  let read: readonly ShopperEvent[] | null = null
  let known: ReadonlyMap<number, ShopContext> = new Map()
  return {
    get said() {
      return said
    },
    at(time) {
      if (read !== events()) {
        read = events()
        known = new Map(read.map((event) => [event.time, event.context ?? NOTHING]))
      }
      // Whatever is asked about and is no event's time is now.
      return known.get(time) ?? said
    },
    say(given) {
      const context = readShopContext(given)
      said = typeof context === 'string' ? NOTHING : context
      return typeof context === 'string' ? context : null
    },
  }
}
