/** @module The shop's context at a time: the current one from its page, past ones from the stored events. */

import { NearsideError } from '@nearside/core/error.ts'
import type { ShopperEvent } from '@nearside/core/events/event.ts'
import { readShopContext, type ShopContext } from '@nearside/core/features/context/context.ts'
import type { Notices } from './notices.ts'
import type { DeviceState } from './state.ts'

export type DeviceContext = ReturnType<typeof createDeviceContext>

const NOTHING: ShopContext = {}

export function createDeviceContext(
  state: Pick<DeviceState, 'context' | 'events'>,
  notices: Notices,
) {
  let read: readonly ShopperEvent[] | null = null
  let known: ReadonlyMap<number, ShopContext> = new Map()
  return {
    at(time: number): ShopContext {
      if (read !== state.events) {
        read = state.events
        known = new Map(read.map((event) => [event.time, event.context ?? NOTHING]))
      }
      // Without a stored event at that time, use the current context.
      return known.get(time) ?? state.context
    },
    /** Takes the current context from the page; an invalid context clears it, with a notice. */
    accept(given: unknown): void {
      const context = readShopContext(given)
      state.context = typeof context === 'string' ? NOTHING : context
      if (typeof context === 'string')
        notices.add(
          new NearsideError('input-invalid', `The shop’s context was not used: ${context}.`),
        )
    },
  }
}
