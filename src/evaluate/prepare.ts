/** @module What happens before the walk: what the nightly files said, and the baselines' parameters. */
import { cooccurrence, DEFAULT_COOCCURRENCE } from '../core/features/cooccurrence.ts'
import type { History } from '../core/features/history.ts'
import type { ItemStatistics } from '../core/features/itemStatistics.ts'
import { refreshPopularity } from '../core/features/statistics.ts'
import { DIMENSION } from '../core/model/baseModel.ts'
import { createRandom, inRandomOrder } from '../core/model/random.ts'
import { DAY } from '../core/time.ts'
import {
  type EwmaParameters,
  ewma,
  type ItemKnnParameters,
  itemKnn,
  RECENTLY_VIEWED,
  type RecentlyViewedParameters,
  scorePopular,
  scorePopularMonth,
} from './baselines.ts'
import { casesOf, type EvaluationInput, trainingHistories } from './cases.ts'
import type { DeviceShop, Fit } from './device.ts'
import { byDay, popularityOf } from './popularity.ts'
import { type Tuned, type TuningCase, tune } from './tune.ts'
import { historySince, type Walk } from './walk.ts'

const TUNING_CASES = 400
/** Days before `until` from which tuning cases come; what precedes them builds the neighbours. */
const TUNING_DAYS = 60

export interface TunedBaselines {
  readonly cases: number
  readonly recentlyViewed: Tuned<RecentlyViewedParameters>
  readonly itemKnn: Tuned<ItemKnnParameters>
  readonly ewma: Tuned<EwmaParameters>
}

/** Chooses the baselines' parameters on training shoppers' cases of the last days before `until`. */
export function tuneBaselines(input: EvaluationInput): TunedBaselines {
  const { model, until, seed } = input
  const items = model.itemIds.length
  const training = input.shoppers.filter(({ id }) => !input.isHeldOut(id))
  const histories = training.map(({ interactions }) => interactions)
  const from = until - TUNING_DAYS * DAY
  const statisticsAt = publishedFiles(input, histories, from)
  const past = training
    .flatMap((shopper) => casesOf(input, shopper, from))
    .filter(({ time }) => time < until)
  const cases = inRandomOrder(past, createRandom(seed))
    .slice(0, TUNING_CASES)
    .map(({ history, time, targets }): TuningCase => {
      return {
        history: historySince(storeBegins(input, from), history),
        time,
        targets,
        popularity: popularityOf(statisticsAt(time)),
      }
    })
  // The model's own lists know these very cases; lists from before them don't.
  const { neighboursPerItem } = model.statistics
  const settings = { ...DEFAULT_COOCCURRENCE, neighboursPerItem }
  const neighbours = { neighboursPerItem, ...cooccurrence(items, histories, from, settings) }
  return {
    cases: cases.length,
    recentlyViewed: tune(RECENTLY_VIEWED, cases, items),
    itemKnn: tune(itemKnn(neighbours), cases, items),
    ewma: tune(ewma(model.itemVectors, DIMENSION), cases, items),
  }
}

/**
 * Everything the walk needs; the same in every process.
 * @param fit null: nothing is learned on the devices
 */
export function prepareWalk(input: EvaluationInput, tuned: TunedBaselines, fit: Fit | null): Walk {
  const { model } = input
  const knn = itemKnn(model.statistics)
  const mean = ewma(model.itemVectors, DIMENSION)
  return {
    ...prepareDevices(input, fit),
    storeBegins: storeBegins(input, input.until),
    baselines: {
      popular: scorePopular,
      'popular-30d': scorePopularMonth,
      'recently-viewed': (context, out) =>
        RECENTLY_VIEWED.score(tuned.recentlyViewed.parameters, context, out),
      'item-knn': (context, out) => knn.score(tuned.itemKnn.parameters, context, out),
      ewma: (context, out) => mean.score(tuned.ewma.parameters, context, out),
    },
  }
}

/** When a browser's store begins whose days of test begin at `from`. */
function storeBegins({ historyFrom }: EvaluationInput, from: number): number {
  return historyFrom === 'install' ? from : Number.NEGATIVE_INFINITY
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

/** The model's statistics with popularity as of the night before a time, or frozen. */
function publishedFiles(
  { model, popularity }: EvaluationInput,
  histories: readonly History[],
  frozenAt: number,
): (time: number) => ItemStatistics {
  const asOf = (midnight: number) => refreshPopularity(model.statistics, histories, midnight)
  if (popularity === 'nightly') return byDay(asOf)
  const frozen = asOf(frozenAt)
  return () => frozen
}
