/**
 * @module Learns from the shopper: decides when to fit (option `strategy`). Lists never wait for a fit: until it ends,
 * they use the last model.
 */
import { NearsideError } from '@nearside/core/error.ts'
import type { EventName } from '@nearside/core/events/event.ts'
import { eventStrength } from '@nearside/core/events/strength.ts'
import type { FindCandidates } from '@nearside/core/learning/candidates.ts'
import { GUARD_START } from '@nearside/core/learning/guard.ts'
import { STRATEGIES } from '@nearside/core/learning/strategy.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import type { Engine, FitOptions } from '@nearside/engine/engine.ts'
import { throwIfAborted } from '@nearside/engine/nextTask.ts'
import type { EnginePreference, FitReport } from '../apiSnapshot.ts'
import { BUDGET, createScheduler, deferralOf, type Scheduler } from '../learning/scheduler.ts'
import { loadPersonal, storePersonal } from '../learning/versions.ts'
import { createEngineInUse } from './engineInUse.ts'
import type { Services } from './services.ts'
import type { Shop } from './shop.ts'
import type { Shopper } from './shopper.ts'

const isAborted = (error: unknown) => error instanceof NearsideError && error.code === 'aborted'

/** Milliseconds from the start until the next fit is prepared, so that the first lists are not delayed. */
const PREPARE_AFTER = 1000

export class Learner {
  readonly #services: Services
  readonly #shop: Shop
  readonly #shopper: Shopper
  readonly #scheduler: Scheduler
  readonly #preparation: Scheduler
  readonly #engine: ReturnType<typeof createEngineInUse>
  #pending = 0
  #running: AbortController | null = null
  #preparing: AbortController | null = null
  /** Whether the shopper has acted since the last fit, so that another fit is needed. */
  #asked = false
  /** Milliseconds that automatic fits on this page have taken so far. */
  #spent = 0
  #candidates: { readonly model: BaseModel; readonly find: FindCandidates } | null = null

  constructor(services: Services, shop: Shop, shopper: Shopper) {
    const { bus, notices, state, timers } = services
    this.#services = services
    this.#shop = shop
    this.#shopper = shopper
    this.#engine = createEngineInUse(services)
    const failed = (error: unknown) => {
      if (!isAborted(error)) notices.add(error)
    }
    this.#scheduler = createScheduler(timers, () => this.#learn(), failed)
    this.#preparation = createScheduler(timers, () => this.#prepare(), failed)
    bus.on('event', (name) => this.#afterEvent(name))
    bus.on('conditions', (before) => {
      // If the shopper leaves the page, the device learns now, without waiting for a quiet period.
      if (before.visible && !state.conditions.visible) this.#scheduler.flush()
      if (state.deferred) this.#scheduler.ask(0)
    })
    // This tab now leads (works for all tabs), so it finishes the work of the previous leader.
    bus.on('leading', () => this.reload())
  }

  /** Reads the stored personal model, and learns anew if that model is older than the last event. */
  async reload(): Promise<void> {
    const { notices, state, store } = this.#services
    const base = this.#shop.loaded
    if (!base) return
    const own = store.own()
    const { personal, damaged } = await loadPersonal(own, base.hash)
    if (own !== store.own()) return
    state.own.personal = personal
    if (damaged > 0) {
      const message = `${damaged} stored version(s) of the personal model are damaged; until the next fit, an intact version or the base model is used.`
      notices.add(new NearsideError('storage-corrupt', message))
    }
    const last = this.#lastToLearn()
    if (last && last.time > (personal?.until ?? Number.NEGATIVE_INFINITY)) this.#scheduler.ask(0)
    else if (last) this.#preparation.ask(PREPARE_AFTER)
  }

  #lastToLearn() {
    return this.#shopper.historyToLearn.findLast(({ name }) => eventStrength(name) > 0)
  }

  get #model(): BaseModel | undefined {
    return (this.#shop.headOnly ?? this.#shop.ranker)?.model
  }

