/**
 * @module Incremental learners that a shop chose (option `learners`) in addition to the personal model. Chosen learners
 * learn from this shopper's training cases after each fit, in every tab. Chosen learners are never stored: the same
 * stored events give the same learners. The learners' code is downloaded only if the shop chooses a learner.
 */
import { NearsideError } from '@nearside/core/error.ts'
import { CandidateLearners } from '@nearside/core/learning/learners/candidateLearners.ts'
import { STRATEGIES } from '@nearside/core/learning/strategy.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import type { Services } from './services.ts'
import type { Shop } from './shop.ts'
import type { Shopper } from './shopper.ts'

/** Seed of the network's weights. This seed must never change, so that the same stored events give the same network. */
const SEED = 1

export class ChosenLearners {
  readonly #services: Services
  readonly #shop: Shop
  readonly #shopper: Shopper
  #made: { readonly model: BaseModel; readonly learners: CandidateLearners } | null = null
  #running: Promise<void> | null = null
  /** Generation: a number that rises when everything learned must be dropped. */
  #generation = 0

  constructor(services: Services, shop: Shop, shopper: Shopper) {
    this.#services = services
    this.#shop = shop
    this.#shopper = shopper
    services.bus.on('fitted', () => this.learn())
    services.bus.on('rebuilt', () => this.learn())
    services.bus.on('storedElsewhere', (what) => (what === 'personal' ? this.learn() : undefined))
  }

  /** Learners for this base model; null before they have learned. */
  of(model: BaseModel): CandidateLearners | null {
    return this.#made?.model === model ? this.#made.learners : null
  }

  /** Drops the learners and stops a learning run, because some of its events were deleted. */
  forget(): void {
    this.#generation++
    this.#made = null
    this.#services.state.learners = []
  }

  /** Learns from new training cases one by one; the worker answers calls in between. */
  async learn(): Promise<void> {
    // Runs don't overlap: training cases that arrive during a run are learned after it.
    await this.#running
    this.#running ??= this.#learn().finally(() => {
      this.#running = null
    })
    return this.#running
  }

  async #learn(): Promise<void> {
    const { bus, notices, nextTask, state } = this.#services
    const model = this.#shop.ranker?.model
    if (!model) return
    const generation = this.#generation
    try {
      const learners = this.of(model) ?? this.#make()
      const before = learners.cases
      for (const _ of learners.learn(model, this.#shopper.history)) {
        await nextTask()
        if (generation !== this.#generation) return
      }
      if (generation !== this.#generation || learners.cases === before) return
      this.#made = { model, learners }
      state.learners = learners.weights
      bus.emit('lists', null)
    } catch (error) {
      const why = 'The learners that the shop chose failed and are not used'
      notices.add(NearsideError.from(error, 'engine-failed', why))
    }
  }

  #make(): CandidateLearners {
    const { learners, imbalance, strategy } = this.#services.config
    const { reviewAfter } = STRATEGIES[strategy]
    return new CandidateLearners({ learners, imbalance, reviewAfter, seed: SEED })
  }
}
