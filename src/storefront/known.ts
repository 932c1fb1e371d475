/**
 * @module Stores whether this device knows the shopper, for the next visit's first moment (`beforePaint.ts`). The
 * page then waits for the shopper's own list, without showing everybody's first.
 */
import type { Personalizer } from '../index.ts'
import { createStored, mayKeep } from './stored.ts'

const known = createStored('nearside-shop.known', (value) => value === true, 'shop')
/** Whether any product was viewed; the page then reserves room for that list. */
const viewed = createStored('nearside-shop.viewed', (value) => value === true, 'shop')

/** Follows the personalizer while it lives; after an erasure the shopper counts as unknown. */
export function followKnown({ subscribe, getSnapshot }: Personalizer): void {
  const look = () => {
    const { status, events, model, learned, persist } = getSnapshot()
    const knows = learned.length > 0
    const looked = (events.byName.view_item ?? 0) > 0
    // While it starts, nothing is learned yet, which means nothing.
    if (status !== 'ready') return
    const allowed = persist.allowed === true
    if (mayKeep.get() !== allowed) mayKeep.set(allowed)
    if (!(knows || model)) return
    if (known.get() !== knows) known.set(knows)
    if (viewed.get() !== looked) viewed.set(looked)
  }
  subscribe(look)
  look()
}
