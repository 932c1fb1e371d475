/**
 * @module The device (the shopper's recommender in the worker) builds its parts, passes each part its inputs, and
 * answers the page's calls.
 */

import { invalidInput, NearsideError } from '@nearside/core/error.ts'
import type { ListQuery } from '@nearside/core/ranking/apiLists.ts'
import { DAY } from '@nearside/core/time.ts'
import type { FitOptions } from '@nearside/engine/engine.ts'
import type { FitReport } from '../apiSnapshot.ts'
import type { Calls, WatchedQuery, WorkerConfig, WorkerSnapshot } from '../messages.ts'
import { ME } from '../profiles.ts'
import { Contribution } from './contribution.ts'
import { createErasure, isAbout } from './erasure.ts'
import type { HistoryImport } from './historyImport.ts'
import { Learner } from './learner.ts'
import { Lists } from './lists.ts'
import { createPause, createPersistence } from './persistence.ts'
import {
  type ChosenCode,
  type Environment,
  loadChosen,
  openServices,
  type Services,
} from './services.ts'
import { Shop } from './shop.ts'
import { createShopper } from './shopper.ts'
import { type Bus, createBus, snapshotOf } from './state.ts'
import { createStoredData } from './storedData.ts'
import { createUpdates } from './updates.ts'

type Answered = Exclude<keyof Calls, 'start' | 'ping' | 'fineTune' | 'list' | 'watch'>

type Answers = {
  [K in Answered]: (...args: Parameters<Calls[K]>) => Promise<ReturnType<Calls[K]>>
}

export type Device = ReturnType<typeof createDevice>

export async function startDevice(
  config: WorkerConfig,
  environment: Environment,
  bus: Bus = createBus(),
): Promise<Device> {
  const { hasUnasked, ...services } = await openServices(config, environment, bus)
  const device = createDevice(services, await loadChosen(services))
  await device.start(hasUnasked)
  return device
}

