/**
 * @module The store of the device, and the stores of the people for whom the shopper shops. One of these stores is in
 * use: events and the personal model are read from it and written to it. All other data are in the device's own store.
 */
import { NearsideError } from '@nearside/core/error.ts'
import { settingOf } from '../profiles.ts'
import { isMissing } from '../storage/connection.ts'
import { createMemoryDatabase, type Database } from '../storage/database.ts'
import { copySettings } from '../storage/settingRows.ts'
import { createStore, type Store } from '../storage/store.ts'
import type { DeviceState, Notices, Own } from './state.ts'

interface ResilientStore extends Store {
  /** Continues in the database that `move` makes from the current one. Transactions wait until `move` has resolved. */
  change(move: (from: Database) => Promise<Database>): Promise<void>
}

export interface OwnStore extends Own {
  readonly store: ResilientStore
}

export interface DeviceStore extends ResilientStore {
  /** The shopper's own store, in the device's database. */
  readonly me: OwnStore
  inUse(): OwnStore
  /** Store in use. Call this method before any `await`, so that a late write can't reach another person's store. */
  own(): ResilientStore
  /** Creates the store of another person, over that person's database. */
  beside(database: Database): OwnStore
  use(next: OwnStore): void
}

export function createDeviceStore(
  database: Database,
  state: Pick<DeviceState, 'own' | 'paused' | 'persist' | 'profiles'>,
  notices: Notices,
): DeviceStore {
  const me = createOwnStore(database, notices, async (from, to, isCleared) => {
    if (isCleared) {
      // The shopper cleared this site's data, and with them the stored yes to storage. Keep this tab's pause.
      state.persist = null
      await to.putSetting('paused', state.paused)
    } else await copySettings(from, to)
    // If another person's store is in use, this tab may never have read the shopper's own events, so read them.
    if (inUse !== me) await to.append((await from.events().catch(() => ({ events: [] }))).events)
    const profiles = settingOf({ ...state.profiles, gone: [] })
    if (profiles) await to.putSetting('profiles', profiles)
    const log = await from.ledger().catch(() => [])
    await to.appendLedger(log, { after: null }, 'relaxed')
  })
  let inUse = me
  state.own = me
  return Object.assign(me.store, {
    me,
    inUse: () => inUse,
    own: () => inUse.store,
    beside: (database: Database) => createOwnStore(database, notices, async () => undefined),
    use(next: OwnStore): void {
      inUse = next
      state.own = next
    },
  })
}

/** Share of the events deleted when the browser has no more room. */
const MAKE_ROOM = 0.2

/**
 * Creates a store that copes with a failing disk. If the browser has no room, the oldest events are deleted. If there
 * is still no room, everything continues in memory, with a notice. `change` moves everything to another database, after
 * the shopper's yes or no to storage. Writes for an upload (`disk`) and erasures never move to memory: they must reach
 * the disk or fail.
 * @param copyRest copies everything except the events to memory; `isCleared`: whether the shopper cleared this site's
 *   data
 */
function createOwnStore(
  database: Database,
  notices: Notices,
  copyRest: (from: Store, to: Store, isCleared: boolean) => Promise<void>,
): OwnStore {
  let inUse = database
  let moving: Promise<void> | null = null
  let changing: Promise<unknown> | null = null
  /** Whether the store moved to memory because the browser refused the database, whose data are still on disk. */
  let left = false

  const transact: Database['transact'] = async (tables, access, body) => {
    while (changing) await changing
    const tried = inUse
    if (access === 'disk' && tried.kind === 'memory')
      throw new NearsideError(
        'storage-unavailable',
        'This tab can’t store on disk: nothing is sent.',
      )
    // If a download can't be stored, the store stays in use, because the download can be repeated.
    const mayMove = !['disk', 'erasure'].includes(access) && !tables.includes('downloads')
    try {
      const done = await inUse.transact(tables, access, body)
      if (access === 'erasure' && left)
        throw new NearsideError(
          'storage-unavailable',
          'The data are gone from this tab, but the browser refused to delete them from disk.',
        )
      return done
    } catch (error) {
      if (!mayMove || !isStorageFailure(error)) throw error
      const run = () => inUse.transact(tables, access, body)
      const isFull = access !== 'readonly' && error.code === 'storage-full'
      const again = isFull ? await makeRoom(run) : null
      if (again) return again.value
      await goOnInMemory(tried, error)
      return run()
    }
  }

  async function makeRoom<T>(run: () => Promise<T>): Promise<{ readonly value: T } | null> {
    try {
      const full = createStore(inUse)
      const dropped = await full.dropOldest(MAKE_ROOM)
      const value = await run()
      own.events = (await full.events()).events
      const message = `The browser has no more room: the oldest ${dropped} events were dropped.`
      notices.add(new NearsideError('storage-full', message))
      return { value }
    } catch {
      // There is still no room, or the store is gone, so everything continues in memory.
      return null
    }
  }

  /**
   * Continues in memory. If several transactions fail at once, the first moves the store to memory, and the others then
   * run there.
   */
  function goOnInMemory(refused: Database, cause: NearsideError): Promise<void> {
    if (refused.kind === 'memory') throw cause
    if (inUse !== refused) return Promise.resolve()
    moving ??= move(refused, cause).finally(() => {
      moving = null
    })
    return moving
  }

  async function move(refused: Database, cause: NearsideError): Promise<void> {
    const memory = createMemoryDatabase()
    const to = createStore(memory)
    await to.append(own.events)
    const isCleared = isMissing(cause)
    await copyRest(createStore(refused), to, isCleared)
    inUse = memory
    left = !isCleared
    refused.close()
    const message = `${cause.message} From here on, what is learned is kept in memory until this tab closes.`
    notices.add(new NearsideError(cause.code, message, { cause }))
  }

  const store = createStore({
    get kind() {
      return inUse.kind
    },
    get aside() {
      return inUse.aside
    },
    transact,
    dropAside: () => inUse.dropAside(),
    close: () => inUse.close(),
  })
  const change: ResilientStore['change'] = (move) => {
    const before = changing
    const done = (async () => {
      await before
      inUse = await move(inUse)
      left = false
    })()
    const settled = done
      .catch(() => undefined)
      .finally(() => {
        if (changing === settled) changing = null
      })
    changing = settled
    return done
  }
  const own: OwnStore = { store: Object.assign(store, { change }), events: [], personal: null }
  return own
}

function isStorageFailure(error: unknown): error is NearsideError {
  return error instanceof NearsideError && error.code.startsWith('storage-')
}
