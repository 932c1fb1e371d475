/** @module Tunes the baselines on training shoppers, under the conditions of the test. */
import { cooccurrence, DEFAULT_COOCCURRENCE } from '@nearside/core/features/cooccurrence.ts'
import type { History } from '@nearside/core/features/history.ts'
import { columnsOf } from '@nearside/core/features/logColumns.ts'
import { DIMENSION } from '@nearside/core/model/baseModel.ts'
import { createRandom, inRandomOrder } from '@nearside/core/model/random.ts'
import { DAY } from '@nearside/core/time.ts'
import { type CountingArm, eachCounting } from './arms.ts'
import { ewma, ITEM_KNN, LAST_VIEWED, RECENTLY_VIEWED, type TunableArm } from './baselines.ts'
import { type AskedCase, casesOf, type EvaluationInput } from './cases.ts'
import { ease, easeWeights } from './ease.ts'
import { eachTuned, type OfTuned, serverHistory, storeHistory } from './owner/knowledge.ts'
import { popularityOf, publishedFiles } from './popularity.ts'
import { headlineOf, headlineTargets } from './questions.ts'
import { sessionKnn } from './sessionKnn.ts'
import { type Tuned, type TuningCase, tune } from './tune.ts'

const TUNING_CASES = 400
/** Maximum number of cases a shopper; many cases of few shoppers would say little. */
const CASES_EACH = 4
/** Days before `until` that tuning cases come from; earlier events build the neighbours. */
const TUNING_DAYS = 60

/** Counting arms, from the interactions before a time. */
export function countingArms(
  items: number,
  histories: readonly History[],
  before: number,
): Readonly<Record<CountingArm, TunableArm>> {
  return {
    'last-viewed': LAST_VIEWED,
    'recently-viewed': RECENTLY_VIEWED,
    'item-knn': ITEM_KNN,
    'session-knn': sessionKnn(items, histories, before),
    ease: ease((ridge) => easeWeights(items, histories, before, ridge)),
  }
}

export type TunedCounts = Readonly<Record<CountingArm, Tuned>>

export interface TunedBaselines {
  readonly cases: number
  readonly shoppers: number
  readonly counts: TunedCounts
  readonly ewma: Tuned
  /** Counting arms tuned on purchases. */
  readonly owner: OfTuned<TunedCounts>
}

/**
 * Chooses the baselines' parameters on training shoppers' cases of the last days before `until`.
 * @param tried called after each tried choice
 */
export function tuneBaselines(input: EvaluationInput, tried?: () => void): TunedBaselines {
  const { model, dayOnly, serverKnows, historyFrom } = input
  const items = model.itemIds.length
  const { shoppers, others, from, casesWith } = prepareTuning(input)
  const arms = countingArms(items, others, from)
  const tuned = new Map<string, TunedCounts>()
  const counts = (cases: readonly TuningCase[]): TunedCounts => {
    // All lists come from the same logs: equal sizes imply equal content.
    const sizes = cases.map(({ history, targets }) => `${history.length} ${targets.length}`).join()
    const found = tuned.get(sizes) ?? eachCounting((arm) => tune(arms[arm], cases, items, tried))
    tuned.set(sizes, found)
    return found
  }
  const cases = casesWith(
    (one) => storeHistory(historyFrom, one, from),
    (one) => headlineTargets(one, headlineOf(input)),
  )
  return {
    cases: cases.length,
    shoppers,
    counts: counts(cases),
    ewma: tune(ewma(model.itemVectors, DIMENSION), cases, items, tried),
    owner: eachTuned((known) =>
      counts(
        casesWith(
          (one) =>
            known === 'server'
              ? serverHistory(serverKnows, one, dayOnly)
              : storeHistory(known, one, from),
          ({ bought }) => ({ targets: bought, hidden: null }),
        ),
      ),
    ),
  }
}

/**
 * Cases of some training shoppers, with neighbours and popularity that exclude these shoppers, as
 * those of the test exclude the tested shoppers.
 */
export function prepareTuning(input: EvaluationInput) {
  const { model, until } = input
  const from = until - TUNING_DAYS * DAY
  const { drawn, others } = drawShoppers(input, from)
  const statisticsAt = publishedFiles(input, others)
  const { neighboursPerItem } = model.statistics
  const settings = { ...DEFAULT_COOCCURRENCE, neighboursPerItem }
  const lists = cooccurrence(model.itemIds.length, columnsOf(others), from, settings)
  const neighbours = { neighboursPerItem, ...lists }
  const casesWith = (
    known: (one: AskedCase) => History,
    wanted: (one: AskedCase) => Pick<TuningCase, 'targets' | 'hidden'>,
  ) =>
    drawn.flatMap((own): TuningCase[] => {
      const asked = own.filter((one) => wanted(one).targets.length > 0)
      return asked.map((one) => ({
        history: known(one),
        time: one.time,
        ...wanted(one),
        popularity: popularityOf(statisticsAt(one.time)),
        neighbours,
        weight: 1 / asked.length,
      }))
    })
  return { shoppers: drawn.length, others, from, casesWith }
}

/** Cases of some training shoppers, and the logs of all others. */
function drawShoppers(
  input: EvaluationInput,
  from: number,
): { drawn: (readonly AskedCase[])[]; others: History[] } {
  const random = createRandom(input.seed)
  const training = input.shoppers.filter(({ id }) => !input.isHeldOut(id))
  const drawn: (readonly AskedCase[])[] = []
  const others: History[] = []
  let cases = 0
  for (const shopper of inRandomOrder(training, random)) {
    const all = casesOf(input, shopper, from).filter(({ time }) => time < input.until)
    const own = inRandomOrder(all, random).slice(0, CASES_EACH)
    const wanted = own.length > 0 && cases < TUNING_CASES && 2 * drawn.length < training.length
    if (wanted) {
      drawn.push(own)
      cases += own.length
    } else others.push(shopper.interactions)
  }
  return { drawn, others }
}
