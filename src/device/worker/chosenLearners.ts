/**
 * @module The incremental learners that a shop chose besides the fit (`learners`). They go over this
 * shopper's cases after each fit, in every tab, and are never stored: the events are, and the same
 * events make the same learners. Downloaded only where they were chosen.
 */
import { NearsideError } from '../../core/error.ts'
import type { BaseModel } from '../../core/model/baseModel.ts'
import { CandidateLearners } from '../../core/personal/learners/candidateLearners.ts'
import { STRATEGIES } from '../../core/personal/strategy.ts'
import type { Parts } from './parts.ts'

type Deps = Pick<Parts, 'bus' | 'config' | 'notices' | 'nextTask' | 'shop' | 'shopper' | 'state'>

/** Starts the network's weights; any number will do, but always the same one. */
const SEED = 1

export class ChosenLearners {
  readonly #deps: Deps
  #made: { readonly model: BaseModel; readonly learners: CandidateLearners } | null = null
  #running: Promise<void> | null = null
  /** Rises when what was learned must go. */
  #generation = 0

  constructor(deps: Deps) {
    this.#deps = deps
    deps.bus.on('fitted', () => this.learn())
    deps.bus.on('storedElsewhere', (what) => (what === 'personal' ? this.learn() : undefined))
  }

  /** Of this model; null while nothing was learned. */
  of(model: BaseModel): CandidateLearners | null {
    return this.#made?.model === model ? this.#made.learners : null
  }

  /** Drops what was learned, and what is being learned: some of its events are gone. */
  forget(): void {
    this.#generation++
    this.#made = null
    this.#deps.state.learners = []
  }

  /** Learns from the cases that are new, one after the other; lists are answered in between. */
  async learn(): Promise<void> {
    // One after another: what came meanwhile is learned when the run before has ended.
    await this.#running
    this.#running ??= this.#learn().finally(() => {
      this.#running = null
    })
    return this.#running
  }

  async #learn(): Promise<void> {
    const { bus, notices, nextTask, shop, shopper, state } = this.#deps
    const model = shop.ranker?.model
    if (!model) return
    const generation = this.#generation
    try {
      const learners = this.of(model) ?? this.#make()
      const before = learners.cases
      for (const _ of learners.learn(model, shopper.history)) {
        await nextTask()
        if (generation !== this.#generation) return
      }
      if (generation !== this.#generation || learners.cases === before) return
      this.#made = { model, learners }
      state.learners = learners.weights
      bus.emit('lists', null)
    } catch (error) {
      const why = 'The learners that the shop chose could not be used; lists do without them'
      notices.add(NearsideError.from(error, 'engine-failed', why))
    }
  }

  #make(): CandidateLearners {
    const { learners, imbalance, strategy } = this.#deps.config
    const { reviewAfter } = STRATEGIES[strategy]
    return new CandidateLearners({ learners, imbalance, reviewAfter, seed: SEED })
  }
}
