/**
 * @module Switches between the people for whom the shopper shops. All tabs follow a switch. A visit with the profile
 * `nobody` is only in this tab's memory, and ends when the shopper switches to a person or closes the page.
 */
import { NearsideError } from '@nearside/core/error.ts'
import type { Personalizer } from '../api.ts'
import {
  type Profiles as Known,
  ME,
  NOBODY,
  readProfiles,
  requirePerson,
  type StoredProfiles,
  settingOf,
  withPerson,
} from '../profiles.ts'
import { createMemoryDatabase, type Database } from '../storage/database.ts'
import { openIndexedDb } from '../storage/indexedDb.ts'
import { eraseGone, foundOnDisk, type Place, profileDatabase } from '../storage/profileDatabases.ts'
import { createStore, type Held, type Store } from '../storage/store.ts'
import type { OwnStore } from './deviceStore.ts'
import type { Person } from './exportBundle.ts'
import type { Services } from './services.ts'
import type { Shopper } from './shopper.ts'

type Calls = {
  [K in keyof Personalizer['profiles']]: (...given: string[]) => Promise<string | undefined>
}

const isInvalid = (error: unknown) =>
  error instanceof NearsideError && error.code === 'input-invalid'

const newId = () => crypto.getRandomValues(new Uint32Array(2)).join('-')

export class Profiles {
  readonly #services: Services
  readonly #shopper: Shopper
  readonly #leave: () => void
  readonly #reload: () => Promise<unknown>
  /** Stores of other people that this tab has opened, by the person's id. */
  readonly #opened = new Map<string, OwnStore>()
  /** Choice of a person that could not be stored; it applies to this tab only. */
  #unstored: string | null = null

  /**
   * @param leave stops a fit and an upload, and drops what was learned
   * @param reload reads the events and the model of the store in use
   */
  constructor(
    services: Services,
    shopper: Shopper,
    leave: () => void,
    reload: () => Promise<unknown>,
  ) {
    this.#services = services
    this.#shopper = shopper
    this.#leave = leave
    this.#reload = reload
  }

