/**
 * @module The device: puts shop, shopper, learner and tabs together and answers the page's calls.
 * Runs in the worker; knows nothing of messages.
 */

import { NearsideError } from '../../core/error.ts'
import { withContext } from '../../core/model/context.ts'
import { STRATEGIES } from '../../core/personal/strategy.ts'
import type { LoadedModel } from '../learning/modelSource.ts'
import { createScheduler, type Timers } from '../learning/scheduler.ts'
import { chain } from '../ledger/chain.ts'
import { createLedger, type Ledger } from '../ledger/ledger.ts'
import type { Calls, WorkerConfig, WorkerSnapshot } from '../messages.ts'
import { openStore } from '../storage/open.ts'
import { createTransport } from '../transport/http.ts'
import type { Transport } from '../transport/transport.ts'
import { admit } from './admit.ts'
import { concernedBy } from './concernedBy.ts'
import { Contribution } from './contribution.ts'
import { describe } from './describe.ts'
import { destinationsOf } from './destinations.ts'
import { createDeviceContext } from './deviceContext.ts'
import type { ChooseEngine } from './engineInUse.ts'
import { exportBundle } from './exportBundle.ts'
import { type FineTuneOptions, Learner, type LearnerDeps } from './learner.ts'
import { createLists } from './lists.ts'
import { loggingStore } from './loggingStore.ts'
import { createNotices, type Notices } from './notices.ts'
import { eraseOlder } from './retention.ts'
import { Shop } from './shop.ts'
import { Shopper } from './shopper.ts'
import { joinTabs, type TabNews, type Tabs } from './tabs.ts'
import { createUpdates, type Updates } from './updates.ts'

/** What the worker's conditions give; tests give other ones. */
export interface Environment {
  readonly now: () => number
  /** For durations, milliseconds. */
  readonly clock: () => number
  readonly timers: Timers
  readonly pause: () => Promise<void>
  readonly fetch: typeof globalThis.fetch
  readonly indexedDb: () => IDBFactory | undefined
  readonly chooseEngine: ChooseEngine
  readonly createCandidates: LearnerDeps['createCandidates']
}

export interface Device
  extends Omit<
    { [K in keyof Calls]: (...args: Parameters<Calls[K]>) => Promise<ReturnType<Calls[K]>> },
    'start' | 'ping' | 'fineTune'
  > {
  fineTune(options: FineTuneOptions): ReturnType<Learner['fineTune']>
  /** Resolves when the base model is there or known to be missing. */
  ready(): Promise<void>
  snapshot(): WorkerSnapshot
  order(): Shop['order']
}

