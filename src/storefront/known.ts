/**
 * @module Whether this device knows something of the shopper, kept for the next visit's first moment
 * (`beforePaint.ts`): then their own list is awaited, and everybody's doesn't flash up before it.
 */
import type { Personalizer } from '../index.ts'
import { createStored, mayKeep } from './stored.ts'

const known = createStored('nearside-shop.known', (value) => value === true, 'shop')
/** Whether anything was looked at: then room is held for that. */
const viewed = createStored('nearside-shop.viewed', (value) => value === true, 'shop')

/** Follows it as long as the personalizer lives: what is erased is known no more. */
export function followKnown({ subscribe, getSnapshot }: Personalizer): void {
  const look = () => {
    const { status, events, model, learned, persist } = getSnapshot()
    const knows = learned.length > 0
    const looked = (events.byName.view_item ?? 0) > 0
    // On the way up nothing is learned yet, which says nothing.
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
