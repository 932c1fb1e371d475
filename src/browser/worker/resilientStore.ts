/**
 * @module A store that copes with a failing disk. If the browser has no room, the oldest events are deleted. If there
 * is still no room, everything continues in memory, with a notice. After the shopper's answer to `persist`, everything
 * continues in another database (`change`). Writes for an upload (`disk`) and erasures never move to memory: they must
 * reach the disk or fail.
 */
import { NearsideError } from '@nearside/core/error.ts'
import type { ShopperEvent } from '@nearside/core/events/event.ts'
import { isMissing } from '../storage/connection.ts'
import { createMemoryDatabase, type Database } from '../storage/database.ts'
import { createStore, type Store } from '../storage/store.ts'
import type { Notices } from './state.ts'

/** Share of the events deleted when the browser has no more room. */
const MAKE_ROOM = 0.2

export interface ResilientStore extends Store {
  /** Continues in the database that `move` makes from the current one. Requests wait until `move` has resolved. */
  change(move: (from: Database) => Promise<Database>): Promise<void>
}

interface ResilientInputs {
  readonly database: Database
  readonly notices: Notices
  /** Returns the object with the person's events in memory. The store updates this object after deleting events. */
  readonly held: () => { events: readonly ShopperEvent[] }
  /** Copies everything except the events to memory. @param isCleared whether the shopper cleared this site's data */
  readonly copyRest: (from: Store, to: Store, isCleared: boolean) => Promise<void>
}

export function createResilientStore(inputs: ResilientInputs): ResilientStore {
  const { database, notices, held, copyRest } = inputs
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
      held().events = (await full.events()).events
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
    await to.append(held().events)
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
  return Object.assign(store, {
    change(move: (from: Database) => Promise<Database>): Promise<void> {
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
    },
  })
}

function isStorageFailure(error: unknown): error is NearsideError {
  return error instanceof NearsideError && error.code.startsWith('storage-')
}