export async function startDevice(
  config: WorkerConfig,
  environment: Environment,
  changed: () => void,
): Promise<Device> {
  const { now, timers } = environment
  let revision = 0
  let paused = false
  let { conditions } = config
  const contexts = createDeviceContext(() => shopper.events)

  const notices: Notices = createNotices(now, changed)
  const { store, refused } = await openStore(config.database, environment.indexedDb)
  if (refused) notices.add(refused)

  const bump = () => {
    revision++
    changed()
  }
  const shopper: Shopper = new Shopper({
    store,
    now,
    notices,
    known: (item) => shop.knows(item),
    rowOf: (item) => shop.rowOf(item),
    find: (query) => shop.find(query),
    changed: bump,
  })
  const ledger: Ledger = createLedger(() => loggingStore(shopper), now)
  const transport: Transport = createTransport({
    fetch: environment.fetch,
    ledger,
    destinations: destinationsOf(config),
  })
  const shop: Shop = new Shop({
    catalog: config.catalog,
    baseModel: config.baseModel,
    latest: config.latest,
    transport,
    keep: (write) => write(shopper.store),
    store: () => shopper.store,
    notices,
    now,
    contextAt: contexts.at,
  })
  const tabs: Tabs = joinTabs(config.database, store.kind === 'indexeddb', onNews, onLeading)
  const learner = new Learner(
    {
      ...environment,
      // An event on its way to the store comes first: it crosses several turns of the event loop.
      pause: async () => {
        await environment.pause()
        await shopper.idle()
      },
      loaded: () => shop.loaded,
      ranker: () => shop.ranker,
      history: () => shopper.history,
      attempt: (write) => shopper.attempt(write),
      read: (read) => shopper.read(read),
      tabs: () => tabs,
      // What is in this tab's memory, no other tab can learn from.
      leads: () => tabs.leads || shopper.store.kind === 'memory',
      ledger,
      notices,
      strategy: STRATEGIES[config.strategy],
      budget: config.budget,
      conditions: () => conditions,
      paused: () => paused,
      changed: (what) => (what === 'personal' ? bump() : changed()),
      fitted: () => contribution.learned(),
    },
    config.engine,
  )
  const contribution = new Contribution({
    endpoints: config.federation,
    shopper,
    ledger,
    transport,
    notices,
    tabs: () => tabs,
    loaded: () => inTheirContext(shop.loaded),
    now,
    changed,
  })

  function hear(given: unknown): void {
    const refused = contexts.say(given)
    if (refused === null) return
    const message = `The shop’s context was not used: ${refused}.`
    notices.add(new NearsideError('input-invalid', message))
  }
  hear(config.context)

  async function readSettings(): Promise<void> {
    paused = (await shopper.read((from) => from.setting('paused'))) ?? false
    await contribution.read()
  }

  /** Catalogue or model changed: all that was derived with the old one is void. */
  async function onShop(): Promise<void> {
    shopper.refresh()
    await learner.reload()
    bump()
  }

  function onNews(news: TabNews): void {
    reactTo(news).catch((error) => notices.add(error))
  }

  /** Events of another tab; what comes while they are read is read in one more go. */
  const reading = createScheduler(timers, async () => {
    try {
      await shopper.reload()
      const last = shopper.events.at(-1)
      if (last) learner.heard(last.name)
      bump()
    } catch (error) {
      notices.add(error)
    }
  })

  async function reactTo(news: TabNews): Promise<void> {
    switch (news) {
      case 'events':
        return reading.ask(0)
      case 'personal':
        await learner.reload()
        return bump()
      case 'settings':
        await readSettings()
        return changed()
      case 'model':
        await shop.reload()
        return onShop()
      case 'erased':
        learner.abort()
        learner.clear()
        await Promise.all([shopper.reload(), readSettings()])
        await learner.reload()
        return bump()
    }
  }

  /** This tab leads from now on: whatever the last leader left undone is done here. */
  function onLeading(): void {
    queueMicrotask(() => {
      learner.reload().catch((error) => notices.add(error))
      changed()
    })
  }

  /** Without discounts: of past moments they are not known. */
  function inTheirContext(loaded: LoadedModel | null): LoadedModel | null {
    const known = { at: contexts.at, discountsAt: () => null }
    return loaded && { ...loaded, model: withContext(loaded.model, known) }
  }

  /** What is too old goes, and what was learned from it is learned anew without. */
  async function retain(): Promise<void> {
    const { retentionDays } = config
    if (retentionDays === null) return
    const gone = await eraseOlder(retentionDays, { shopper, ledger, now })
    if (gone > 0) onForgotten()
  }

  function onForgotten(): void {
    learner.abort()
    learner.clear()
    learner.relearn()
    tabs.tell('erased')
    bump()
  }

  const updates: Updates = createUpdates({ shop, tabs, ledger, notices, timers, adopted: onShop })

  const closing = new AbortController()

  /** The whole model at work. A newcomer's list is possible before, which is told to `first`. */
  async function begin(first: () => void): Promise<void> {
    const [kept] = await Promise.all([shop.start(first, closing.signal), stored])
    if (closing.signal.aborted) return
    await onShop()
    const soon = kept || config.latest !== null
    await updates.start({ logged: kept, soon, visible: conditions.visible })
    await retain()
  }
  const stored = Promise.all([shopper.reload(), readSettings()])
  let whole = Promise.resolve()
  const newcomer = new Promise<void>((first) => {
    whole = begin(first)
  })
  whole.catch((error) => notices.add(error))
  await Promise.race([whole, Promise.all([newcomer, stored])])

  return {
    async capture(captured) {
      if (paused) return null
      const { draft, refused } = admit(captured, shop.knows)
      if (refused) notices.add(refused)
      if (!draft) return null
      const { said } = contexts
      const context = Object.keys(said).length > 0 ? { context: said } : {}
      const event = await shopper.capture({ ...draft, ...context })
      if (!event) return null
      tabs.tell('events')
      learner.heard(event.name)
      return event.id
    },
    ...createLists({ shop, shopper, learner, now, revision: () => revision, whole: () => whole }),
    events: async (limit) => shopper.events.toReversed().slice(0, Math.max(0, limit)),
    async fineTune(options) {
      await whole
      return learner.fineTune(options)
    },
    setEngine: (engine) => learner.setEngine(engine),
    setContribution: (agreed) => contribution.agree(agreed),
    contribute: () => contribution.send(),
    checkForUpdate: () => updates.check(),
    async pause(wanted) {
      paused = wanted
      if (wanted) learner.abort()
      await shopper.putSetting('paused', wanted)
      tabs.tell('settings')
      changed()
    },
    async forget(what) {
      learner.abort()
      await shopper.forget(concernedBy(what, shop))
      onForgotten()
    },
    async erase() {
      learner.abort()
      learner.clear()
      const first = await chain(null, {
        kind: 'erase',
        detail: { what: 'everything' },
        time: now(),
      })
      await shopper.attempt((to) => to.erase(first))
      await Promise.all([shopper.reload(), readSettings()])
      tabs.tell('erased')
      bump()
    },
    export: () => exportBundle(shopper.store, ledger, shop, now()),
    entries: () => ledger.entries(),
    verify: () => ledger.verify(),
    async conditions(given) {
      if (conditions.visible && !given.visible) learner.flush()
      conditions = given
      learner.resume()
      updates.setVisible(given.visible)
      if (given.visible) await retain()
    },
    async context(given) {
      hear(given)
      bump()
    },
    async close() {
      closing.abort()
      await whole.catch(() => undefined)
      await shopper.idle()
      learner.stop()
      reading.stop()
      updates.stop()
      tabs.close()
      shopper.store.close()
    },
    order: () => shop.order,
    ready: () => whole,
    snapshot() {
      const { consent, sent } = contribution
      const parts = { shop, shopper, learner, tabs, notices, now }
      return describe(parts, { revision, paused, consent, sent })
    },
  }
}
