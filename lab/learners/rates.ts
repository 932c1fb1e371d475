/**
 * @module The learners' rates, chosen on training shoppers' cases from just before the test: a
 * stream of the same kind, of other people, that nobody is judged on.
 */

import { buildCases } from '../../src/core/features/cases.ts'
import { cooccurrence, DEFAULT_COOCCURRENCE } from '../../src/core/features/cooccurrence.ts'
import { columnsOf } from '../../src/core/features/logColumns.ts'
import { createRandom, inRandomOrder } from '../../src/core/model/random.ts'
import type { IncrementalLearner } from '../../src/core/personal/learners/learner.ts'
import { DAY } from '../../src/core/time.ts'
import type { EvaluationInput } from '../../src/evaluate/cases.ts'
import { createCombination, createHead, createRescaled, type Rates } from './arms.ts'
import { judge } from './judge.ts'
import { POLICIES } from './policies.ts'
import { runPrequential } from './run.ts'
import { type StreamCase, streamOf } from './stream.ts'

/** As long before the test as the baselines' tuning. */
const DAYS = 60
const STEP_SIZES = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2] as const
const COMBINATION_RATES = [0.02, 0.1, 0.5, 1] as const

/**
 * Cases of at most `shoppers` training shoppers. Neighbour lists are from before these cases, as
 * the tested shoppers' are from before theirs; the base's weights did learn from these shoppers, so
 * the base looks a little better here than it is.
 */
export function trainingStream(input: EvaluationInput, shoppers: number): Generator<StreamCase> {
  const { model, until, dayOnly, seed } = input
  const training = input.shoppers.filter(({ id }) => !input.isHeldOut(id))
  const from = until - DAYS * DAY
  const { neighboursPerItem } = model.statistics
  const settings = { ...DEFAULT_COOCCURRENCE, neighboursPerItem }
  const histories = training.map(({ interactions }) => interactions)
  const lists = cooccurrence(model.itemIds.length, columnsOf(histories), from, settings)
  const selected = inRandomOrder(training, createRandom(seed))
    .map((shopper) => buildCases(shopper, dayOnly, from).filter(({ time }) => time < until))
    .filter((cases) => cases.length > 0)
    .slice(0, shoppers)
  const statistics = { ...model.statistics, ...lists }
  return streamOf({ ...input, model: { ...model, statistics } }, selected)
}

/** By log-loss, test then train; the first of equals. */
export async function chooseRates(
  stream: readonly StreamCase[],
  seed: number,
  tried: () => Promise<void>,
): Promise<Rates> {
  const best = async <T>(candidates: readonly T[], make: (one: T) => IncrementalLearner) => {
    let found = { rate: candidates[0], loss: Number.POSITIVE_INFINITY }
    for (const rate of candidates) {
      const { probabilities } = runPrequential(stream, make(rate), POLICIES[0], () => 0)
      const { logLoss } = judge(stream, probabilities)
      if (logLoss < found.loss) found = { rate, loss: logLoss }
      await tried()
    }
    return found.rate
  }
  const stepSize = await best(STEP_SIZES, (rate) => createHead('gradient', rate, 0.5, true))
  const rescaling = await best(STEP_SIZES, createRescaled)
  const combination = await best(COMBINATION_RATES, (rate) =>
    createCombination({ stepSize, rescaling, combination: rate }, seed),
  )
  return { stepSize, rescaling, combination }
}

/** Calls of `tried`. */
export const RATE_TRIALS = 2 * STEP_SIZES.length + COMBINATION_RATES.length
