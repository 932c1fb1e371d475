/**
 * @module Deletion of the shopper's events: events that the shopper forgets or erases, and events older than the
 * shop's limit. Everything learned from deleted events is deleted, too. Forgotten events can be restored.
 */
import { sameQuery } from '@nearside/core/catalog/words.ts'
import { invalidInput, NearsideError } from '@nearside/core/error.ts'
import type { ShopperEvent } from '@nearside/core/events/event.ts'
import { DAY } from '@nearside/core/time.ts'
import type { Forgettable } from '../api.ts'
import type { LedgerEntry } from '../ledger/entry.ts'
import type { LoggedForgotten } from '../messages.ts'
import { ME } from '../profiles.ts'
import type { Forgotten } from '../storage/eventRows.ts'
import type { ChosenLearners } from './chosenLearners.ts'
import type { Contribution } from './contribution.ts'
import type { Learner } from './learner.ts'
import type { Services } from './services.ts'
import type { Shop } from './shop.ts'
import type { Shopper } from './shopper.ts'

const numbersOf = ({ rows }: Forgotten) => ({
  events: rows.length,
  orders: rows.filter(({ name }) => name === 'purchase').length,
})

export type Erasure = ReturnType<typeof createErasure>

/** @param chosen learners that the shop chose; null without any */
export function createErasure(
  services: Services,
  shop: Shop,
  shopper: Shopper,
  learner: Learner,
  contribution: Contribution,
  chosen: ChosenLearners | null,
) {
  const { alone, bus, config, notices, now, ownLog, state, store } = services
  bus.on('conditions', async () => {
    if (state.conditions.visible) await alone(eraseTooOld)
  })

  /** @throws NearsideError `input-invalid` for an invalid `what`; `storage-…` if the disk refuses */
  async function forget(what: Forgettable): Promise<LoggedForgotten> {
    learner.abort()
    contribution.stop()
    const forgotten = await remove(state.own.events.filter(isAbout(what, shop)))
    // The log gets only `what.kind`, because `what.name` is what the shopper wants forgotten.
    const { events, orders } = numbersOf(forgotten)
    // An entry with `orders` keeps `seed` from importing older orders of the shopper again.
    const own: Record<string, number> = state.profiles.current === ME ? { orders } : {}
    const logged = await log('erase', { what: what.kind, events, ...own })
    return { ...forgotten, profile: state.profiles.current, logged: logged?.sequence ?? null }
  }

  /**
   * @throws NearsideError `aborted` if anything was deleted or put back after these events were forgotten; `storage-…`
   *   if the disk refuses
   */
  async function restore(forgotten: LoggedForgotten): Promise<void> {
    const isTheirs = forgotten.profile === state.profiles.current
    if (!isTheirs || !(await store.own().restore(forgotten)))
      throw new NearsideError('aborted', 'Not restored: something was deleted or put back since.')
    await shopper.reload()
    onForgotten()
    const { logged } = forgotten
    const numbers = numbersOf(forgotten)
    await log('restore', logged === null ? numbers : { ...numbers, undoes: logged })
  }

  async function eraseTooOld(): Promise<void> {
    const oldest = now() - config.retentionDays * DAY
    const old = state.own.events.filter(({ time }) => time < oldest)
    if (old.length === 0) return
    const what = `events older than ${config.retentionDays} days`
    await ownLog().append({ kind: 'erase', detail: { what, events: old.length } }, 'strict')
    await remove(old)
  }

  /** Deletes events. This tab drops what it learned from deleted events, even if the disk refuses to delete them. */
  async function remove(events: readonly ShopperEvent[]): Promise<Forgotten> {
    try {
      return await store.own().forget(events.map(({ id }) => id))
    } finally {
      await shopper.reload().finally(onForgotten)
    }
  }

  /** Stops a fit and an update, and drops what was learned from the events in memory. */
  function drop(): void {
    state.erasures++
    contribution.stop()
    learner.forget()
    chosen?.forget()
  }

  function onForgotten(): void {
    drop()
    learner.relearn()
    bus.emit('stored', 'erased')
    bus.emit('lists', null)
  }

  /** Logs an action that has already happened, so a failure only adds a notice. */
  async function log(kind: LedgerEntry['kind'], detail: LedgerEntry['detail']) {
    try {
      return await ownLog().append({ kind, detail }, 'strict')
    } catch (error) {
      notices.add(error)
      return null
    }
  }

  return { forget, restore, eraseTooOld, drop, onForgotten }
}

/** @throws NearsideError `input-invalid` for an invalid `what` */
export function isAbout(
  what: Forgettable,
  { catalog, knows, tail }: Pick<Shop, 'catalog' | 'knows' | 'tail'>,
): (event: ShopperEvent) => boolean {
  switch (what.kind) {
    case 'event':
      return ({ id }) => id === what.id
    case 'item':
      return ({ items }) => items.includes(what.name)
    case 'category':
      // Also delete events about products that were never loaded: they could be of this category.
      return ({ items }) =>
        items.some(
          (item) => catalog?.get(item)?.category === what.name || (tail.exists && !knows(item)),
        )
    case 'events':
      return ({ name }) => name === what.name
    case 'query':
      return ({ query }) => query !== undefined && sameQuery(query) === sameQuery(what.name)
    default:
      throw invalidInput('forget takes an event, an item, a category, a query or an event name.')
  }
}
