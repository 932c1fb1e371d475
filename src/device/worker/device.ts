/**
 * @module The device: puts its parts together, each of what it needs, and answers the page's calls.
 * Runs in the worker; knows nothing of messages.
 */

import { NearsideError } from '../../core/error.ts'
import type { EventDraft } from '../../core/events/capture.ts'
import { serially } from '../../core/serially.ts'
import { DAY } from '../../core/time.ts'
import type { FitOptions } from '../../engine/engine.ts'
import type { Timers } from '../learning/scheduler.ts'
import type { LedgerEntry } from '../ledger/entry.ts'
import { createLedger } from '../ledger/ledger.ts'
import type { Calls, WorkerConfig, WorkerSnapshot } from '../messages.ts'
import type { Forgotten } from '../storage/eventRows.ts'
import { openStore } from '../storage/open.ts'
import { createTransport, destinationsOf } from '../transport/http.ts'
import type { ContributionTerms } from '../upload/terms.ts'
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

/** What the worker's conditions give; tests give other ones. */
export interface Environment {
  readonly now: () => number
  /** For durations, milliseconds. */
  readonly clock: () => number
  /** From [0, 1), cryptographic: when an update leaves. */
  readonly random: () => number
  readonly timers: Timers
  readonly nextTask: () => Promise<void>
  readonly fetch: typeof globalThis.fetch
  readonly indexedDb: () => IDBFactory | undefined
  readonly chooseEngine: ChooseEngine
  readonly onDemand: OnDemand
  /**
   * Asks the shopper where no script of the page can answer, before a consent is given; resolves with the words that
   * were shown. Absent: the page asks. @throws NearsideError `consent-missing` where the answer is no
   */
  readonly confirmConsent?: (terms: ContributionTerms) => Promise<string>
}

/** Code that is loaded when it is first needed. */
export type OnDemand = () => Promise<typeof import('./onDemand.ts')>

export interface Device
  extends Omit<
    { [K in keyof Calls]: (...args: Parameters<Calls[K]>) => Promise<ReturnType<Calls[K]>> },
    'start' | 'ping' | 'fineTune' | 'list' | 'watch'
  > {
  list: Calls['list']
  fineTune(options: FitOptions): ReturnType<Learner['fineTune']>
  /** Resolves when the base model is there or known to be missing. */
  ready(): Promise<void>
  snapshot(): WorkerSnapshot
  order(): Shop['order']
}

/** Code that is downloaded only where a shop chose it; null, which is said, where it can't be had. */
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

/** What the log says of them. */
const numbersOf = ({ rows }: Forgotten) => ({
  events: rows.length,
  orders: rows.filter(({ name }) => name === 'purchase').length,
})

/** @param bus where changes of the device are announced */
export async function startDevice(
  config: WorkerConfig,
  environment: Environment,
  bus: Bus = createBus(),
): Promise<Device> {
  const { confirmConsent, now, random, timers } = environment
  const { retentionDays } = config
  /** In a vault, too. */
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
    // In memory, too: what is stored later must name them.
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
      : await loadChosen(() => import('../../core/events/clean/ownVisits.ts'), 'cleaning', notices)
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

  /** Whatever learns or sends. */
  function stop(): void {
    learner.abort()
    contribution.stop()
  }

  /** A wish that the disk refused: it holds in this tab all the same. */
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

  /** What was made from what is gone. */
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
  // Under `never`, what an earlier yes stored goes too.
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

  /** What was learned goes with what it was learned from; what there is now is learned anew. */
  function onForgotten(): void {
    drop()
    learner.relearn()
    bus.emit('stored', 'erased')
    bus.emit('lists', null)
  }

  /** What has happened already. */
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

  /** What is here already, for what is handed over. @param ended older is not taken, milliseconds */
  const known = (ended = 0) => ({
    ...{ events: state.events, knows: shop.knows, now: now() },
    after: Math.max(ended, now() - retentionDays * DAY),
  })

  /** Handed over twice at once, it is new once. */
  const oneByOne = serially()
  /** @returns how many are kept, which the log says */
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

  /** The whole model at work. A new shopper's list is possible before, which `first` is called for. */
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
      // What is gone from this tab is unlearned, also where the disk refused.
      const forgotten = await shopper.forget(what).finally(onForgotten)
      // Not its name: that is what is to be forgotten.
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
