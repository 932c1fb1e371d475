/**
 * @module Incremental learners that a shop chose (option `learners`) in addition to the personal model. They learn from
 * this shopper's training cases after each fit, in every tab. They are never stored: the same stored events give the
 * same learners.
 */
import { NearsideError } from '@nearside/core/error.ts'
import { CandidateLearners } from '@nearside/core/learning/learners/candidateLearners.ts'
import { STRATEGIES } from '@nearside/core/learning/strategy.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import type { Services } from './services.ts'
import type { Shop } from './shop.ts'
import type { Shopper } from './shopper.ts'

/**
 * Seed of the learners' random numbers. It must never change, so that the same stored events give the same learners.
 */
const SEED = 1

export type ChosenLearners = ReturnType<typeof createChosenLearners>

export function createChosenLearners(services: Services, shop: Shop, shopper: Shopper) {
  const { bus, config, nextTask, notices, state } = services
  let made: { readonly model: BaseModel; readonly learners: CandidateLearners } | null = null
  let running: Promise<void> | null = null
  /** Number that rises when everything learned must be dropped; a learning run that began earlier then stops. */
  let generation = 0
  bus.on('fitted', learn)
  bus.on('rebuilt', learn)
  bus.on('storedElsewhere', (what) => (what === 'personal' ? learn() : undefined))

  /** Learners for this base model; null before they have learned. */
  const of = (model: BaseModel): CandidateLearners | null =>
    made?.model === model ? made.learners : null

  /** Learns from new training cases one by one; the worker answers calls in between. */
  async function learn(): Promise<void> {
    // Runs don't overlap: training cases that arrive during a run are learned after it.
    await running
    running ??= run().finally(() => {
      running = null
    })
    return running
  }

  async function run(): Promise<void> {
    const model = shop.ranker?.model
    if (!model) return
    const mine = generation
    try {
      const learners = of(model) ?? make()
      const before = learners.cases
      for (const _ of learners.learn(model, shopper.history)) {
        await nextTask()
        if (mine !== generation) return
      }
      if (mine !== generation || learners.cases === before) return
      made = { model, learners }
      state.learners = learners.weights
      bus.emit('lists', null)
    } catch (error) {
      const why = 'The learners that the shop chose failed and are not used'
      notices.add(NearsideError.from(error, 'engine-failed', why))
    }
  }

  function make(): CandidateLearners {
    const { learners, imbalance, strategy } = config
    const { reviewAfter } = STRATEGIES[strategy]
    return new CandidateLearners({ learners, imbalance, reviewAfter, seed: SEED })
  }

  return {
    of,
    learn,
    /** Drops the learners and stops a learning run, because some of its events were deleted. */
    forget(): void {
      generation++
      made = null
      state.learners = []
    },
  }
}
