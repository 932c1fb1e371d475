/** @module Prepares tuned baselines and the devices' shop data for a replay; each process prepares the same. */
import { NearsideError } from '@nearside/core/error.ts'
import { cooccurrence } from '@nearside/core/features/cooccurrence.ts'
import type { ItemStatistics } from '@nearside/core/features/itemStatistics.ts'
import { columnsOf } from '@nearside/core/features/logColumns.ts'
import { DIMENSION } from '@nearside/core/model/baseModel.ts'
import { isFromCatalog } from '@nearside/core/model/manifest.ts'
import { scoreTerms } from '@nearside/core/model/score.ts'
import { eachCounting } from './arms.ts'
import { ewma, type Score, scorePopular, scorePopularMonth, type TunableArm } from './baselines.ts'
import { type EvaluationInput, isPurchase, trainingHistories } from './cases.ts'
import type { DeviceShop, Fit } from './device.ts'
import { eachTuned } from './owner/knowledge.ts'
import type { OwnerQuestions } from './owner/measure.ts'
import { publishedFiles } from './popularity.ts'
import type { Tuned } from './tune.ts'
import { countingArms, type TunedBaselines } from './tuneBaselines.ts'
import type { Walk } from './walk.ts'

/** Scorer of a baseline with its tuned parameters. @throws NearsideError `engine-failed` if tuning failed */
function score(arm: TunableArm, { parameters, failure }: Tuned): Score {
  return (context, out) => {
    if (failure !== undefined) throw new NearsideError('engine-failed', failure)
    arm.score(parameters, context, out)
  }
}

/**
 * @param tuned null to test only the model's arms, without baselines and the owner's questions
 * @param fit null if the devices don't learn
 * @param orderTrained scores of the server's second model, which learned from orders alone, for the owner's question
 * (a), what clicks gain; null if there is no such model
 */
export function prepareWalk(
  input: EvaluationInput,
  tuned: TunedBaselines | null,
  fit: Fit | null,
  orderTrained: OwnerQuestions['orderTrained'] = null,
): Walk {
  const shared = { ...prepareDevices(input, fit), store: input.historyFrom }
  if (!tuned) return { ...shared, owner: null, baselines: {} }
  const { model, serverKnows, dayOnly, until, protocol } = input
  const arms = countingArms(model.itemIds.length, trainingHistories(input), until)
  const counts = eachTuned((condition) =>
    eachCounting((arm) => score(arms[arm], tuned.counts[condition][arm])),
  )
  return {
    ...shared,
    ...(isFromCatalog(model) && { countedAt: countedAt(input) }),
    owner:
      protocol === 'personal'
        ? { serverKnows, dayOnly, installed: until, counts, orderTrained }
        : null,
    baselines: {
      popular: scorePopular,
      'popular-30d': scorePopularMonth,
      ...counts.compared,
      ewma: score(ewma(model.itemVectors, DIMENSION), tuned.ewma),
    },
  }
}

/**
 * Scorer of the server's second model, which learned from orders alone and uses the popularity of orders. The owner's
 * question (a), what clicks gain, needs these scores.
 * @param input evaluation of that model
 * @param itemIds item ids, in the rows that the callers' histories and scores use
 */
export function scoreOrderTrained(
  input: EvaluationInput,
  itemIds: readonly string[],
): NonNullable<OwnerQuestions['orderTrained']> {
  const orders = trainingHistories(input).map((history) => history.filter(isPurchase))
  const statisticsAt = publishedFiles(input, orders)
  const rows = new Map(input.model.itemIds.map((id, row) => [id, row]))
  const rowOf = itemIds.map((id) => rows.get(id) ?? -1)
  return (known, time) => {
    const history = known.map((one) => ({ ...one, item: rowOf[one.item] }))
    const model = { ...input.model, statistics: statisticsAt(time) }
    const { base } = scoreTerms(model, history, time)
    return Float32Array.from(rowOf, (row) => base[row])
  }
}

/** Statistics with the log's counts, for a model that was made without a log. */
function countedAt(input: EvaluationInput): (time: number) => ItemStatistics {
  const { model, until } = input
  const histories = trainingHistories(input)
  const lists = cooccurrence(model.itemIds.length, columnsOf(histories), until)
  const counted = { ...model, statistics: { ...model.statistics, ...lists } }
  return publishedFiles({ ...input, model: counted }, histories)
}

export function prepareDevices(input: EvaluationInput, fit: Fit | null): DeviceShop {
  const { model, until, protocol } = input
  return {
    model,
    fit,
    installed: protocol === 'personal' ? until : Number.NEGATIVE_INFINITY,
    // A model from the catalog alone gets no counts, as in a shop that collects nothing.
    statisticsAt: isFromCatalog(model)
      ? () => model.statistics
      : publishedFiles(input, trainingHistories(input)),
  }
}
