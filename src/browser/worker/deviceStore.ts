/**
 * @module The store of the device, and the stores of the people for whom the shopper shops. One of these stores is in
 * use: events and the personal model are read from it and written to it. All other data are in the device's own store.
 */
import { settingOf } from '../profiles.ts'
import type { Database } from '../storage/database.ts'
import { copySettings } from '../storage/settingRows.ts'
import { createResilientStore, type ResilientStore } from './resilientStore.ts'
import type { DeviceState, Notices, Own } from './state.ts'

interface DeviceStoreDeps {
  readonly database: Database
  readonly state: Pick<DeviceState, 'own' | 'paused' | 'persist' | 'profiles'>
  readonly notices: Notices
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

export function createDeviceStore({ database, state, notices }: DeviceStoreDeps): DeviceStore {
  const open = (
    database: Database,
    copyRest: Parameters<typeof createResilientStore>[0]['copyRest'],
  ): OwnStore => {
    const held = () => own
    const store = createResilientStore({ database, notices, held, copyRest })
    const own: OwnStore = { store, events: [], personal: null }
    return own
  }
  const me = open(database, async (from, to, isCleared) => {
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
    beside: (database: Database) => open(database, async () => undefined),
    use(next: OwnStore): void {
      inUse = next
      state.own = next
    },
  })
}
