/**
 * @module The device: builds its parts, passes each part its inputs, and answers the page's calls. It runs in the
 * worker and doesn't know the message format.
 */

import { NearsideError } from '@nearside/core/error.ts'
import type { EventDraft } from '@nearside/core/events/capture.ts'
import { serially } from '@nearside/core/serially.ts'
import { DAY } from '@nearside/core/time.ts'
import type { FitOptions } from '@nearside/engine/engine.ts'
import type { ContributionTerms } from '../contribution/terms.ts'
import type { Timers } from '../learning/scheduler.ts'
import type { LedgerEntry } from '../ledger/entry.ts'
import { createLedger } from '../ledger/ledger.ts'
import type { Calls, WorkerConfig, WorkerSnapshot } from '../messages.ts'
import type { Forgotten } from '../storage/eventRows.ts'
import { openStore } from '../storage/open.ts'
import { createTransport, destinationsOf } from '../transport/http.ts'
import { createDeviceContext } from './context.ts'
import { Contribution } from './contribution.ts'
import { createDeviceStore } from './deviceStore.ts'
import type { ChooseEngine } from './engineInUse.ts'
import { Learner } from './learner.ts'
import { createLists } from './lists.ts'
import { createNotices, type Notices } from './notices.ts'
import { Persistence } from './persistence.ts'
import { Shop } from './shop.ts'
import { isAbout, Shopper, type ShopperDeps } from './shopper.ts'
import { snapshotOf } from './snapshot.ts'
import { type Bus, createBus, type Stored, startingState } from './state.ts'
import { joinTabs } from './tabs.ts'
import { createUpdates } from './updates.ts'

/** Inputs from the worker's surroundings; tests pass their own. */
export interface Environment {
  readonly now: () => number
  /** Clock for durations, in milliseconds. */
  readonly clock: () => number
  /** Cryptographic random number in [0, 1) that decides when an update leaves. */
  readonly random: () => number
  readonly timers: Timers
  readonly nextTask: () => Promise<void>
  readonly fetch: typeof globalThis.fetch
  readonly indexedDb: () => IDBFactory | undefined
  readonly chooseEngine: ChooseEngine
  readonly onDemand: OnDemand
  /**
   * Asks the shopper to confirm a consent, out of reach of the page's scripts; resolves with the words shown. Without
   * this function, the page asks.
   * @throws NearsideError `consent-missing` if the shopper declines
   */
  readonly confirmConsent?: (terms: ContributionTerms) => Promise<string>
}

/** Loads code on first use. */
export type OnDemand = () => Promise<typeof import('./onDemand.ts')>

export interface Device
  extends Omit<
    { [K in keyof Calls]: (...args: Parameters<Calls[K]>) => Promise<ReturnType<Calls[K]>> },
    'start' | 'ping' | 'fineTune' | 'list' | 'watch'
  > {
  list: Calls['list']
  fineTune(options: FitOptions): ReturnType<Learner['fineTune']>
  /** Resolves when the base model is loaded or known to be missing. */
  ready(): Promise<void>
  snapshot(): WorkerSnapshot
  order(): Shop['order']
}

/** Loads code for an option that the shop chose. If loading fails, it adds a notice and returns null. */
async function loadChosen<T>(
  load: () => Promise<T>,
  what: string,
  notices: Notices,
): Promise<T | null> {
  try {
    return await load()
  } catch (error) {
    const why = `The ${what} that the shop chose could not be loaded; the device does without`
    notices.add(NearsideError.from(error, 'engine-failed', why))
    return null
  }
}

/** Numbers that the log records about forgotten events. */
const numbersOf = ({ rows }: Forgotten) => ({
  events: rows.length,
  orders: rows.filter(({ name }) => name === 'purchase').length,
})

