/** @module Tunes the baselines on training shoppers, under the conditions of the test. */

import type { Wanted } from '@nearside/core/features/cases.ts'
import { cooccurrence, DEFAULT_COOCCURRENCE } from '@nearside/core/features/cooccurrence.ts'
import type { History } from '@nearside/core/features/history.ts'
import { columnsOf } from '@nearside/core/features/logColumns.ts'
import { DIMENSION } from '@nearside/core/model/baseModel.ts'
import { createRandom, inRandomOrder } from '@nearside/core/model/random.ts'
import { DAY } from '@nearside/core/time.ts'
import { foldOf } from '@nearside/train/holdout.ts'
import { type CountingArm, eachCounting } from './arms.ts'
import { ewma, ITEM_KNN, LAST_VIEWED, RECENTLY_VIEWED, type TunableArm } from './baselines.ts'
import { type AskedCase, casesOf, type EvaluationInput } from './cases.ts'
import { ease, easeWeights } from './ease.ts'
import { eachTuned, type OfTuned, serverHistory, storeHistory } from './owner/knowledge.ts'
import { byDay, popularityOf, publishedFiles } from './popularity.ts'
import { sessionKnn } from './sessionKnn.ts'
import type { Steps } from './steps.ts'
import { type Tuned, type TuningCase, tune } from './tune.ts'

/**
 * Number of days before `until` whose cases serve for tuning: `fewest`, or up to `most` if these have too few cases.
 * The neighbours come from events before these days. A log of sequences has one event per shopper and day, so 28 days
 * would leave few events for the neighbours; there, `inSequences` replaces `fewest`.
 */
const TUNING_DAYS = { fewest: 28, inSequences: 1, most: 60 }
const ENOUGH_CASES = 1000
/** Maximum number of tuning cases; if there are more, a random part of each shopper's cases is used. */
const MOST_CASES = 2000
/** Number of parts of the shoppers. The cases of one part use the other part's neighbours and popularity. */
const PARTS = 2

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

export interface TunedBaselines {
  readonly cases: number
  readonly shoppers: number
  readonly counts: OfTuned<Readonly<Record<CountingArm, Tuned>>>
  readonly ewma: Tuned
}

/**
 * Chooses the baselines' parameters on training shoppers' cases of the last days before `until`.
 * @param onProgress called per arm; `done` is the number of cases times the share of parameter values tried
 */
export function tuneBaselines(
  input: EvaluationInput,
  onProgress: Steps['onProgress'] = () => {},
): TunedBaselines {
  const { model, dayOnly, serverKnows, historyFrom } = input
  const items = model.itemIds.length
  const { shoppers, others, from, casesWith } = prepareTuning(input)
  const byPart = others.map((histories) => countingArms(items, histories, from))
  const arms = eachCounting(
    (arm): TunableArm => ({
      ...byPart[0][arm],
      score: (parameters, context, out) =>
        byPart[context.fold ?? 0][arm].score(parameters, context, out),
    }),
  )
  const cases = eachTuned((condition) => {
    if (condition === 'server')
      return casesWith(
        (one) => serverHistory(serverKnows, one, dayOnly),
        ({ bought }) => bought,
      )
    const isNext = condition === 'compared' || condition === 'installed'
    const store = condition === 'installed' ? 'install' : condition
    return casesWith(
      (one) => storeHistory(store === 'compared' ? historyFrom : store, one, from),
      ({ next, bought }) => (isNext ? next : bought),
    )
  })
  // Under each condition, a case's history is a part of the same log. If two conditions give each case histories of
  // equal length, the histories count as equal, and one tuning serves both conditions.
  const sizes = eachTuned((condition) =>
    cases[condition].map(({ history, targets }) => `${history.length} ${targets.length}`).join(),
  )
  const distinct = new Map<string, number>()
  eachTuned((condition) => distinct.set(sizes[condition], cases[condition].length))
  const total = [...distinct.values()].reduce((sum, one) => sum + one, 0)
  const tuneArm = (name: string, arm: TunableArm, own?: OfTuned<Tuned>): OfTuned<Tuned> => {
    const known = new Map<string, Tuned>()
    let done = 0
    return eachTuned((condition) => {
      const { length } = cases[condition]
      const nested = own ? [{ ...arm.start, ...own[condition].parameters, own: 1 }] : []
      const tried = (share: number) =>
        onProgress(`tuning ${name}`, Math.round(done + share * length), total)
      const found = known.get(sizes[condition]) ?? tune(arm, cases[condition], items, nested, tried)
      if (!known.has(sizes[condition])) done += length
      known.set(sizes[condition], found)
      return found
    })
  }
  const own = tuneArm('recently-viewed', arms['recently-viewed'])
  const counting = eachCounting((name) => {
    if (name === 'recently-viewed') return own
    return tuneArm(name, arms[name], name === 'last-viewed' ? undefined : own)
  })
  const tried = (share: number) =>
    onProgress('tuning ewma', Math.round(share * cases.compared.length), cases.compared.length)
  return {
    cases: cases.compared.length,
    shoppers,
    counts: eachTuned((condition) => eachCounting((name) => counting[name][condition])),
    ewma: tune(ewma(model.itemVectors, DIMENSION), cases.compared, items, [], tried),
  }
}

