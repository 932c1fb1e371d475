/** @module Opens the services that all parts of a device share, and loads optional code that the shop chose. */
import { invalidInput, NearsideError } from '@nearside/core/error.ts'
import type { ShopperEvent } from '@nearside/core/events/event.ts'
import { readShopContext, type ShopContext } from '@nearside/core/features/context/context.ts'
import { serially } from '@nearside/core/serially.ts'
import type { ContributionTerms } from '../contribution/terms.ts'
import type { Timers } from '../learning/scheduler.ts'
import type { LedgerEntry } from '../ledger/entry.ts'
import { createLedger, type Ledger } from '../ledger/ledger.ts'
import type { WorkerConfig } from '../messages.ts'
import { NOBODY } from '../profiles.ts'
import { openStore } from '../storage/open.ts'
import { createTransport, destinationsOf, type Transport } from '../transport/http.ts'
import { createDeviceStore, type DeviceStore } from './deviceStore.ts'
import type { ChooseEngine } from './engineInUse.ts'
import type { CleanMore } from './shopper.ts'
import { type Bus, type DeviceState, Notices, startingState } from './state.ts'
import { joinTabs, type Tabs } from './tabs.ts'

/** Inputs from the worker's surroundings; tests pass their own inputs. */
export interface Environment {
  readonly now: () => number
  /** Clock for durations, in milliseconds. */
  readonly clock: () => number
  /** Cryptographic random number in [0, 1) that decides when an update is sent. */
  readonly random: () => number
  readonly timers: Timers
  readonly nextTask: () => Promise<void>
  readonly fetch: typeof globalThis.fetch
  readonly indexedDb: () => IDBFactory | undefined
  readonly chooseEngine: ChooseEngine
  readonly onDemand: OnDemand
  /**
   * Asks the shopper to confirm a consent, where the page's scripts can't interfere; resolves with the words shown.
   * Without this function, the page asks for consent.
   * @throws NearsideError `consent-missing` if the shopper declines
   */
  readonly confirmConsent?: (terms: ContributionTerms) => Promise<string>
}

type Code = typeof import('./onDemand.ts')
type OnDemand = () => Promise<Code>

export interface Services extends Environment {
  readonly config: WorkerConfig
  /** The shop's origin; in a vault this differs from the worker's own origin. */
  readonly shopOrigin: string
  readonly state: DeviceState
  readonly bus: Bus
  readonly notices: Notices
  readonly context: DeviceContext
  readonly store: DeviceStore
  readonly ledger: Ledger
  /**
   * Returns the log for entries about the person in use. For a visit that is not stored, `append` adds nothing and
   * resolves with null. Call this method before any `await`: the person could change meanwhile.
   */
  readonly ownLog: () => OwnLog
  readonly transport: Transport
  readonly tabs: Tabs
  /** Runs tasks that change the events, or that switch to another person's store, one after another. */
  readonly alone: ReturnType<typeof serially>
  /** @throws NearsideError `engine-failed` if the code can't be loaded */
  readonly onDemand: OnDemand
  /** Code of `onDemand`, if it is loaded. */
  readonly loaded: { code: Code | null }
}

export interface OwnLog {
  append(...given: Parameters<Ledger['append']>): Promise<LedgerEntry | null>
}

const NO_LOG: OwnLog = { append: async () => null }

