/**
 * @module Learning from the shopper: decides when (strategy), and keeps the result only if it is
 * sound. Lists never wait for it: until a fit is done, the last one answers.
 */

import { NearsideError } from '../../core/error.ts'
import type { EventName } from '../../core/events/event.ts'
import type { History } from '../../core/features/history.ts'
import { eventStrength } from '../../core/features/strength.ts'
import type { BaseModel } from '../../core/model/baseModel.ts'
import type { FindCandidates } from '../../core/personal/candidates.ts'
import { GUARD_START, type GuardState } from '../../core/personal/guard.ts'
import type { UpdateStrategy } from '../../core/personal/strategy.ts'
import type { Engine } from '../../engine/engine.ts'
import type { EnginePreference, FitReport, PersonalizerSnapshot } from '../api.ts'
import {
  type Deferral,
  type DeviceConditions,
  deferralOf,
  type TrainingBudget,
} from '../learning/budget.ts'
import { fitPersonal, prepareFit } from '../learning/personalFit.ts'
import { createScheduler, type Scheduler, type Timers } from '../learning/scheduler.ts'
import { loadPersonal, type StoredPersonal, storePersonal } from '../learning/versions.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { EngineInUse, type EngineInUseDeps } from './engineInUse.ts'
import type { ActivePersonal, Ranker } from './ranker.ts'
import type { Tabs } from './tabs.ts'

export interface LearnerDeps extends Omit<EngineInUseDeps, 'changed'> {
  readonly ranker: () => Ranker | null
  /** Remembers what it has found, until it is dropped. */
  readonly createCandidates: (model: BaseModel) => FindCandidates
  readonly history: () => History
  readonly tabs: () => Tabs
  /** Whether learning is this tab's business. */
  readonly leads: () => boolean
  readonly ledger: Ledger
  readonly strategy: UpdateStrategy
  readonly budget: TrainingBudget
  readonly conditions: () => DeviceConditions
  readonly timers: Timers
  readonly now: () => number
  readonly clock: () => number
  readonly pause: () => Promise<void>
  readonly paused: () => boolean
  /** `personal`: lists may differ now; `progress`: only what is shown about the fit. */
  readonly changed: (what: 'personal' | 'progress') => void
  /** A fit was stored, after everything that follows from it here. */
  readonly fitted: () => void
}

export interface FineTuneOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, steps: number) => void
}

/** Milliseconds after a start: the first lists come before what a later fit may need. */
const PREPARE_AFTER = 1000

export class Learner {
  readonly #deps: LearnerDeps
  readonly #scheduler: Scheduler
  readonly #preparation: Scheduler
  readonly #engine: EngineInUse
  #personal: StoredPersonal | null = null
  #fitting: { done: number; steps: number } | null = null
  #pending = 0
  #running: AbortController | null = null
  #preparing: AbortController | null = null
  #deferred: Deferral | null = null
  /** A shopper's own doing waits to be learned from. */
  #asked = false
  /** Milliseconds of fits by itself, on this page. */
  #spent = 0
  /** Of the last fit, for the next one. */
  #candidates: { readonly model: BaseModel; readonly find: FindCandidates } | null = null

