/**
 * @module The device: builds its parts, passes each part its inputs, and answers the page's calls. The device runs in
 * the worker and doesn't know the message format.
 */

import { invalidInput, NearsideError } from '@nearside/core/error.ts'
import type { ListQuery } from '@nearside/core/ranking/apiLists.ts'
import { DAY } from '@nearside/core/time.ts'
import type { FitOptions } from '@nearside/engine/engine.ts'
import type { FitReport } from '../apiSnapshot.ts'
import type { Calls, WatchedQuery, WorkerConfig, WorkerSnapshot } from '../messages.ts'
import { ME, readProfiles } from '../profiles.ts'
import { createMemoryDatabase } from '../storage/database.ts'
import type { ChosenLearners } from './chosenLearners.ts'
import { Contribution } from './contribution.ts'
import { Erasure, isAbout } from './erasure.ts'
import type { HistoryImport } from './historyImport.ts'
import { Learner } from './learner.ts'
import { Lists } from './lists.ts'
import { Pause, Persistence } from './persistence.ts'
import type { Profiles } from './profiles.ts'
import {
  type ChosenCode,
  type Environment,
  loadChosen,
  openServices,
  type Services,
} from './services.ts'
import { Shop } from './shop.ts'
import { Shopper } from './shopper.ts'
import { type Bus, createBus, type Stored, snapshotOf } from './state.ts'
import { isFromHead } from './unranked.ts'
import { Updates } from './updates.ts'

type Answered = Exclude<keyof Calls, 'start' | 'ping' | 'fineTune' | 'list' | 'watch'>

type Answers = {
  [K in Answered]: (...args: Parameters<Calls[K]>) => Promise<ReturnType<Calls[K]>>
}

export async function startDevice(
  config: WorkerConfig,
  environment: Environment,
  bus: Bus = createBus(),
): Promise<Device> {
  const { hasUnasked, ...services } = await openServices(config, environment, bus)
  const device = new Device(services, await loadChosen(services))
  await device.start(hasUnasked)
  return device
}

export class Device implements Answers {
  readonly capture: Shopper['capture']
  readonly list: Lists['list']
  readonly #services: Services
  readonly #shop: Shop
  readonly #shopper: Shopper
  readonly #learner: Learner
  readonly #contribution: Contribution
  readonly #pause: Pause
  readonly #updates: Updates
  readonly #chosen: ChosenLearners | null
  readonly #erasure: Erasure
  readonly #lists: Lists
  readonly #persistence: Persistence
  #import: HistoryImport | null = null
  #profiles: Profiles | null = null
  /** Running switch to another person; calls wait for it. */
  switching: Promise<unknown> | null = null
  /** Whether the disk refused to store the shopper's no to agents. If so, the no applies to this tab only. */
  #refusesAgents = false
  #started: Promise<void> = Promise.resolve()
  readonly #closing = new AbortController()

