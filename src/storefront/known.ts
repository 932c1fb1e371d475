/**
 * @module Stores whether this device knows the shopper. If it does, `beforePaint.ts` hides everyone's list at the next
 * visit until the shopper's own list is ready.
 */
import type { Personalizer } from '../index.ts'
import { createStored, mayKeep, who } from './stored.ts'

const known = createStored('nearside-shop.known', (value) => value === true, 'note')
/** Whether this device has viewed products. If so, the page reserves space for the shelf of viewed products. */
const viewed = createStored('nearside-shop.viewed', (value) => value === true, 'note')

/** Updates `known` and `viewed` after each change. After an erasure the shopper counts as unknown. */
export function followKnown({ subscribe, getSnapshot }: Personalizer): void {
  const look = () => {
    const { status, events, model, learned, persist, profiles } = getSnapshot()
    const knows = learned.length > 0
    const looked = (events.byName.view_item ?? 0) > 0
    // The snapshot is ignored until the personalizer has read its storage, because the snapshot shows no events before
    // that.
    if (status !== 'ready') return
    const allowed = persist.allowed === true
    if (mayKeep.get() !== allowed) mayKeep.set(allowed)
    if (!(knows || model) || profiles.current !== who.get()) return
    if (known.get() !== knows) known.set(knows)
    if (viewed.get() !== looked) viewed.set(looked)
  }
  subscribe(look)
  look()
}

export function forgetKnown(): void {
  known.clear()
  viewed.clear()
}