  constructor(deps: LearnerDeps, preference: EnginePreference) {
    this.#deps = deps
    this.#engine = new EngineInUse({ ...deps, changed: () => deps.changed('progress') }, preference)
    this.#scheduler = createScheduler(deps.timers, async () => {
      // Without a base model yet: `reload` asks again when it has come.
      if (deps.paused() || !deps.leads() || !deps.loaded() || this.#waits()) return
      await this.#learnWithin(deps.budget.perFit)
    })
    this.#preparation = createScheduler(deps.timers, () => this.#prepare())
  }

  get engine() {
    return this.#engine.shown
  }

  get fitting() {
    return this.#fitting
  }

  /** Why what there is to learn waits; null when it doesn't. */
  get deferred(): Deferral | null {
    return this.#deferred
  }

  get report(): FitReport | null {
    return this.#personal?.summary ?? null
  }

  get guard(): PersonalizerSnapshot['guard'] {
    const { active, logLikelihoodRatio, tested } = this.#personal?.guard ?? GUARD_START
    return { active, logLikelihoodRatio, tested }
  }

  /** What lists add to the base; null while there is nothing, or the guard prefers the base. */
  get active(): ActivePersonal | null {
    const personal = this.#personal
    return personal?.guard.active && personal.fusionWeight > 0 ? personal : null
  }

  /** Reads the version in use from the store, and learns if it lags behind the events. */
  async reload(): Promise<void> {
    const { loaded, notices, history, read } = this.#deps
    const base = loaded()
    if (!base) return
    const { personal, damaged } = await read((from) => loadPersonal(from, base.hash))
    this.#personal = personal
    if (damaged > 0) {
      const message = `${damaged} stored version(s) of the personal model were damaged; the last whole one, or the base, is used until it is learned anew.`
      notices.add(new NearsideError('storage-corrupt', message))
    }
    const last = history().findLast(({ name }) => eventStrength(name) > 0)
    if (last && last.time > (personal?.until ?? Number.NEGATIVE_INFINITY)) this.#scheduler.ask(0)
    else if (last) this.#preparation.ask(PREPARE_AFTER)
  }

  /** So that the first event of a visit is learned from as fast as those after it. */
  async #prepare(): Promise<void> {
    const { budget, history, leads, now, pause, paused, ranker, conditions } = this.#deps
    const model = ranker()?.model
    const waits = deferralOf(budget, conditions(), this.#spent, false) !== null
    if (!model || this.#running || paused() || !leads() || waits) return
    const stop = new AbortController()
    this.#preparing = stop
    const candidates = this.#candidatesOf(model)
    await prepareFit({
      model,
      history: history(),
      now: now(),
      candidates,
      pause,
      signal: stop.signal,
    })
  }

  /** An event was stored, here or in another tab. */
  heard(event: EventName): void {
    this.#pending++
    this.#asked = true
    const delay = this.#deps.strategy.delayAfter(event, this.#pending)
    if (delay !== null) this.#scheduler.ask(delay)
  }

  /** The session ends, or the page is hidden: learn what waits. */
  flush(): void {
    this.#scheduler.flush()
  }

  /** Learns anew soon, e.g. on another base model or after forgetting. */
  relearn(): void {
    this.#asked = true
    this.#scheduler.ask(0)
  }

  /** The conditions changed: what waited may go on. */
  resume(): void {
    if (this.#deferred) this.#scheduler.ask(0)
  }

  #waits(): boolean {
    const { budget, conditions, changed } = this.#deps
    const before = this.#deferred
    this.#deferred = deferralOf(budget, conditions(), this.#spent, this.#asked)
    if (this.#deferred !== before) changed('progress')
    return this.#deferred !== null
  }

  /** A fit by itself: bounded, and a failure is a notice. */
  async #learnWithin(milliseconds: number): Promise<void> {
    const { clock, notices, timers } = this.#deps
    const stop = new AbortController()
    const timer = timers.set(() => stop.abort(), milliseconds)
    const started = clock()
    this.#asked = false
    try {
      await this.fineTune({ signal: stop.signal })
    } catch (error) {
      if (stop.signal.aborted) {
        const message = `Learning took longer than ${milliseconds / 1000} s and was stopped; what was learned before stays.`
        notices.add(new NearsideError('aborted', message))
      } else if (!(error instanceof NearsideError && error.code === 'aborted')) notices.add(error)
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

  /** Abandons the fit that runs: what it learns from is about to be gone. */
  abort(): void {
    this.#preparing?.abort()
    this.#running?.abort()
  }

  /** Forgets the version in memory, and what it was made from. */
  clear(): void {
    this.#personal = null
    this.#candidates = null
    this.#pending = 0
  }

  /** One fit, alone among all tabs. @throws NearsideError `aborted` | `engine-failed` | `fit-diverged` */
  fineTune(options: FineTuneOptions): Promise<FitReport> {
    return this.#deps.tabs().alone('fit', () => this.#fit(options))
  }

  async #fit({ signal, onProgress }: FineTuneOptions): Promise<FitReport> {
    const { attempt, changed, history, loaded, now, ranker, read, tabs } = this.#deps
    const base = loaded()
    const model = ranker()?.model
    if (!base || !model) throw new NearsideError('model-unreachable', 'There is no base model yet.')
    const epoch = await read((from) => from.epoch())
    this.#preparing?.abort()
    const stop = new AbortController()
    this.#running = stop
    this.#pending = 0
    try {
      // Another tab may have fitted since this one looked.
      const { personal } = await read((from) => loadPersonal(from, base.hash))
      const { engine } = await this.#engine.chosen()
      const fitted = await fitPersonal({
        model,
        history: history(),
        inUse: personal,
        engine,
        candidates: this.#candidatesOf(model),
        now: now(),
        clock: this.#deps.clock,
        pause: this.#deps.pause,
        signal: signal ? AbortSignal.any([signal, stop.signal]) : stop.signal,
        onProgress: (done, steps) => {
          this.#fitting = { done, steps }
          onProgress?.(done, steps)
          changed('progress')
        },
      })
      if (!fitted) return this.#nothingLearned(engine)
      const version = await attempt((to) => storePersonal(to, fitted, base.hash, now(), epoch))
      if (version === null) {
        throw new NearsideError('aborted', 'Everything was erased while the fit ran.')
      }
      if ((personal?.guard.active ?? true) && !fitted.guard.active)
        await this.#tripped(fitted.guard)
      this.#personal = { ...fitted, version }
      tabs().tell('personal')
      this.#deps.fitted()
      return fitted.summary
    } finally {
      this.#fitting = null
      if (this.#running === stop) this.#running = null
      changed('personal')
    }
  }

  /** A change of the catalogue, of popularity or of the model is another model. */
  #candidatesOf(model: BaseModel): FindCandidates {
    if (this.#candidates?.model !== model)
      this.#candidates = { model, find: this.#deps.createCandidates(model) }
    return this.#candidates.find
  }

  #nothingLearned(engine: Engine): FitReport {
    const { active } = this.guard
    return {
      engine: engine.name,
      cases: 0,
      lossBefore: 0,
      lossAfter: 0,
      fusionWeight: 0,
      active,
      milliseconds: 0,
    }
  }

  /** The base model predicts this shopper better: the personal part is off from here on. */
  async #tripped({ logLikelihoodRatio, tested }: GuardState): Promise<void> {
    const detail = { active: false, logLikelihoodRatio, tested }
    await this.#deps.ledger.append({ kind: 'guard', detail })
  }
}
