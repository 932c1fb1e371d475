/**
 * @module The store of the device, and the stores of the people for whom the shopper shops. One of these stores is in
 * use: events and the personal model are read from it and written to it. All other data are in the device's own store.
 */
import type { ShopperEvent } from '@nearside/core/events/event.ts'
import type { StoredPersonal } from '../learning/versions.ts'
import { settingOf } from '../profiles.ts'
import type { Database } from '../storage/database.ts'
import { copySettings } from '../storage/settingRows.ts'
import type { LedgerRow } from '../storage/store.ts'
import { createResilientStore, type ResilientStore } from './resilientStore.ts'
import type { DeviceState, Notices } from './state.ts'

interface DeviceStoreDeps {
  readonly database: Database
  readonly state: Pick<DeviceState, 'events' | 'paused' | 'persist' | 'personal' | 'profiles'>
  readonly notices: Notices
}

/** Events and personal model of one person. While this store is in use, both are in the device's state. */
export interface Own {
  readonly store: ResilientStore
  events: readonly ShopperEvent[]
  personal: StoredPersonal | null
}

export interface DeviceStore extends ResilientStore {
  /** The shopper's own store, in the device's database. */
  readonly me: Own
  inUse(): Own
  /** Store in use. Call this method before any `await`, so that a late write can't reach another person's store. */
  own(): ResilientStore
  /** Opens another store in this database. */
  beside(database: Database): Own
  use(next: Own): void
}

export function createDeviceStore({ database, state, notices }: DeviceStoreDeps): DeviceStore {
  const open = (
    database: Database,
    copyRest: Parameters<typeof createResilientStore>[0]['copyRest'],
  ): Own => {
    const held = () => (own === inUse ? state : own)
    const store = createResilientStore({ database, notices, held, copyRest })
    const own: Own = { store, events: [], personal: null }
    return own
  }
  const me = open(database, async (from, to, isCleared) => {
    if (isCleared) {
      // The shopper cleared this site's data, and the stored yes with them. Keep this tab's pause.
      state.persist = null
      await to.putSetting('paused', state.paused)
    } else await copySettings(from, to)
    // While another person's store is in use, this tab has possibly never read the shopper's own events.
    if (inUse !== me) await to.append((await from.events().catch(() => ({ events: [] }))).events)
    const profiles = settingOf({ ...state.profiles, gone: [] })
    if (profiles) await to.putSetting('profiles', profiles)
    const log = await from.ledger().catch(() => [])
    await to.appendLedger(log as LedgerRow[], { after: null }, 'relaxed')
  })
  let inUse = me
  return Object.assign(me.store, {
    me,
    inUse: () => inUse,
    own: () => inUse.store,
    beside: (database: Database) => open(database, async () => undefined),
    use(next: Own): void {
      Object.assign(inUse, { events: state.events, personal: state.personal })
      inUse = next
      Object.assign(state, { events: next.events, personal: next.personal })
    },
  })
}
