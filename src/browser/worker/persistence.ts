/**
 * @module Persistence of the device's data, and the pause. Under `persist: 'ask'`, all data are in memory until the
 * shopper's yes, and again after a no. An answer given in one tab applies to all tabs.
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

/**
 * @param profiles returns the stores of the people for whom the shopper shops; null if not needed yet
 * @param reload reads everything again, after the store was replaced
 */
export function createPersistence(
  services: Services,
  shopper: Shopper,
  contribution: Contribution,
  profiles: () => Profiles | null,
  reload: () => Promise<unknown>,
) {
  const { alone, bus, config, indexedDb, ledger, notices, now, onDemand, state, store } = services
  /** Whether the database could not be opened. It may still have data, which a later no to storage tries to erase. */
  let isUnseen = false
  bus.on('storedElsewhere', (what) => {
    if (what === 'kept') return alone(keep)
    if (what === 'unkept') return alone(leave)
  })

  /** @throws NearsideError `input-invalid` if the option `persist` is not `ask`; `storage-…` */
  async function set(allowed: boolean): Promise<void> {
    if (config.persist !== 'ask')
      throw invalidInput(`setPersist needs the option persist: 'ask', not '${config.persist}'.`)
    return alone(async () => {
      const isInUse = store.kind === (allowed ? 'indexeddb' : 'memory')
      if (state.persist === allowed && isInUse && !state.unerased && !isUnseen) return
      try {
        await (allowed ? keep() : leave())
      } finally {
        bus.emit('stored', allowed ? 'kept' : 'unkept')
        bus.emit('shown', null)
      }
    })
  }

  async function keep(): Promise<void> {
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
      await profiles()?.toDisk()
    }
    state.persist = true
    state.unerased = false
    await reload()
  }

  async function leave(): Promise<void> {
    if (state.consent.contribute)
      await contribution.agree(false).catch((error) => notices.add(error))
    await shopper.idle()
    await profiles()?.toMemory()
    let failure: unknown = null
    if (store.kind === 'indexeddb')
      await store.change(async (disk) => {
        const { paused, sent, terms } = state
        const settings = {
          ...{ paused, sent, terms: terms ?? undefined },
          profiles: settingOf({ ...state.profiles, gone: [] }),
        }
        const mine = { events: store.me.events, settings }
        const left = await leaveDisk(disk, mine, now, eraseOthers)
        failure = left.failure
        disk.close()
        return left.memory
      })
    ledger.reopen()
    state.persist = false
    await reload()
    try {
      if (failure) throw failure
      await clear('no')
    } catch (error) {
      state.unerased = true
      throw error
    }
  }

  async function eraseOthers(disk: Store): Promise<void> {
    const { eraseGone } = await onDemand()
    const failed = (error: unknown) => notices.add(error)
    await eraseGone(disk, { database: config.database, factory: indexedDb(), failed })
  }

  /** Erases data that are on disk without the shopper's yes. Deletes the database itself if nothing has to stay. */
  async function clear(how: 'no' | 'unasked'): Promise<void> {
    const { database, store, unasked, refused } = await openStore(config.database, indexedDb, 'ask')
    const disk = unasked ?? (database.kind === 'indexeddb' ? database : null)
    isUnseen = !disk && refused !== null
    // A database that can't be opened is an error only if an earlier no to storage could not erase it.
    if (!disk && refused && state.unerased) throw refused
    state.unerased &&= disk !== null
    if (!disk) return
    const isEmpty = await eraseDisk(disk, how, now, eraseOthers).finally(() => {
      disk.close()
      store.close()
    })
    state.unerased = false
    const factory = indexedDb()
    // Not awaited: another tab could keep the database, which is empty by now, open for a while.
    if (isEmpty && factory) deleteAll(config.database, factory).catch((error) => notices.add(error))
  }

  return { set, clear }
}

export type Pause = ReturnType<typeof createPause>

export function createPause(
  { bus, state, store }: Services,
  learner: Learner,
  contribution: Contribution,
) {
  /** Pause that could not be stored; it applies to this tab only. */
  let unstored: boolean | null = null

  function apply(paused: boolean): void {
    const before = state.paused
    state.paused = paused
    if (paused) {
      learner.abort()
      contribution.stop()
    } else if (before) contribution.start()
  }

  return {
    async read(): Promise<void> {
      apply(unstored ?? (await store.setting('paused')) ?? false)
    },
    /** @throws NearsideError `storage-…` if the pause can't be stored; the pause then applies to this tab only */
    async set(wanted: boolean): Promise<void> {
      unstored = wanted
      apply(wanted)
      try {
        await store.changeSettings(() => ({ paused: wanted }))
        unstored = null
      } catch (error) {
        const why = 'The browser can’t store this choice; it holds in this tab until it closes'
        const { code } = NearsideError.from(error, 'storage-unavailable', why)
        throw new NearsideError(code, why, { cause: error })
      } finally {
        bus.emit('stored', 'settings')
        bus.emit('shown', null)
      }
    },
  }
}
