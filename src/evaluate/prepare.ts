/** @module Prepares the replay, the same in every process: tuned baselines and the shop data of the devices. */
import { NearsideError } from '@nearside/core/error.ts'
import { DIMENSION } from '@nearside/core/model/baseModel.ts'
import {
  type BaselineContext,
  ewma,
  scorePopular,
  scorePopularMonth,
  type TunableArm,
} from './baselines.ts'
import { type EvaluationInput, trainingHistories } from './cases.ts'
import type { DeviceShop, Fit } from './device.ts'
import { publishedFiles } from './popularity.ts'
import type { Tuned } from './tune.ts'
import {
  type CountingArms,
  countingArms,
  type TunedBaselines,
  type TunedCounts,
} from './tuneBaselines.ts'
import type { Walk } from './walk.ts'

/** The arm with its tuned parameters. @throws NearsideError `engine-failed` where tuning failed */
function score<P>(arm: TunableArm<P>, { parameters, failure }: Tuned<P>) {
  return (context: BaselineContext, out: Float32Array) => {
    if (failure !== undefined) throw new NearsideError('engine-failed', failure)
    arm.score(parameters, context, out)
  }
}

function scoresOf(arms: CountingArms, tuned: TunedCounts) {
  return {
    'recently-viewed': score(arms.recentlyViewed, tuned.recentlyViewed),
    'item-knn': score(arms.itemKnn, tuned.itemKnn),
    'session-knn': score(arms.sessionKnn, tuned.sessionKnn),
    ease: score(arms.ease, tuned.ease),
  }
}

/**
 * @param tuned null: only the model's arms are tested, without baselines and the owner's questions
 * @param fit null: the devices don't learn
 */
export function prepareWalk(
  input: EvaluationInput,
  tuned: TunedBaselines | null,
  fit: Fit | null,
): Walk {
  const store = input.historyFrom
  if (!tuned) return { ...prepareDevices(input, fit), store, owner: null, baselines: {} }
  const { model, serverKnows, dayOnly, until, protocol } = input
  const mean = ewma(model.itemVectors, DIMENSION)
  const { server, install, seeded, beginning } = tuned.owner
  const arms = countingArms(model.itemIds.length, trainingHistories(input), until)
  const counts = {
    server: scoresOf(arms, server),
    install: scoresOf(arms, install),
    seeded: scoresOf(arms, seeded),
    beginning: scoresOf(arms, beginning),
  }
  return {
    ...prepareDevices(input, fit),
    store,
    owner: protocol === 'personal' ? { serverKnows, dayOnly, installed: until, counts } : null,
    baselines: {
      popular: scorePopular,
      'popular-30d': scorePopularMonth,
      ...scoresOf(arms, tuned),
      ewma: score(mean, tuned.ewma),
    },
  }
}

/** Data that the devices of all tested shoppers share. */
export function prepareDevices(input: EvaluationInput, fit: Fit | null): DeviceShop {
  const { model, until, protocol } = input
  return {
    model,
    fit,
    installed: protocol === 'personal' ? until : Number.NEGATIVE_INFINITY,
    statisticsAt: publishedFiles(input, trainingHistories(input)),
  }
}