  /** Switches to the person whom the stored setting names; another tab could have changed the setting. */
  async read(): Promise<void> {
    const { state, store } = this.#services
    const { current, others } = readProfiles(await store.setting('profiles'))
    state.profiles = { current: state.profiles.current, others }
    const wanted = this.#unstored ?? current
    if (wanted !== state.profiles.current) await this.#use(wanted)
    for (const id of this.#opened.keys())
      if (id !== NOBODY && !others.some((one) => one.id === id)) this.#close(id)
  }

  readonly calls: Calls = {
    switch: async (id) => {
      const { state } = this.#services
      const require = (known: Known) => {
        if (id !== ME && id !== NOBODY) requirePerson(known, id)
      }
      require(state.profiles)
      this.#unstored = id
      if (id !== state.profiles.current) await this.#use(id)
      try {
        await this.#change((known) => {
          require(known)
          return { ...known, current: id }
        })
        this.#unstored = null
      } catch (error) {
        // A switch that can't be stored on disk applies to this tab only.
        if (!isInvalid(error)) throw error
        // Another tab has removed the person, so the switch is undone.
        this.#unstored = null
        await this.read()
        throw error
      }
      await this.#reload()
      return undefined
    },
    add: async (name) => {
      const id = newId()
      await this.#change((known) => withPerson(known, id, name))
      return id
    },
    rename: async (id, name) => {
      await this.#change((known) => {
        requirePerson(known, id)
        return withPerson(known, id, name)
      })
      return undefined
    },
    remove: async (id) => {
      const { ownLog, notices, state, store } = this.#services
      requirePerson(state.profiles, id)
      const { events } = await (await this.#own(id)).store.events()
      if (this.#unstored === id) this.#unstored = null
      await this.#change((known) => ({
        current: known.current === id ? ME : known.current,
        others: known.others.filter((one) => one.id !== id),
        gone: [...known.gone, id],
      }))
      await this.eraseGone(store)
      const detail = { what: 'events', events: events.length }
      if (events.length > 0)
        await ownLog()
          .append({ kind: 'erase', detail }, 'strict')
          .catch((error) => notices.add(error))
      await this.#reload()
      return undefined
    },
  }

  /** Stops using the stores of other people, before all data on the device are erased. */
  async leaveAll(): Promise<void> {
    const { state } = this.#services
    const { current } = state.profiles
    if (this.#unstored !== NOBODY) this.#unstored = null
    if (current !== ME) await this.#use(ME)
    for (const id of this.#opened.keys()) this.#close(id)
  }

  /**
   * Drops from this tab's memory the data of all people except the person in use: another tab could have erased the
   * data.
   */
  forgetOthers(): void {
    const { store } = this.#services
    for (const own of [store.me, ...this.#opened.values()])
      if (own !== store.inUse()) Object.assign(own, { events: [], personal: null })
  }

  /** Erases the databases of all other people. */
  async eraseAll(): Promise<void> {
    const { store } = this.#services
    const found = await foundOnDisk(this.#place)
    if (found.length > 0)
      await store.changeSettings(({ profiles }) => {
        const known = readProfiles(profiles)
        return { profiles: { ...known, gone: [...new Set([...known.gone, ...found])] } }
      }, 'strict')
    await this.eraseGone(store)
  }

  eraseGone(store: Store): Promise<void> {
    return eraseGone(store, this.#place)
  }

  /** Erases events older than `oldest` (milliseconds since the epoch) of all people except the person in use. */
  async eraseTooOld(oldest: number): Promise<void> {
    const { config, ledger, state, store: device } = this.#services
    const { others, current } = state.profiles
    for (const id of [ME, ...others.map((one) => one.id)]) {
      if (id === current) continue
      const { store } = id === ME ? device.me : await this.#own(id)
      const { events } = await store.events()
      const old = events.filter(({ time }) => time < oldest)
      if (old.length === 0) continue
      const what = `events older than ${config.retentionDays} days`
      const detail = { what, events: old.length }
      if (id === ME) await ledger.append({ kind: 'erase', detail }, 'strict')
      await store.forget(old.map((event) => event.id))
    }
  }

  async held(): Promise<readonly Person[]> {
    const held: Person[] = []
    for (const { id, name } of this.#services.state.profiles.others) {
      const { store } = await this.#own(id)
      const { events } = await store.events()
      held.push({ id, name, events, personal: await store.personal() })
    }
    return held
  }

  /**
   * After the shopper's yes to storage: writes the events of all people to disk. The events of a person whose database
   * refuses them stay in memory.
   */
  async toDisk(): Promise<void> {
    const { notices } = this.#services
    for (const [id, { store }] of this.#opened) {
      if (id === NOBODY || store.kind === 'indexeddb') continue
      await store
        .change(async (memory) => {
          const disk = await this.#openDisk(id, 'now')
          const from = createStore(memory)
          const { events } = await from.events()
          await createStore(disk).setUp({ events, personal: await from.personal() })
          return disk
        })
        .catch((error) => notices.add(error))
    }
  }

  /** Continues in memory with the events of all people, before the shopper's no to storage erases the disk. */
  async toMemory(): Promise<void> {
    const { state } = this.#services
    for (const { id } of state.profiles.others) {
      const own = await this.#own(id, 'never')
      if (own.store.kind === 'memory') continue
      await own.store.change(async (disk) => {
        const memory = createMemoryDatabase()
        const stored = await createStore(disk)
          .events()
          .catch((): Pick<Held, 'events'> => ({ events: [] }))
        await createStore(memory).setUp({ events: [...stored.events, ...own.events] })
        disk.close()
        return memory
      })
    }
  }

  get #place(): Place {
    const { config, indexedDb, notices } = this.#services
    const { database } = config
    return { database, factory: indexedDb(), failed: (error) => notices.add(error) }
  }

  async #change(change: (known: StoredProfiles) => StoredProfiles): Promise<void> {
    const { bus, store } = this.#services
    try {
      await store.changeSettings(
        ({ profiles }) => ({ profiles: settingOf(change(readProfiles(profiles))) }),
        'strict',
      )
    } finally {
      await this.read()
      bus.emit('stored', 'settings')
      bus.emit('shown', null)
    }
  }

  /**
   * Puts a person's store in use. After the last `await`, all changes happen in one turn of the event loop, so no task
   * sees half a switch.
   */
  async #use(id: string): Promise<void> {
    const { bus, state, store } = this.#services
    await this.#shopper.idle()
    const next = id === ME ? store.me : await this.#own(id)
    // If the events can't be read, the events in memory stay.
    next.events = await next.store.events().then(
      ({ events }) => events,
      () => next.events,
    )
    const { personal } = next
    const before = state.profiles.current
    store.use(next)
    state.profiles = { ...state.profiles, current: id }
    this.#leave()
    next.personal = personal
    if (before === NOBODY && id !== NOBODY) this.#close(NOBODY)
    bus.emit('lists', null)
  }

  #close(id: string): void {
    this.#opened.get(id)?.store.close()
    this.#opened.delete(id)
  }

  async #own(id: string, make: 'now' | 'never' = 'now'): Promise<OwnStore> {
    const opened = this.#opened.get(id)
    if (opened) return opened
    const own = this.#services.store.beside(await this.#open(id, make))
    own.events = (await own.store.events()).events
    this.#opened.set(id, own)
    return own
  }

  async #open(id: string, make: 'now' | 'never'): Promise<Database> {
    const { notices, store } = this.#services
    if (id === NOBODY || store.kind === 'memory') return createMemoryDatabase()
    try {
      return await this.#openDisk(id, make)
    } catch (error) {
      if (make === 'now') notices.add(error)
      return createMemoryDatabase()
    }
  }

  #openDisk(id: string, make: 'now' | 'never'): Promise<Database> {
    const { database, factory } = this.#place
    if (!factory) throw new NearsideError('storage-unavailable', 'This browser has no IndexedDB.')
    return openIndexedDb(profileDatabase(database, id), factory, make)
  }
}