/** @param bus announces changes of the device */
export async function startDevice(
  config: WorkerConfig,
  environment: Environment,
  bus: Bus = createBus(),
): Promise<Device> {
  const { confirmConsent, now, random, timers } = environment
  const { retentionDays } = config
  /** The shop's origin; in a vault this differs from the worker's own origin. */
  const shopOrigin = new URL(config.baseModel).origin
  const state = startingState(config)
  bus.on('lists', () => {
    state.revision++
    bus.emit('shown', null)
  })
  const notices = createNotices(now, bus)
  const opened = await openStore(config.database, environment.indexedDb, config.persist)
  if (opened.refused) notices.add(opened.refused)
  opened.unasked?.close()
  const { kind } = opened.database
  state.persist = config.persist === 'ask' && kind === 'memory' ? null : config.persist !== 'never'

  const store = createDeviceStore({ database: opened.database, state, notices })
  const ledger = createLedger(store, now)
  const destinations = destinationsOf(config)
  const { relay } = config.federation ?? {}
  const transport = createTransport({
    fetch: environment.fetch,
    ledger,
    destinations,
    // Recorded in memory, too: the log, which may be stored on disk later, needs these addresses.
    records: (change) => store.changeSettings(change, 'strict'),
    relayed: config.federation && relay ? { ...config.federation, relay } : undefined,
  })
  const context = createDeviceContext(state)
  let loaded: Awaited<ReturnType<OnDemand>> | null = null
  /** @throws NearsideError `engine-failed` */
  const onDemand: OnDemand = async () => {
    try {
      loaded = await environment.onDemand()
      return loaded
    } catch (error) {
      const why = 'Code that is loaded when it is needed could not be; lists stay as they are'
      throw NearsideError.from(error, 'engine-failed', why)
    }
  }
  const rebuilt = () => {
    bus.emit('lists', null)
    void chosen?.learn()
  }
  const kept = { store, transport }
  const shop = new Shop({ ...environment, ...kept, config, context, notices, onDemand, rebuilt })
  const { cleaning } = config
  const visits =
    cleaning === 'rules'
      ? null
      : await loadChosen(
          () => import('@nearside/core/events/clean/ownVisits.ts'),
          'cleaning',
          notices,
        )
  const cleanMore: ShopperDeps['cleanMore'] = (cleaned) =>
    visits && cleaning !== 'rules' ? visits.cleanOwnVisits(cleaned, cleaning) : cleaned
  const learners =
    config.learners.length === 0
      ? null
      : await loadChosen(() => import('./chosenLearners.ts'), 'learners', notices)
  const shopper = new Shopper({ bus, cleanMore, notices, now, shop, state, store, timers })
  const tabs = joinTabs(
    ...([config.database, kind === 'indexeddb' || config.persist === 'ask'] as const),
    ...([() => store.kind === 'indexeddb', state, bus] as const),
  )
  const shared = { bus, ledger, notices, onDemand, shop, state, store, tabs }
  const learner = new Learner({ ...environment, ...shared, config, shopper })
  const contribution = new Contribution({
    ...{ ...shared, config, confirmConsent, now, random, shopper, timers, transport },
  })
  const updates = createUpdates({ ...shared, learner, now, timers })
  const chosen =
    learners && new learners.ChosenLearners({ ...environment, ...shared, config, shopper })
  const lists = createLists({
    ...{ chosen, config, loaded: () => loaded, now, onDemand, shop, shopper, state },
  })

  /** Stops learning and sending. */
  function stop(): void {
    learner.abort()
    contribution.stop()
  }

  /** Pause that could not be stored; it applies to this tab only. */
  let unkept: boolean | null = null
  function setPaused(paused: boolean): void {
    const before = state.paused
    state.paused = paused
    if (paused) stop()
    else if (before) contribution.start()
  }

  async function readSettings(): Promise<void> {
    setPaused(unkept ?? (await store.setting('paused')) ?? false)
    await contribution.read()
  }

  function setContext(given: unknown): void {
    try {
      context.set(given)
    } catch (error) {
      notices.add(error)
    }
  }

  /** Drops everything derived from deleted events. */
  function drop(): void {
    state.erasures++
    contribution.stop()
    learner.forget()
    chosen?.forget()
  }

  const persistence = new Persistence({
    ...{ ...shared, config, contribution, now, shopper, indexedDb: environment.indexedDb },
    async reload() {
      await Promise.all([shopper.reload(), readSettings()])
      await learner.reload()
      bus.emit('lists', null)
    },
  })
  // With `never`, data that an earlier yes stored are erased, too.
  const unaskedFor = config.persist === 'never' ? 'no' : 'unasked'
  if (opened.unasked) await persistence.clear(unaskedFor).catch((error) => notices.add(error))

  async function readWhatOthersStored(what: Exclude<Stored, 'events'>): Promise<void> {
    if (what === 'kept' || what === 'unkept') return
    if (what === 'settings') {
      await readSettings()
      bus.emit('shown', null)
      return
    }
    if (what === 'model') await shop.reload()
    if (what === 'erased') {
      drop()
      await Promise.all([shopper.reload(), readSettings()])
    }
    await learner.reload()
    bus.emit('lists', null)
  }
  bus.on('storedElsewhere', (what) => (what === 'events' ? undefined : readWhatOthersStored(what)))

  /** Drops the model learned from deleted events, and learns anew from the rest. */
  function onForgotten(): void {
    drop()
    learner.relearn()
    bus.emit('stored', 'erased')
    bus.emit('lists', null)
  }

  /** Logs an action that has already happened, so a failure is a notice only. */
  const log = (kind: LedgerEntry['kind'], detail: LedgerEntry['detail']) =>
    ledger.append({ kind, detail }, 'strict').catch((error) => {
      notices.add(error)
      return null
    })

  async function eraseTooOld(): Promise<void> {
    const what = `events older than ${retentionDays} days`
    const first = (events: number) =>
      ledger.append({ kind: 'erase', detail: { what, events } }, 'strict')
    let gone = true
    try {
      gone = await shopper.forgetOlder(retentionDays, first)
    } finally {
      if (gone) onForgotten()
    }
  }
  bus.on('conditions', async () => {
    if (state.conditions.visible) await eraseTooOld()
  })

  /**
   * Stored events and limits, to check imported events against.
   * @param ended time before which events are skipped, milliseconds since the epoch
   */
  const known = (ended = 0) => ({
    ...{ events: state.events, knows: shop.knows, now: now() },
    after: Math.max(ended, now() - retentionDays * DAY),
  })

  /** Runs imports one after another, so that an order imported twice concurrently is stored once. */
  const oneByOne = serially()
  /** @returns number of events stored; the log records it */
  async function takeIn(
    drafts: readonly EventDraft[],
    kind: LedgerEntry['kind'],
    detailOf: (taken: number) => LedgerEntry['detail'],
  ): Promise<number> {
    const stored = await Promise.all(drafts.map((draft) => shopper.store(draft)))
    const taken = stored.filter(Boolean).length
    if (taken > 0)
      await ledger.append({ kind, detail: detailOf(taken) }).catch((error) => notices.add(error))
    return taken
  }

  setContext(config.context)
  const closing = new AbortController()
  const stored = Promise.all([shopper.reload(), readSettings()])

  /** Loads the whole model. Calls `first` when a new shopper's list is possible, which may be earlier. */
  async function begin(first: () => void): Promise<void> {
    const [kept] = await Promise.all([shop.start(first, closing.signal), stored])
    if (closing.signal.aborted) return
    await learner.reload()
    bus.emit('lists', null)
    await chosen?.learn()
    await updates.start({ logged: kept, soon: kept || config.latest !== null })
    contribution.start()
    await eraseTooOld()
  }
  let started = Promise.resolve()
  const firstList = new Promise<void>((first) => {
    started = begin(first)
  })
  started.catch((error) => notices.add(error))
  await Promise.race([started, Promise.all([firstList, stored])])

  return {
    async capture(captured) {
      const event = state.paused ? null : await shopper.capture(captured)
      return event?.id ?? null
    },
    async seed(orders) {
      if (state.paused) return 0
      const { readOrders, seedingEnded } = await onDemand()
      return oneByOne(async () => {
        const ended = seedingEnded(await ledger.entries())
        const { drafts, refused } = readOrders(orders, known(ended))
        if (refused) notices.add(refused)
        return takeIn(drafts, 'seed', (orders) => ({ orders }))
      })
    },
    exportTransfer: async () => (await onDemand()).handOver(store, ledger, shopOrigin),
    async importTransfer(...given) {
      if (state.paused) throw new NearsideError('aborted', 'Paused: nothing is taken in.')
      const { receive } = await onDemand()
      return oneByOne(async () => {
        const drafts = await receive(given, shopOrigin, known)
        return takeIn(drafts, 'transfer', (events) => ({ direction: 'in', events }))
      })
    },
    list: (query) => lists.list(query),
    async explain(item) {
      await started
      return lists.explain(item)
    },
    async events(limit, about) {
      const events = about ? state.events.filter(isAbout(about, shop)) : state.events
      return events.toReversed().slice(0, Math.max(0, limit))
    },
    async fineTune(options) {
      await started
      return learner.fineTune(options)
    },
    setEngine: (engine) => learner.setEngine(engine),
    setContribution: (...answer) => contribution.agree(...answer),
    contributionTerms: () => contribution.ask(),
    contribute: () => contribution.send(),
    checkForUpdate: () => updates.check(),
    async pause(wanted) {
      unkept = wanted
      setPaused(wanted)
      try {
        await store.changeSettings(() => ({ paused: wanted }))
        unkept = null
      } catch (error) {
        const why = 'The browser can’t keep this choice; it holds in this tab until that is closed'
        const { code } = NearsideError.from(error, 'storage-unavailable', why)
        throw new NearsideError(code, why, { cause: error })
      } finally {
        bus.emit('stored', 'settings')
        bus.emit('shown', null)
      }
    },
    setPersist: async (allowed) => persistence.set(allowed),
    async forget(what) {
      stop()
      // Events deleted from this tab are unlearned even if the disk refused to delete them.
      const forgotten = await shopper.forget(what).finally(onForgotten)
      // The log gets the kind only: the name itself is to be forgotten.
      const logged = await log('erase', { what: what.kind, ...numbersOf(forgotten) })
      return { ...forgotten, logged: logged?.sequence ?? null }
    },
    async restore(forgotten) {
      await shopper.restore(forgotten)
      onForgotten()
      const { logged } = forgotten
      const numbers = numbersOf(forgotten)
      await log('restore', logged === null ? numbers : { ...numbers, undoes: logged })
    },
    async erase() {
      drop()
      try {
        await ledger.erase()
        if (state.unerased) await persistence.clear('no')
        await store.dropAside().catch((error) => notices.add(error))
      } finally {
        await Promise.all([shopper.reload(), readSettings()])
        onForgotten()
      }
    },
    export: async () => (await onDemand()).exportBundle(store, ledger, shop, now()),
    entries: () => ledger.entries(),
    verify: async () => (await onDemand()).verifyChain(await ledger.entries()),
    async conditions(given) {
      const before = state.conditions
      state.conditions = given
      bus.emit('conditions', before)
    },
    async context(given) {
      setContext(given)
      bus.emit('lists', null)
    },
    async close() {
      closing.abort()
      await started.catch(() => undefined)
      await shopper.idle()
      learner.stop()
      shopper.stop()
      shop.stop()
      updates.stop()
      contribution.close()
      tabs.close()
      store.close()
    },
    order: () => shop.order,
    ready: () => started,
    snapshot: () => snapshotOf({ config, notices, now, shop, shopper, state, store }),
  }
}
