/**
 * @module What happens before the walk: which shoppers and cases, what the nightly files said, and
 * the baselines' parameters. Refuses what can't give a meaningful number, in a sentence.
 */

import { NearsideError } from '../core/error.ts'
import {
  buildCases,
  cleanHistory,
  type Dropped,
  type ShopperHistory,
} from '../core/features/cases.ts'
import { cooccurrence, DEFAULT_COOCCURRENCE } from '../core/features/cooccurrence.ts'
import type { Case, History } from '../core/features/history.ts'
import { refreshPopularity } from '../core/features/statistics.ts'
import { type BaseModel, DIMENSION } from '../core/model/baseModel.ts'
import { createRandom } from '../core/model/random.ts'
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
import { byDay, countShoppers, type Popularity } from './popularity.ts'
import { type Tuned, type TuningCase, tune } from './tune.ts'
import type { Fit, Walk } from './walk.ts'

/** `personal`: every case from `until` on. `leave-one-out`: each shopper's last case. */
export type Protocol = 'personal' | 'leave-one-out'

/**
 * `nightly`: counted anew each day from training shoppers' events before that day, as any shop can.
 * `frozen`: as of `until`, as a shop has it that never refreshes its files. For all arms alike.
 */
export type PopularitySource = 'nightly' | 'frozen'

export interface EvaluationInput {
  readonly model: BaseModel
  readonly shoppers: readonly ShopperHistory[]
  readonly dayOnly: boolean
  readonly isHeldOut: (shopper: string) => boolean
  /** Whose cases are asked for; absent: of those held out. */
  readonly isTested?: (shopper: string) => boolean
  /** Milliseconds since the epoch; training saw nothing at or after it. */
  readonly until: number
  readonly protocol: Protocol
  readonly popularity: PopularitySource
  readonly seed: number
}

/** What decides which cases there are; known before any model. */
export type CaseSelection = Pick<
  EvaluationInput,
  'shoppers' | 'dayOnly' | 'isHeldOut' | 'isTested' | 'until' | 'protocol'
>

/** An interval over fewer shoppers than this says nothing. */
export const LEAST_SHOPPERS = 10

const TUNING_CASES = 400
/** Days before `until` from which tuning cases come; what precedes them builds the neighbours. */
const TUNING_DAYS = 60

/**
 * Removes what has no row, no time, or lies in the future, and puts each history in order.
 * @param now milliseconds since the epoch.
 */
export function cleanShoppers(
  shoppers: readonly ShopperHistory[],
  items: number,
  now: number,
): { readonly shoppers: readonly ShopperHistory[]; readonly dropped: Readonly<Dropped> } {
  const dropped: Dropped = { unknownItems: 0, invalidTimes: 0, future: 0 }
  const clean = shoppers.map(({ id, interactions }) => ({
    id,
    interactions: cleanHistory(interactions, items, now, dropped),
  }))
  return { shoppers: clean, dropped }
}

/**
 * The cases of each held-out shopper who has any.
 * @throws NearsideError `input-invalid` where they are too few to say anything.
 */
export function selectCases(selection: CaseSelection): (readonly Case[])[] {
  const { shoppers, dayOnly, isHeldOut, isTested = isHeldOut, until, protocol } = selection
  const held = shoppers.filter(({ id }) => isTested(id))
  if (shoppers.every(({ id }) => isHeldOut(id)))
    throw new NearsideError(
      'input-invalid',
      'every shopper is held out: none is left to learn from',
    )
  const selected = held
    .map((shopper) => {
      if (protocol === 'personal') return buildCases(shopper, dayOnly, until)
      const last = buildCases(shopper, dayOnly, Number.NEGATIVE_INFINITY).slice(1).slice(-1)
      // Whoever taught the model may be asked only for what it has not seen.
      return last.filter(({ time }) => time >= until || isHeldOut(shopper.id))
    })
    .filter((cases) => cases.length > 0)
  if (selected.length < LEAST_SHOPPERS) {
    const who = shoppers.some(({ id }) => isHeldOut(id)) ? 'held-out shoppers' : 'shoppers'
    const wanted = protocol === 'personal' ? `an event from ${isoDay(until)} on` : 'two cases'
    throw new NearsideError(
      'input-invalid',
      `${selected.length} of ${held.length} ${who} have ${wanted}; at least ${LEAST_SHOPPERS} are needed for an interval: choose an earlier --until or a larger --holdout`,
    )
  }
  return selected
}

export interface TunedBaselines {
  readonly cases: number
  readonly recentlyViewed: Tuned<RecentlyViewedParameters>
  readonly itemKnn: Tuned<ItemKnnParameters>
  readonly ewma: Tuned<EwmaParameters>
}

/** Chooses the baselines' parameters on training shoppers' cases of the last days before `until`. */
export function tuneBaselines(input: EvaluationInput): TunedBaselines {
  const { model, until, dayOnly, seed } = input
  const items = model.itemIds.length
  const training = input.shoppers.filter(({ id }) => !input.isHeldOut(id))
  const histories = training.map(({ interactions }) => interactions)
  const from = until - TUNING_DAYS * DAY
  const popularityAt = popularitySource(input, items, histories, from)
  const random = createRandom(seed)
  const cases: TuningCase[] = training
    .flatMap((shopper) => buildCases(shopper, dayOnly, from))
    .filter(({ time }) => time < until)
    .map((one) => ({ one, place: random.next() }))
    .sort((a, b) => a.place - b.place)
    .slice(0, TUNING_CASES)
    .map(({ one: { history, time, targets } }) => ({
      history,
      time,
      targets,
      popularity: popularityAt(time),
    }))
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

/** Everything the walk needs; the same in every thread. */
export function prepareWalk(input: EvaluationInput, tuned: TunedBaselines, fit: Fit): Walk {
  const { model, until, protocol, popularity, seed } = input
  const items = model.itemIds.length
  const histories: History[] = input.shoppers
    .filter(({ id }) => !input.isHeldOut(id))
    .map(({ interactions }) => interactions)
  const knn = itemKnn(model.statistics)
  const mean = ewma(model.itemVectors, DIMENSION)
  return {
    model,
    fit,
    seed,
    installed: protocol === 'personal' ? until : Number.NEGATIVE_INFINITY,
    popularityAt: popularitySource(input, items, histories, until),
    statisticsAt:
      popularity === 'nightly'
        ? byDay((midnight) => refreshPopularity(model.statistics, histories, midnight))
        : always(model.statistics),
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

function popularitySource(
  { popularity }: EvaluationInput,
  items: number,
  histories: readonly History[],
  frozenAt: number,
): (time: number) => Popularity {
  const count = (midnight: number) => countShoppers(items, histories, midnight)
  return popularity === 'nightly' ? byDay(count) : always(count(frozenAt))
}

function always<T>(value: T): () => T {
  return () => value
}

function isoDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}