/**
 * Cases of training shoppers in the last weeks. Their neighbours and popularity come from other training shoppers, as
 * in the test, where these come from shoppers who aren't tested.
 */
export function prepareTuning(input: EvaluationInput) {
  const { model, until, seed, protocol } = input
  const training = input.shoppers.filter(({ id }) => !input.isHeldOut(id))
  // Only a log of sequences trains a model on every shopper and then tests them.
  const isSequences = protocol === 'leave-one-out' && training.length === input.shoppers.length
  const earliest = until - TUNING_DAYS.most * DAY
  const recent = training.map((shopper) =>
    casesOf(input, shopper, earliest).filter(({ time }) => time < until),
  )
  const times = recent.flatMap((own) => own.map(({ time }) => time)).sort((a, b) => b - a)
  const enough = Math.floor((times[ENOUGH_CASES - 1] ?? earliest) / DAY) * DAY
  const fewest = isSequences ? TUNING_DAYS.inSequences : TUNING_DAYS.fewest
  const from = Math.min(enough, until - fewest * DAY)
  const partOf = (shopper: string) => foldOf(shopper, PARTS, seed + 1)
  const { neighboursPerItem } = model.statistics
  const settings = { ...DEFAULT_COOCCURRENCE, neighboursPerItem }
  const parts = Array.from({ length: PARTS }, (_, part) => {
    const others = training
      .filter(({ id }) => partOf(id) !== part)
      .map(({ interactions }) => interactions)
    const lists = cooccurrence(model.itemIds.length, columnsOf(others), from, settings)
    const neighbours = { neighboursPerItem, ...lists }
    const statisticsAt = publishedFiles(input, others)
    const popularityAt = byDay((midnight) => popularityOf(statisticsAt(midnight)))
    return { others, neighbours, popularityAt }
  })
  const random = createRandom(seed)
  const late = recent
    .map((own) => own.filter(({ time }) => time >= from))
    .filter((own) => own.length > 0)
  const each = Math.max(1, Math.floor(MOST_CASES / late.length))
  const drawn =
    late.flat().length <= MOST_CASES
      ? late
      : inRandomOrder(late, random)
          .slice(0, MOST_CASES)
          .map((own) => inRandomOrder(own, random).slice(0, each))
  const casesWith = (known: (one: AskedCase) => History, wanted: (one: AskedCase) => Wanted) =>
    drawn.flatMap((own): TuningCase[] => {
      const asked = own.filter((one) => wanted(one).targets.length > 0)
      return asked.map((one) => {
        const fold = partOf(one.shopper)
        const { neighbours, popularityAt } = parts[fold]
        return {
          history: known(one),
          time: one.time,
          ...wanted(one),
          popularity: popularityAt(one.time),
          neighbours,
          fold,
          weight: 1 / asked.length,
        }
      })
    })
  return { shoppers: drawn.length, others: parts.map(({ others }) => others), from, casesWith }
}
