/** @module What the walk needs, the same in every process: the baselines as tuned, and the devices' shop. */
import { DIMENSION } from '../core/model/baseModel.ts'
import {
  type BaselineContext,
  ewma,
  ITEM_KNN,
  RECENTLY_VIEWED,
  scorePopular,
  scorePopularMonth,
} from './baselines.ts'
import { type EvaluationInput, trainingHistories } from './cases.ts'
import type { DeviceShop, Fit } from './device.ts'
import { publishedFiles } from './popularity.ts'
import type { TunedBaselines, TunedCounts } from './tuneBaselines.ts'
import type { Walk } from './walk.ts'

/** The better one of those that count. */
function bestCounts({ recentlyViewed, itemKnn }: TunedCounts) {
  return (context: BaselineContext, out: Float32Array) =>
    recentlyViewed.quality >= itemKnn.quality
      ? RECENTLY_VIEWED.score(recentlyViewed.parameters, context, out)
      : ITEM_KNN.score(itemKnn.parameters, context, out)
}

/** @param fit null: nothing is learned on the devices */
export function prepareWalk(input: EvaluationInput, tuned: TunedBaselines, fit: Fit | null): Walk {
  const { model, serverKnows, dayOnly, until, protocol } = input
  const mean = ewma(model.itemVectors, DIMENSION)
  const { server, install, beginning } = tuned.owner
  const counts = {
    server: bestCounts(server),
    install: bestCounts(install),
    beginning: bestCounts(beginning),
  }
  return {
    ...prepareDevices(input, fit),
    store: input.historyFrom,
    owner: protocol === 'personal' ? { serverKnows, dayOnly, installed: until, counts } : null,
    baselines: {
      popular: scorePopular,
      'popular-30d': scorePopularMonth,
      'recently-viewed': (context, out) =>
        RECENTLY_VIEWED.score(tuned.recentlyViewed.parameters, context, out),
      'item-knn': (context, out) => ITEM_KNN.score(tuned.itemKnn.parameters, context, out),
      ewma: (context, out) => mean.score(tuned.ewma.parameters, context, out),
    },
  }
}

/** What the devices of all tested shoppers share. */
export function prepareDevices(input: EvaluationInput, fit: Fit | null): DeviceShop {
  const { model, until, protocol } = input
  return {
    model,
    fit,
    installed: protocol === 'personal' ? until : Number.NEGATIVE_INFINITY,
    statisticsAt: publishedFiles(input, trainingHistories(input), until),
  }
}
