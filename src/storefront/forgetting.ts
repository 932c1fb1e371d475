/**
 * @module When the shopper makes the personalizer forget something, removes it from the shop's own lists, too, in every
 * tab. Otherwise the shop would still list an order that the panel "What this shop learned" calls deleted.
 */

import type { EventName, Item, Personalizer } from '../index.ts'
import { wishlist } from './basket.ts'
import { forgetKnown } from './known.ts'
import { isUnsent, orders, type PlacedOrder, signedIn } from './orders.ts'
import { refused, sendOrder, unsent, withdraw } from './outbox.ts'
import { declined } from './preferences.ts'
import type { Shop } from './shop.ts'
import type { Signal } from './signal.ts'
import { keepOnly, ME, who } from './stored.ts'
import { forgetShown, forgetVisit, isAnswer, noteAction } from './story/visit.ts'
import { dropTheme, tuning } from './tune/tuning.ts'

export function forgetTogether(
  personalizer: Personalizer,
  itemOf: (id: string) => Item | undefined,
  lastLooked: Shop['lastLooked'],
): Personalizer {
  /** Event id of a menu's answer ("Not for me" …) → function that puts the answered product back on the wishlist. */
  const ended = new Map<string, () => void>()
  return {
    ...personalizer,
    async capture(input) {
      // The menus of cards call `capture` of the personalizer directly, so the shop notes their answers here.
      if (isAnswer(input.name)) noteAction(input)
      const by = who.get()
      const id = await personalizer.capture(input)
      // A product that the shopper turned down is removed from the wishlist, too. If the shopper switched to another
      // person meanwhile, that person's wishlist stays unchanged.
      if (id !== null && isAnswer(input.name) && who.get() === by)
        ended.set(
          id,
          leave(wishlist, (wish) => wish === input.item_id),
        )
      return id
    },
    async forget(what) {
      const undo = await personalizer.forget(what)
      forgetShown()
      if (what.kind === 'event') ended.get(what.id)?.()
      /** Whether the deletion (`what`) includes events with the name `done` about the item. */
      const gone = (done: EventName, id: string) =>
        (what.kind === 'events' && what.name === done) ||
        (what.kind === 'item' && what.name === id) ||
        (what.kind === 'category' && what.name === itemOf(id)?.category)
      const isGone = ({ lines, who: by = ME }: PlacedOrder) =>
        by === who.get() && lines.some(({ id }) => gone('purchase', id))
      // The shop no longer shows a forgotten order, so it must not send the order to its server later.
      const waiting = orders.get().filter((order) => isGone(order) && isUnsent(order))
      withdraw(waiting.map(({ id }) => id ?? ''))
      const putBack = [
        what.kind === 'category' ? dropTheme(what.name) : () => {},
        leave(wishlist, (id) => gone('add_to_wishlist', id)),
        // A purchase is removed as a whole, as in the personalizer.
        leave(orders, isGone),
        () => {
          for (const { id, lines } of waiting) sendOrder(id ?? '', lines)
        },
      ]
      const looked = lastLooked.get()
      if (looked !== null && gone('view_item', looked)) lastLooked.set(null)
      return async () => {
        await undo()
        forgetShown()
        for (const put of putBack) put()
        lastLooked.set(lastLooked.get() ?? looked)
      }
    },
    setPersist(allowed) {
      // The refusal is stored before the disk is erased, so that a shopper who closes the tab at once isn't asked
      // again.
      declined.set(!allowed)
      return personalizer.setPersist(allowed)
    },
    async erase() {
      await personalizer.erase()
      forgetVisit()
      forgetKnown()
      tuning.clear()
      wishlist.clear()
      orders.clear()
      withdraw(unsent.get())
      refused.clear()
      signedIn.clear()
      keepOnly([])
      lastLooked.set(null)
    },
  }
}

/** At the start of a visit, repeats an earlier erasure that failed because the disk was full or the tab closed. */
export async function repeatRefusal({ getSnapshot, setPersist }: Personalizer): Promise<void> {
  const { option, allowed } = getSnapshot().persist
  if (!declined.get() || option !== 'ask' || !allowed) return
  // If the erasure fails again, the snapshot says that data remain, and the shop asks the shopper to answer again.
  await setPersist(false).catch(() => {})
}

/**
 * Removes entries from a list.
 * @returns a function that puts the entries back to their old positions, or after entries that were added meanwhile
 */
function leave<T>(list: Signal<readonly T[]>, gone: (one: T) => boolean): () => void {
  const before = list.get()
  const kept = before.filter((one) => !gone(one))
  list.set(kept)
  return () => {
    const now = list.get()
    const unchanged = JSON.stringify(now) === JSON.stringify(kept)
    const others = before.filter((one) => gone(one) && !now.includes(one))
    list.set(unchanged ? before : [...now, ...others])
  }
}
