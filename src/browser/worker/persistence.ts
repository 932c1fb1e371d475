/**
 * @module Persistence of the device's data. Under `persist: 'ask'`, all data are in memory until the shopper's yes, and
 * again after a no. An answer given in one tab applies to all tabs.
 */
import { invalidInput, NearsideError } from '@nearside/core/error.ts'
import { settingOf } from '../profiles.ts'
import { deleteAll } from '../storage/connection.ts'
import { eraseDisk, leaveDisk, openStore, writeToDisk } from '../storage/open.ts'
import type { Store } from '../storage/store.ts'
import type { Contribution } from './contribution.ts'
import type { Learner } from './learner.ts'
import type { Profiles } from './profiles.ts'
import type { Services } from './services.ts'
import type { Shopper } from './shopper.ts'

export class Persistence {
  readonly #services: Services
  readonly #shopper: Shopper
  readonly #contribution: Contribution
  readonly #reload: () => Promise<unknown>
  readonly #profiles: () => Profiles | null
  /** Whether the database could not be opened. It may still have data, which a later no to storage tries to erase. */
  #unseen = false

  /**
   * @param profiles moves the stores of the people whom the shopper shops for; null if there are none
   * @param reload reads everything again, after the store was replaced
   */
  constructor(
    services: Services,
    shopper: Shopper,
    contribution: Contribution,
    profiles: () => Profiles | null,
    reload: () => Promise<unknown>,
  ) {
    this.#services = services
    this.#shopper = shopper
    this.#contribution = contribution
    this.#profiles = profiles
    this.#reload = reload
    services.bus.on('storedElsewhere', (what) => {
      if (what === 'kept') return services.alone(() => this.#keep())
      if (what === 'unkept') return services.alone(() => this.#leave())
    })
  }

  /** @throws NearsideError `input-invalid` if the option `persist` is not `ask`; `storage-…` */
  async set(allowed: boolean): Promise<void> {
    const { bus, config } = this.#services
    if (config.persist !== 'ask')
      throw invalidInput(`setPersist needs the option persist: 'ask', not '${config.persist}'.`)
    return this.#services.alone(async () => {
      const { state, store } = this.#services
      const isInUse = store.kind === (allowed ? 'indexeddb' : 'memory')
      if (state.persist === allowed && isInUse && !state.unerased && !this.#unseen) return
      try {
        await (allowed ? this.#keep() : this.#leave())
      } finally {
        bus.emit('stored', allowed ? 'kept' : 'unkept')
        bus.emit('shown', null)
      }
    })
  }

  async #keep(): Promise<void> {
    const { bus, config, indexedDb, ledger, notices, state, store } = this.#services
    if (store.kind === 'memory') {
      try {
        const { database, refused } = await openStore(config.database, indexedDb, 'ask', 'now')
        if (database.kind === 'memory') throw refused ?? new Error('The database can’t be opened')
        if (refused) notices.add(refused)
        await store.change(async (memory) => {
          await writeToDisk(memory, database).catch((error) => {
            database.close()
            throw error
          })
          return database
        })
      } catch (error) {
        const why = 'Nothing was stored: this tab goes on in memory until it closes'
        const { code, message } = NearsideError.from(error, 'storage-unavailable', why)
        const failure = new NearsideError(code, `${message} ${why}.`, { cause: error })
        notices.add(failure)
        throw failure
      }
      ledger.reopen()
      // Tabs that already store on disk must read the data that this tab adds.
      bus.emit('stored', 'events')
      await this.#profiles()?.toDisk()
    }
    state.persist = true
    state.unerased = false
    await this.#reload()
  }

  async #leave(): Promise<void> {
    const { ledger, notices, now, state, store } = this.#services
    if (state.consent.contribute)
      await this.#contribution.agree(false).catch((error) => notices.add(error))
    await this.#shopper.idle()
    await this.#profiles()?.toMemory()
    let failure: unknown = null
    if (store.kind === 'indexeddb')
      await store.change(async (disk) => {
        const { paused, profiles, sent, terms } = state
        const left = await leaveDisk(
          disk,
          {
            events: store.me.events,
            settings: {
              ...{ paused, sent, terms: terms ?? undefined },
              profiles: settingOf({ ...profiles, gone: [] }),
            },
          },
          now,
          this.#eraseOthers,
        )
        failure = left.failure
        disk.close()
        return left.memory
      })
    ledger.reopen()
    state.persist = false
    await this.#reload()
    try {
      if (failure) throw failure
      await this.clear('no')
    } catch (error) {
      state.unerased = true
      throw error
    }
  }

  readonly #eraseOthers = async (disk: Store): Promise<void> => {
    const { config, indexedDb, notices, onDemand } = this.#services
    const { eraseGone } = await onDemand()
    const failed = (error: unknown) => notices.add(error)
    await eraseGone(disk, { database: config.database, factory: indexedDb(), failed })
  }

  /** Erases data that are on disk without the shopper's yes. Deletes the database itself if nothing has to stay. */
  async clear(how: 'no' | 'unasked'): Promise<void> {
    const { config, indexedDb, notices, now, state } = this.#services
    const { database, store, unasked, refused } = await openStore(config.database, indexedDb, 'ask')
    const disk = unasked ?? (database.kind === 'indexeddb' ? database : null)
    this.#unseen = !disk && refused !== null
    // A database that can't be opened is an error only if data remained in it after an earlier no.
    if (!disk && refused && state.unerased) throw refused
    state.unerased &&= disk !== null
    if (!disk) return
    const isEmpty = await eraseDisk(disk, how, now, this.#eraseOthers).finally(() => {
      disk.close()
      store.close()
    })
    state.unerased = false
    const factory = indexedDb()
    // Another tab could keep the database open for a while. The database is already empty, so nothing waits for its
    // deletion.
    if (isEmpty && factory) deleteAll(config.database, factory).catch((error) => notices.add(error))
  }
}

export class Pause {
  readonly #services: Services
  readonly #learner: Learner
  readonly #contribution: Contribution
  /** Pause that could not be stored; it applies to this tab only. */
  #unstored: boolean | null = null

  constructor(services: Services, learner: Learner, contribution: Contribution) {
    this.#services = services
    this.#learner = learner
    this.#contribution = contribution
  }

  async read(): Promise<void> {
    this.#apply(this.#unstored ?? (await this.#services.store.setting('paused')) ?? false)
  }

  /** @throws NearsideError `storage-…` if the pause can't be stored; the pause then applies to this tab only */
  async set(wanted: boolean): Promise<void> {
    const { bus, store } = this.#services
    this.#unstored = wanted
    this.#apply(wanted)
    try {
      await store.changeSettings(() => ({ paused: wanted }))
      this.#unstored = null
    } catch (error) {
      const why = 'The browser can’t store this choice; it holds in this tab until it closes'
      const { code } = NearsideError.from(error, 'storage-unavailable', why)
      throw new NearsideError(code, why, { cause: error })
    } finally {
      bus.emit('stored', 'settings')
      bus.emit('shown', null)
    }
  }

  #apply(paused: boolean): void {
    const { state } = this.#services
    const before = state.paused
    state.paused = paused
    if (paused) {
      this.#learner.abort()
      this.#contribution.stop()
    } else if (before) this.#contribution.start()
  }
}
