/**
 * @module The store that the device works with, whatever becomes of the browser's: when that has no
 * more room, the oldest events make some; when it still fails, all goes on in memory, and that is
 * said. But memory never stands in for the disk where that would deceive: what bears on an upload
 * (`changeSettings`, a log entry kept on `disk`) is refused, and so is an erasure.
 */
import { NearsideError } from '../../core/error.ts'
import type { LedgerStore } from '../ledger/ledger.ts'
import type { LedgerRow } from '../storage/ledgerRows.ts'
import { createMemoryDatabase } from '../storage/memory.ts'
import { createStore, type Store } from '../storage/store.ts'
import { copySettings } from '../storage/unreadable.ts'
import type { Notices } from './notices.ts'
import type { DeviceState } from './state.ts'

/** Share of the events that goes when the browser has no more room. */
const MAKE_ROOM = 0.2

export interface DeviceStore extends Omit<Store, 'appendLedger'>, LedgerStore {
  /** The store in use as it is: its failures are the caller's. */
  readonly inUse: Store
}

export interface DeviceStoreDeps {
  readonly store: Store
  readonly state: Pick<DeviceState, 'events'>
  readonly notices: Notices
}

export function createDeviceStore({ store, state, notices }: DeviceStoreDeps): DeviceStore {
  let inUse = store
  let moving: Promise<void> | null = null

  /** Runs a write; makes room and tries again, and at last goes on in memory. */
  async function write<T>(operation: (to: Store) => Promise<T>): Promise<T> {
    const tried = inUse
    try {
      return await operation(tried)
    } catch (error) {
      if (!isStorageFailure(error)) throw error
      const again = error.code === 'storage-full' ? await makeRoom(operation) : null
      if (again) return again.value
      await goOnInMemory(tried, error)
      return operation(inUse)
    }
  }

  /** Runs a read; a store that can't be read is left for memory. */
  async function read<T>(operation: (from: Store) => Promise<T>): Promise<T> {
    const tried = inUse
    try {
      return await operation(tried)
    } catch (error) {
      if (!isStorageFailure(error)) throw error
      await goOnInMemory(tried, error)
      return operation(inUse)
    }
  }

  /** @throws NearsideError `storage-unavailable` | `storage-full` where it is not on disk */
  async function durably<T>(operation: (to: Store) => Promise<T>): Promise<T> {
    if (inUse.kind === 'memory')
      throw new NearsideError(
        'storage-unavailable',
        'This tab can keep nothing on disk: nothing is sent.',
      )
    return operation(inUse)
  }

  /** @throws NearsideError `storage-unavailable` | `storage-full` where anything is left on disk */
  async function erasure<T>(operation: (to: Store) => Promise<T>): Promise<T> {
    const done = await operation(inUse)
    if (moving)
      throw new NearsideError(
        'storage-unavailable',
        'It is gone from this tab; what the browser kept on disk before it refused is still there.',
      )
    return done
  }

  async function makeRoom<T>(
    operation: (to: Store) => Promise<T>,
  ): Promise<{ readonly value: T } | null> {
    try {
      const dropped = await inUse.dropOldest(MAKE_ROOM)
      const value = await operation(inUse)
      state.events = (await inUse.events()).events
      const message = `The browser has no more room: the oldest ${dropped} events were dropped.`
      notices.add(new NearsideError('storage-full', message))
      return { value }
    } catch {
      // No room even so, or the store is gone: memory is next.
      return null
    }
  }

  /** Several operations may find out at once; the first one moves, the others follow. */
  function goOnInMemory(refused: Store, cause: NearsideError): Promise<void> {
    if (refused.kind === 'memory') throw cause
    moving ??= move(refused, cause)
    return moving
  }

  async function move(refused: Store, cause: NearsideError): Promise<void> {
    const memory = createStore(createMemoryDatabase())
    await memory.append(state.events)
    await copySettings(refused, memory)
    const log = await refused.ledger().catch(() => [])
    await memory.appendLedger(log as LedgerRow[], { after: null }, 'relaxed')
    inUse = memory
    refused.close()
    const message = `${cause.message} From here on, what is learned is kept in memory until this tab closes.`
    notices.add(new NearsideError(cause.code, message, { cause }))
  }

  return {
    get inUse() {
      return inUse
    },
    get kind() {
      return inUse.kind
    },
    append: (drafts) => write((to) => to.append(drafts)),
    events: () => read((from) => from.events()),
    forget: (ids) => erasure((to) => to.forget(ids)),
    dropOldest: (share) => write((to) => to.dropOldest(share)),
    epoch: () => read((from) => from.epoch()),
    putPersonal: (record, epoch) => write((to) => to.putPersonal(record, epoch)),
    personal: () => read((from) => from.personal()),
    // Of downloads the shop's server has another copy: they are no reason to leave the store.
    download: (key) => inUse.download(key),
    putDownload: (download) => inUse.putDownload(download),
    appendLedger: (rows, where, keep) =>
      keep === 'disk'
        ? durably((to) => to.appendLedger(rows, where, 'strict'))
        : write((to) => to.appendLedger(rows, where, keep)),
    ledgerTail: (open) => read((from) => from.ledgerTail(open)),
    ledger: () => read((from) => from.ledger()),
    setting: (name) => read((from) => from.setting(name)),
    putSetting: (name, value, durability) => write((to) => to.putSetting(name, value, durability)),
    settings: () => read((from) => from.settings()),
    changeSettings: (change) => durably((to) => to.changeSettings(change)),
    logKeys: (made) =>
      made ? write((to) => to.logKeys(made)) : read((from) => from.logKeys(null)),
    erase: (first, after) => erasure((to) => to.erase(first, after)),
    dropAside: () => inUse.dropAside(),
    close: () => inUse.close(),
  }
}

function isStorageFailure(error: unknown): error is NearsideError {
  return error instanceof NearsideError && error.code.startsWith('storage-')
}
