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

export class Erasure {
  readonly #services: Services
  readonly #shop: Shop
  readonly #shopper: Shopper
  readonly #learner: Learner
  readonly #contribution: Contribution
  readonly #chosen: ChosenLearners | null

  constructor(
    services: Services,
    shop: Shop,
    shopper: Shopper,
    learner: Learner,
    contribution: Contribution,
    chosen: ChosenLearners | null,
  ) {
    this.#services = services
    this.#shop = shop
    this.#shopper = shopper
    this.#learner = learner
    this.#contribution = contribution
    this.#chosen = chosen
    const { bus, state } = services
    bus.on('conditions', async () => {
      if (state.conditions.visible) await services.alone(() => this.eraseTooOld())
    })
  }

  /** @throws NearsideError `input-invalid` for an invalid `what`; `storage-…` if the disk refuses */
  async forget(what: Forgettable): Promise<LoggedForgotten> {
    this.#learner.abort()
    this.#contribution.stop()
    const { state } = this.#services
    const forgotten = await this.#remove(state.own.events.filter(isAbout(what, this.#shop)))
    // The log gets only `what.kind`, because `what.name` is what the shopper wants forgotten.
    const { events, orders } = numbersOf(forgotten)
    // An entry with `orders` keeps `seed` from importing older orders of the shopper again.
    const own: Record<string, number> = state.profiles.current === ME ? { orders } : {}
    const logged = await this.#log('erase', { what: what.kind, events, ...own })
    return { ...forgotten, profile: state.profiles.current, logged: logged?.sequence ?? null }
  }

  /** @throws NearsideError `aborted` if anything was deleted or put back since; `storage-…` if the disk refuses */
  async restore(forgotten: LoggedForgotten): Promise<void> {
    const { state, store } = this.#services
    const isTheirs = forgotten.profile === state.profiles.current
    if (!isTheirs || !(await store.own().restore(forgotten)))
      throw new NearsideError('aborted', 'Not restored: something was deleted or put back since.')
    await this.#shopper.reload()
    this.onForgotten()
    const { logged } = forgotten
    const numbers = numbersOf(forgotten)
    await this.#log('restore', logged === null ? numbers : { ...numbers, undoes: logged })
  }

  async eraseTooOld(): Promise<void> {
    const { config, now, ownLog, state } = this.#services
    const oldest = now() - config.retentionDays * DAY
    const old = state.own.events.filter(({ time }) => time < oldest)
    if (old.length === 0) return
    const what = `events older than ${config.retentionDays} days`
    await ownLog().append({ kind: 'erase', detail: { what, events: old.length } }, 'strict')
    await this.#remove(old)
  }

  /** Deletes events. This tab drops what it learned from deleted events, even if the disk refuses to delete them. */
  async #remove(events: readonly ShopperEvent[]): Promise<Forgotten> {
    try {
      return await this.#services.store.own().forget(events.map(({ id }) => id))
    } finally {
      await this.#shopper.reload().finally(() => this.onForgotten())
    }
  }

  drop(): void {
    this.#services.state.erasures++
    this.#contribution.stop()
    this.#learner.forget()
    this.#chosen?.forget()
  }

  onForgotten(): void {
    const { bus } = this.#services
    this.drop()
    this.#learner.relearn()
    bus.emit('stored', 'erased')
    bus.emit('lists', null)
  }

  /** Logs an action that has already happened, so a failure only adds a notice. */
  async #log(
    kind: LedgerEntry['kind'],
    detail: LedgerEntry['detail'],
  ): Promise<LedgerEntry | null> {
    const { notices, ownLog } = this.#services
    try {
      return await ownLog().append({ kind, detail }, 'strict')
    } catch (error) {
      notices.add(error)
      return null
    }
  }
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