function createDevice(services: Services, { createLearners, cleanMore }: ChosenCode) {
  const { alone, bus, config, context, ledger, notices, now, onDemand, ownLog, state, store } =
    services
  bus.on('lists', () => {
    state.revision++
    bus.emit('shown', null)
  })
  const shop = new Shop(services)
  const shopper = createShopper(services, shop, cleanMore)
  const learner = new Learner(services, shop, shopper)
  const contribution = new Contribution(services, shop, shopper)
  const pause = createPause(services, learner, contribution)
  const updates = createUpdates(services, shop, learner)
  const chosen = createLearners?.(services, shop, shopper) ?? null
  const erasure = createErasure(services, shop, shopper, learner, contribution, chosen)
  const lists = new Lists(services, shop, shopper, chosen)
  const parts = { shop, shopper, learner, contribution, pause, erasure }
  const stored = createStoredData(services, parts)
  const { profiles, openProfiles, reloadAll } = stored
  const persistence = createPersistence(services, shopper, contribution, profiles, reloadAll)
  const closing = new AbortController()
  let started: Promise<void> = Promise.resolve()
  let importing: HistoryImport | null = null
  /** Running switch to another person; calls wait for it. */
  let switching: Promise<unknown> | null = null

  /** Loads the whole model. Calls `first` when a new shopper's list can be made, perhaps before the model is loaded. */
  async function load(reloaded: Promise<unknown>, first: () => void): Promise<void> {
    const { signal } = closing
    const starting = shop.start(first, updates.checkLive, signal)
    const [isKept] = await Promise.all([starting, reloaded])
    if (signal.aborted) return
    await learner.reload()
    bus.emit('lists', null)
    await chosen?.learn()
    await updates.start(isKept, isKept || config.latest !== null)
    contribution.start()
    await alone(async () => {
      await erasure.eraseTooOld()
      await profiles()?.eraseTooOld(now() - config.retentionDays * DAY)
      // An earlier visit could have ended before it had removed a person completely.
      await profiles()?.eraseGone(store)
    })
  }

  async function openImport(): Promise<HistoryImport> {
    const { createHistoryImport } = await onDemand()
    importing ??= createHistoryImport(services, shop, shopper)
    await shop.stocked
    return importing
  }

  function whileCallsWait<T>(task: () => Promise<T>): Promise<T> {
    const turn = alone(task)
    const settled = turn
      .catch(() => undefined)
      .then(() => {
        if (switching === settled) switching = null
      })
    switching = settled
    return turn
  }

  const calls: Answers = {
    capture: shopper.capture,
    async seed(orders) {
      const history = await openImport()
      // Orders of the shop's account belong to the shopper, not to another person.
      return alone(async () =>
        state.paused || state.profiles.current !== ME ? 0 : history.orders(orders),
      )
    },
    async exportTransfer() {
      const [own, log] = [store.own(), ownLog()]
      return (await onDemand()).handOver(own, log, services.shopOrigin)
    },
    async importTransfer(file, code) {
      if (state.paused) throw new NearsideError('aborted', 'Paused: nothing is brought in.')
      const history = await openImport()
      return alone(() => history.transfer(file, code))
    },
    async explain(item) {
      await started
      return lists.explain(item)
    },
    async rankWithout(...given) {
      await started
      return lists.rankWithout(...given)
    },
    async events(limit, about) {
      const chosen = state.own.events.filter(about ? isAbout(about, shop) : () => true)
      return chosen.toReversed().slice(0, Math.max(0, limit))
    },
    setEngine: (engine) => learner.setEngine(engine),
    setContribution: (agreed, wording) => contribution.agree(agreed, wording),
    contributionTerms: () => contribution.ask(),
    contribute: () => contribution.send(),
    rules: () => shop.allRules(),
    checkForUpdate: updates.check,
    pause: pause.set,
    setPersist: persistence.set,
    forget: (what) => alone(() => erasure.forget(what)),
    restore: (forgotten) => alone(() => erasure.restore(forgotten)),
    entries: () => ledger.entries(),
    erase: () =>
      whileCallsWait(async () => {
        const { current, others } = state.profiles
        const hasOthers = profiles() || store.aside > 0 || current !== ME || others.length > 0
        const people = hasOthers ? await openProfiles() : null
        await people?.leaveAll()
        erasure.drop()
        try {
          await ledger.erase()
          await people?.eraseAll()
          // If the store continues in memory after the shopper's no to storage, data could remain on disk.
          if (state.unerased) await persistence.clear('no')
          await store.dropAside().catch((error) => notices.add(error))
        } finally {
          await stored.reload()
          erasure.onForgotten()
        }
      }),
    profiles: (what, ...given) =>
      whileCallsWait(async () => {
        const { calls } = await openProfiles()
        if (!Object.hasOwn(calls, what)) throw invalidInput(`No ${what}.`)
        return calls[what](...given)
      }),
    async export() {
      const others = await alone(async () => (await profiles()?.held()) ?? [])
      return (await onDemand()).exportBundle(store, ledger, shop, now(), others)
    },
    verify: async () => (await onDemand()).verifyChain(await ledger.entries()),
    setAgents: stored.setAgents,
    logAgentCall: async (...call) => (await onDemand()).logAgentCall(services, ...call),
    async conditions(given) {
      const before = state.conditions
      state.conditions = given
      bus.emit('conditions', before)
    },
    async context(given) {
      context.accept(given)
      bus.emit('lists', null)
    },
    async close() {
      closing.abort()
      await started.catch(() => undefined)
      await shopper.idle()
      for (const part of [learner, shopper, shop, updates]) part.stop()
      contribution.close()
      services.tabs.close()
      store.close()
    },
  }

  return {
    ...calls,
    list: lists.list,
    lacks: shop.lacks,
    snapshot: (): WorkerSnapshot => snapshotOf(services, shop, shopper),
    order: () => shop.order,
    changes: () => shop.changes,
    switching: () => switching,
    /** Resolves when the base model is loaded or known to be missing. */
    ready: () => started,
    /**
     * Reads the store and loads the base model. Resolves as soon as the device can make a list for a new shopper.
     * @param hasUnasked whether the disk has data without the shopper's yes to storage
     */
    async start(hasUnasked: boolean): Promise<void> {
      // With the option `persist: 'never'`, data stored after an earlier yes to storage are erased, too.
      const unaskedFor = config.persist === 'never' ? 'no' : 'unasked'
      if (hasUnasked) await persistence.clear(unaskedFor).catch((error) => notices.add(error))
      context.accept(config.context)
      const reloaded = stored.reload()
      const firstList = new Promise<void>((first) => {
        started = load(reloaded, first)
      })
      started.catch((error) => notices.add(error))
      await Promise.race([started, Promise.all([firstList, reloaded])])
    },
    /** Loads the products that a list needs and the device lacks. Never rejects. */
    async need(query: ListQuery): Promise<void> {
      if (shop.lacks(query)) await shop.whole
      await (await shop.tail.open())?.need(query)
    },
    /** Stores which lists the page watches, and loads the products that they need. Never rejects. */
    async watch(watches: readonly WatchedQuery[]): Promise<void> {
      const { tail } = shop
      for (const { id, query } of watches)
        if (query) tail.watched.set(id, query)
        else tail.watched.delete(id)
      await started.catch(() => undefined)
      await tail.needWatched()
    },
    async fineTune(options: FitOptions): Promise<FitReport> {
      await started
      return learner.fineTune(options)
    },
  }
}