  /** Whether this tab learns: it leads (works for all tabs), or its events are only in its memory. */
  get #learnsHere(): boolean {
    const { state, store } = this.#services
    return !state.paused && (state.leads || store.own().kind === 'memory')
  }

  /** Lets other tasks run, and waits until all new events are stored. */
  readonly #nextTask = async (): Promise<void> => {
    await this.#services.nextTask()
    await this.#shopper.idle()
  }

  /** Prepares the next fit, so that the first event of a visit is learned as fast as later events. */
  async #prepare(): Promise<void> {
    const { now, state } = this.#services
    const model = this.#model
    const waits = deferralOf(state.conditions, this.#spent, false) !== null
    if (!model || this.#running || !this.#learnsHere || waits) return
    const stop = new AbortController()
    this.#preparing = stop
    const { buildProblem, createFastCandidates } = await this.#services.onDemand()
    const candidates = this.#candidatesOf(model, createFastCandidates)
    await buildProblem({
      model,
      history: this.#shopper.historyToLearn,
      now: now(),
      candidates,
      nextTask: this.#nextTask,
      signal: stop.signal,
    })
  }

  #afterEvent(event: EventName): void {
    this.#pending++
    this.#asked = true
    const { strategy } = this.#services.config
    const delay = STRATEGIES[strategy].delayAfter(event, this.#pending)
    if (delay !== null) this.#scheduler.ask(delay)
  }

  relearn(): void {
    if (!this.#lastToLearn()) return
    this.#asked = true
    this.#scheduler.ask(0)
  }

  #waits(): boolean {
    const { bus, state } = this.#services
    const before = state.deferred
    state.deferred = deferralOf(state.conditions, this.#spent, this.#asked)
    if (state.deferred !== before) bus.emit('shown', null)
    return state.deferred !== null
  }

  /** Runs an automatic fit, whose time is limited; a failure adds a notice. */
  async #learn(): Promise<void> {
    // If there is no base model yet, skip the fit; `reload` requests a fit after the model has arrived.
    if (!this.#learnsHere || !this.#shop.loaded || this.#waits()) return
    const { bus, clock, notices, timers } = this.#services
    const stop = new AbortController()
    const timer = timers.set(() => stop.abort(), BUDGET.perFit)
    const started = clock()
    this.#asked = false
    try {
      const onProgress = (done: number, steps: number) => bus.emit('progress', { done, steps })
      await this.fineTune({ signal: stop.signal, onProgress })
    } catch (error) {
      if (stop.signal.aborted) {
        const message = `Learning took longer than ${BUDGET.perFit / 1000} s and was stopped; the last fit stays in use.`
        notices.add(new NearsideError('aborted', message))
      } else if (!isAborted(error)) throw error
    } finally {
      timers.clear(timer)
      this.#spent += clock() - started
    }
  }

  setEngine(preference: EnginePreference): Promise<void> {
    return this.#engine.prefer(preference)
  }

  stop(): void {
    this.#scheduler.stop()
    this.#preparation.stop()
    this.abort()
    this.#engine.dispose()
  }

  /** Stops the running fit, because its events are about to be deleted. */
  abort(): void {
    this.#preparing?.abort()
    this.#running?.abort()
  }

  forget(): void {
    this.abort()
    this.#services.state.own.personal = null
    this.#candidates = null
    this.#pending = 0
  }

  /** @throws NearsideError `aborted` if the call's signal aborts or while paused | `engine-failed` | `fit-diverged` */
  fineTune(options: FitOptions): Promise<FitReport> {
    return this.#services.tabs.alone('fit', () => this.#fit(options))
  }

  async #fit({ signal, onProgress }: FitOptions): Promise<FitReport> {
    const { bus, clock, now, ownLog, state, store } = this.#services
    const base = this.#shop.loaded
    const model = this.#model
    if (state.paused) throw new NearsideError('aborted', 'Learning is paused.')
    if (!base || !model) throw new NearsideError('model-unreachable', 'There is no base model yet.')
    this.#preparing?.abort()
    const stop = new AbortController()
    this.#running = stop
    this.#pending = 0
    const own = store.inUse()
    const log = ownLog()
    try {
      const epoch = await own.store.epoch()
      // Read the personal model again, because another tab could have stored a newer one.
      const { personal } = await loadPersonal(own.store, base.hash)
      const { createFastCandidates, fitPersonal } = await this.#services.onDemand()
      const { engine } = await this.#engine.chosen()
      // By now, the shopper could have switched to another person.
      throwIfAborted(stop.signal)
      const fitted = await fitPersonal({
        model,
        history: this.#shopper.historyToLearn,
        inUse: personal,
        engine,
        candidates: this.#candidatesOf(model, createFastCandidates),
        now: now(),
        clock,
        nextTask: this.#nextTask,
        signal: signal ? AbortSignal.any([signal, stop.signal]) : stop.signal,
        onProgress: (done, steps) => {
          state.fitting = { done, steps }
          onProgress?.(done, steps)
        },
      })
      if (!fitted) return this.#nothingLearned(engine)
      const kept = { store: own.store, log }
      const version = await storePersonal(kept, fitted, base.hash, now(), epoch)
      if (version === null) {
        throw new NearsideError('aborted', 'Everything was erased while the fit ran.')
      }
      if ((personal?.guard.active ?? true) && !fitted.guard.active)
        // The base model predicts this shopper better, so the personal part is off from now on.
        await log.append({ kind: 'guard', detail: { active: false } })
      own.personal = { ...fitted, version, base: base.hash }
      if (own !== store.inUse()) return fitted.summary
      bus.emit('stored', 'personal')
      bus.emit('fitted', null)
      return fitted.summary
    } finally {
      state.fitting = null
      if (this.#running === stop) this.#running = null
      bus.emit('lists', null)
    }
  }

  /** Candidate search, cached per model object: any change of catalog, popularity or model creates a new object. */
  #candidatesOf(model: BaseModel, create: (model: BaseModel) => FindCandidates): FindCandidates {
    if (this.#candidates?.model !== model) this.#candidates = { model, find: create(model) }
    return this.#candidates.find
  }

  #nothingLearned(engine: Engine): FitReport {
    const { active } = this.#services.state.own.personal?.guard ?? GUARD_START
    const nothing = { cases: 0, lossBefore: 0, lossAfter: 0, fusionWeight: 0, milliseconds: 0 }
    return { engine: engine.name, active, ...nothing }
  }
}