/** @returns the services, and whether the disk has data without the shopper's yes to storage */
export async function openServices(
  config: WorkerConfig,
  environment: Environment,
  bus: Bus,
): Promise<Services & { readonly hasUnasked: boolean }> {
  const { now } = environment
  const state = startingState(config)
  const notices = new Notices(now, bus)
  const opened = await openStore(config.database, environment.indexedDb, config.persist)
  if (opened.refused) notices.add(opened.refused)
  opened.unasked?.close()
  const { kind } = opened.database
  state.persist = config.persist === 'ask' && kind === 'memory' ? null : config.persist !== 'never'
  const store = createDeviceStore(opened.database, state, notices)
  const ledger = createLedger(store, now)
  const { federation } = config
  const { relay } = federation ?? {}
  return {
    ...environment,
    ...codeOnDemand(environment.onDemand),
    config,
    shopOrigin: new URL(config.baseModel).origin,
    state,
    bus,
    notices,
    context: createDeviceContext(state, notices),
    store,
    ledger,
    ownLog: () => (state.profiles.current === NOBODY ? NO_LOG : ledger),
    alone: serially(),
    transport: createTransport({
      fetch: environment.fetch,
      ledger,
      destinations: destinationsOf(config),
      // The store keeps the addresses that the page declares, even in memory: it may move to disk later, with the
      // requests' log.
      records: (change) => store.changeSettings(change, 'strict'),
      relayed: federation && relay ? { ...federation, relay } : undefined,
      offline: offlineSignal(state, bus),
    }),
    tabs: joinTabs({
      database: config.database,
      canShare: kind === 'indexeddb' || config.persist === 'ask',
      isShared: (what) =>
        (what === 'events' || what === 'personal' ? store.own() : store).kind === 'indexeddb',
      state,
      bus,
    }),
    hasUnasked: !!opened.unasked,
  }
}

function codeOnDemand(load: OnDemand): Pick<Services, 'onDemand' | 'loaded'> {
  const loaded: Services['loaded'] = { code: null }
  return {
    loaded,
    async onDemand() {
      try {
        loaded.code = await load()
        return loaded.code
      } catch (error) {
        const why = 'Code that loads on demand is unreachable; lists stay as they are'
        throw NearsideError.from(error, 'engine-failed', why)
      }
    },
  }
}

function offlineSignal(state: DeviceState, bus: Bus): () => AbortSignal {
  let line = new AbortController()
  const follow = () => {
    if (state.conditions.offline) line.abort()
    else if (line.signal.aborted) line = new AbortController()
  }
  bus.on('conditions', follow)
  follow()
  return () => line.signal
}

/** Code for the options `learners` and `cleaning`; null for a default, or for code that can't be loaded. */
export interface ChosenCode {
  readonly createLearners: typeof import('./chosenLearners.ts').createChosenLearners | null
  readonly cleanMore: CleanMore | null
}

export async function loadChosen(services: Services): Promise<ChosenCode> {
  const { cleaning, learners } = services.config
  const loadVisits = () => import('@nearside/core/events/clean/ownVisits.ts')
  const loadLearners = () => import('./chosenLearners.ts')
  let cleanMore: CleanMore | null = null
  if (cleaning !== 'rules') {
    const visits = await loadOptional(services, loadVisits, 'the shop’s cleaning')
    cleanMore = visits && ((all) => visits.cleanOwnVisits(all, cleaning))
  }
  const code =
    learners.length > 0 ? await loadOptional(services, loadLearners, 'the shop’s learners') : null
  return { cleanMore, createLearners: code?.createChosenLearners ?? null }
}

/** Loads optional code; null, with a notice, if it can't be loaded. */
export async function loadOptional<T>(
  { notices }: Pick<Services, 'notices'>,
  load: () => Promise<T>,
  what: string,
): Promise<T | null> {
  try {
    return await load()
  } catch (cause) {
    const message = `Code for ${what} could not be loaded`
    notices.add(new NearsideError('engine-failed', message, { cause }))
    return null
  }
}

type DeviceContext = ReturnType<typeof createDeviceContext>

const NOTHING: ShopContext = {}

function createDeviceContext(state: Pick<DeviceState, 'context' | 'own'>, notices: Notices) {
  let read: readonly ShopperEvent[] | null = null
  let known: ReadonlyMap<number, ShopContext> = new Map()
  return {
    at(time: number): ShopContext {
      if (read !== state.own.events) {
        read = state.own.events
        known = new Map(read.map((event) => [event.time, event.context ?? NOTHING]))
      }
      // If no event is stored for that time, use the current context.
      return known.get(time) ?? state.context
    },
    accept(given: unknown): void {
      const context = readShopContext(given)
      state.context = typeof context === 'string' ? NOTHING : context
      if (typeof context === 'string')
        notices.add(invalidInput(`The shop’s context was not used: ${context}.`))
    },
  }
}