  constructor(services: Services, { Learners, cleanMore }: ChosenCode) {
    const { bus, state } = services
    bus.on('lists', () => {
      state.revision++
      bus.emit('shown', null)
    })
    this.#services = services
    this.#shop = new Shop(services)
    this.#shopper = new Shopper(services, this.#shop, cleanMore)
    this.#learner = new Learner(services, this.#shop, this.#shopper)
    this.#contribution = new Contribution(services, this.#shop, this.#shopper)
    this.#pause = new Pause(services, this.#learner, this.#contribution)
    this.#updates = new Updates(services, this.#shop, this.#learner)
    this.#chosen = Learners && new Learners(services, this.#shop, this.#shopper)
    this.#erasure = new Erasure(
      services,
      this.#shop,
      this.#shopper,
      this.#learner,
      this.#contribution,
      this.#chosen,
    )
    this.#lists = new Lists(services, this.#shop, this.#shopper, this.#chosen)
    this.#persistence = new Persistence(
      services,
      this.#shopper,
      this.#contribution,
      () => this.#profiles,
      () => this.#reloadAll(),
    )
    bus.on('storedElsewhere', (what) => this.#readWhatOthersStored(what))
    this.capture = this.#shopper.capture
    this.list = this.#lists.list
  }

  /**
   * Reads the store and loads the base model. Resolves as soon as the device can make a list for a new shopper.
   * @param hasUnasked whether the disk has data that were stored without the shopper's yes
   */
  async start(hasUnasked: boolean): Promise<void> {
    const { config, context, notices } = this.#services
    // With the option `persist: 'never'`, data that an earlier yes stored are erased, too.
    const unaskedFor = config.persist === 'never' ? 'no' : 'unasked'
    if (hasUnasked) await this.#persistence.clear(unaskedFor).catch((error) => notices.add(error))
    context.accept(config.context)
    const stored = this.#reloadStored()
    const firstList = new Promise<void>((first) => {
      this.#started = this.#load(stored, first)
    })
    this.#started.catch((error) => notices.add(error))
    await Promise.race([this.#started, Promise.all([firstList, stored])])
  }

  /** Loads the whole model. Calls `first` when a new shopper's list can be made, perhaps before the model is loaded. */
  async #load(stored: Promise<unknown>, first: () => void): Promise<void> {
    const { bus, config } = this.#services
    const { signal } = this.#closing
    const starting = this.#shop.start(first, this.#updates.checkLive, signal)
    const [kept] = await Promise.all([starting, stored])
    if (signal.aborted) return
    await this.#learner.reload()
    bus.emit('lists', null)
    await this.#chosen?.learn()
    await this.#updates.start({ logged: kept, soon: kept || config.latest !== null })
    this.#contribution.start()
    await this.#services.alone(() => this.#eraseLeft())
  }

  /** Resolves when the base model is loaded or known to be missing. */
  ready(): Promise<void> {
    return this.#started
  }

  /**
   * Whether a list has to wait, because products of the catalog have not arrived, or their prices and stock are not
   * checked. `rerank` doesn't wait for the check, because the page shows its own products meanwhile.
   */
  readonly lacks = (query: ListQuery): boolean =>
    (query.kind !== 'rerank' && !this.#shop.isChecked) ||
    (this.#shop.isPartial && (this.#shop.choosesItems || !isFromHead(query)))

  /** Loads the products that a list needs and the device lacks. Never rejects. */
  async need(query: ListQuery): Promise<void> {
    if (this.lacks(query)) await this.whole()
    await (await this.#shop.tail.open())?.need(query)
  }

  /** Stores which lists the page watches, and loads the products that they need. Never rejects. */
  async watch(lists: readonly WatchedQuery[]): Promise<void> {
    const { tail } = this.#shop
    for (const { id, query } of lists)
      if (query) tail.watched.set(id, query)
      else tail.watched.delete(id)
    await this.#started.catch(() => undefined)
    await tail.needWatched()
  }

  whole(): Promise<unknown> {
    return this.#shop.whole
  }

  order(): Shop['order'] {
    return this.#shop.order
  }

  changes(): Shop['changes'] {
    return this.#shop.changes
  }

  snapshot(): WorkerSnapshot {
    return snapshotOf(this.#services, this.#shop, this.#shopper)
  }

  async seed(orders: Parameters<Calls['seed']>[0]): Promise<number> {
    const { alone, state } = this.#services
    const code = await this.#openImport()
    await this.#shop.stocked
    // Orders of the shop's account belong to the shopper, not to another person.
    return alone(async () =>
      state.paused || state.profiles.current !== ME ? 0 : code.orders(orders),
    )
  }

  async exportTransfer() {
    const { onDemand, ownLog, shopOrigin, store } = this.#services
    const [own, log] = [store.own(), ownLog()]
    return (await onDemand()).handOver(own, log, shopOrigin)
  }

  async importTransfer(file: string, code: string): Promise<number> {
    if (this.#services.state.paused)
      throw new NearsideError('aborted', 'Paused: nothing is brought in.')
    const importer = await this.#openImport()
    await this.#shop.stocked
    return this.#services.alone(() => importer.transfer(file, code))
  }

  async #openImport(): Promise<HistoryImport> {
    const { HistoryImport } = await this.#services.onDemand()
    this.#import ??= new HistoryImport(this.#services, this.#shop, this.#shopper)
    return this.#import
  }

  async explain(item: string) {
    await this.#started
    return this.#lists.explain(item)
  }

  async rankWithout(...given: Parameters<Calls['rankWithout']>) {
    await this.#started
    return this.#lists.rankWithout(...given)
  }

  async events(...[limit, about]: Parameters<Calls['events']>) {
    const { events } = this.#services.state.own
    const chosen = about ? events.filter(isAbout(about, this.#shop)) : events
    return chosen.toReversed().slice(0, Math.max(0, limit))
  }

  async fineTune(options: FitOptions): Promise<FitReport> {
    await this.#started
    return this.#learner.fineTune(options)
  }

  readonly setEngine: Answers['setEngine'] = (engine) => this.#learner.setEngine(engine)
  readonly setContribution: Answers['setContribution'] = (agreed, wording) =>
    this.#contribution.agree(agreed, wording)
  readonly contributionTerms: Answers['contributionTerms'] = () => this.#contribution.ask()
  readonly contribute: Answers['contribute'] = () => this.#contribution.send()
  readonly rules: Answers['rules'] = () => this.#shop.allRules()
  readonly checkForUpdate: Answers['checkForUpdate'] = () => this.#updates.check()
  readonly pause: Answers['pause'] = (wanted) => this.#pause.set(wanted)
  readonly setPersist: Answers['setPersist'] = (allowed) => this.#persistence.set(allowed)
  readonly forget: Answers['forget'] = (what) =>
    this.#services.alone(() => this.#erasure.forget(what))
  readonly restore: Answers['restore'] = (forgotten) =>
    this.#services.alone(() => this.#erasure.restore(forgotten))
  readonly entries: Answers['entries'] = () => this.#services.ledger.entries()
  readonly erase: Answers['erase'] = () =>
    this.#whileCallsWait(async () => {
      const { ledger, notices, state, store } = this.#services
      const { current, others } = state.profiles
      const hasOthers = this.#profiles || store.aside > 0 || current !== ME || others.length > 0
      const profiles = hasOthers ? await this.#openProfiles() : null
      await profiles?.leaveAll()
      this.#erasure.drop()
      try {
        await ledger.erase()
        await profiles?.eraseAll()
        // If the store continues in memory after the shopper's no to storage, data could remain on disk.
        if (state.unerased) await this.#persistence.clear('no')
        await store.dropAside().catch((error) => notices.add(error))
      } finally {
        await this.#reloadStored()
        this.#erasure.onForgotten()
      }
    })

  readonly profiles: Answers['profiles'] = (what, ...given) =>
    this.#whileCallsWait(async () => {
      const { calls } = await this.#openProfiles()
      if (!Object.hasOwn(calls, what)) throw invalidInput(`No ${what}.`)
      return calls[what](...given)
    })

  #whileCallsWait<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#services.alone(task)
    const settled = turn
      .catch(() => undefined)
      .then(() => {
        if (this.switching === settled) this.switching = null
      })
    this.switching = settled
    return turn
  }

  async #openProfiles(): Promise<Profiles> {
    const { Profiles } = await this.#services.onDemand()
    this.#profiles ??= new Profiles(
      this.#services,
      this.#shopper,
      () => this.#erasure.drop(),
      () => this.#reloadOwn(),
    )
    return this.#profiles
  }

  /** Erases events that became too old since the last visit, and data of people whose removal was interrupted. */
  async #eraseLeft(): Promise<void> {
    const { config, now, store } = this.#services
    await this.#erasure.eraseTooOld()
    await this.#profiles?.eraseTooOld(now() - config.retentionDays * DAY)
    await this.#profiles?.eraseGone(store)
  }

  async export(): Promise<string> {
    const { alone, ledger, now, onDemand, store } = this.#services
    const others = await alone(async () => (await this.#profiles?.held()) ?? [])
    return (await onDemand()).exportBundle(store, ledger, this.#shop, now(), others)
  }

  async verify() {
    const { ledger, onDemand } = this.#services
    return (await onDemand()).verifyChain(await ledger.entries())
  }

  async setAgents(allowed: boolean): Promise<void> {
    this.#refusesAgents = !allowed
    // A no to agents applies even if the code below can't be loaded.
    if (!allowed) this.#services.state.agents = false
    await (await this.#services.onDemand()).setAgents(this.#services, allowed)
    this.#refusesAgents = false
  }

  async logAgentCall(...call: Parameters<Calls['logAgentCall']>): Promise<void> {
    return (await this.#services.onDemand()).logAgentCall(this.#services, ...call)
  }

  async conditions(given: Parameters<Calls['conditions']>[0]): Promise<void> {
    const { bus, state } = this.#services
    const before = state.conditions
    state.conditions = given
    bus.emit('conditions', before)
  }

  async context(given: unknown): Promise<void> {
    this.#services.context.accept(given)
    this.#services.bus.emit('lists', null)
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.#started.catch(() => undefined)
    await this.#shopper.idle()
    for (const part of [this.#learner, this.#shopper, this.#shop, this.#updates]) part.stop()
    this.#contribution.close()
    this.#services.tabs.close()
    this.#services.store.close()
  }

  #reloadStored(): Promise<unknown> {
    return this.#readProfiles().then(() =>
      Promise.all([this.#shopper.reload(), this.#readSettings()]),
    )
  }

  async #readProfiles(): Promise<void> {
    const { notices, state, store } = this.#services
    const stored = await store.setting('profiles')
    if (!this.#profiles && !stored) return
    try {
      await (await this.#openProfiles()).read()
    } catch (error) {
      notices.add(error, 'engine-failed', 'The list of people could not be read')
      const { current, others } = readProfiles(stored)
      state.profiles = { current, others }
      // Another person's actions must not count for the shopper.
      if (current !== ME) store.use(store.beside(createMemoryDatabase()))
    }
  }

  async #readSettings(): Promise<void> {
    const { state, store } = this.#services
    state.agents = !this.#refusesAgents && (await store.setting('agents')) === true
    await this.#pause.read()
    await this.#contribution.read()
  }

  async #reloadOwn(): Promise<void> {
    await this.#shopper.reload()
    await this.#learner.reload()
    this.#services.bus.emit('lists', null)
    this.#contribution.start()
  }

  async #reloadAll(): Promise<void> {
    await this.#reloadStored()
    await this.#learner.reload()
    this.#services.bus.emit('lists', null)
  }

  async #readWhatOthersStored(what: Stored): Promise<void> {
    const { alone, bus, state } = this.#services
    switch (what) {
      case 'events':
      case 'kept':
      case 'unkept':
        // `shopper.ts` handles `events`; `persistence.ts` handles `kept` and `unkept` (storage allowed or refused).
        return
      case 'settings':
        await this.#readSettings()
        await alone(async () => {
          const before = state.profiles.current
          await this.#readProfiles()
          if (state.profiles.current !== before) await this.#reloadOwn()
        })
        bus.emit('shown', null)
        return
      case 'erased':
        this.#erasure.drop()
        this.#profiles?.forgetOthers()
        return alone(() => this.#reloadAll())
      case 'model':
        await this.#shop.reload()
    }
    await this.#learner.reload()
    bus.emit('lists', null)
  }
}
