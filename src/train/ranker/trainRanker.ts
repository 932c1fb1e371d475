/**
 * @module Trains the feature weights w for new shoppers. The statistics of each training case exclude its
 * shopper and its future.
 */
import type { Item } from '@nearside/core/catalog/item.ts'
import { invalidInput } from '@nearside/core/error.ts'
import { eventStrength } from '@nearside/core/events/strength.ts'
import type { ShopperHistory } from '@nearside/core/features/cases.ts'
import { FEATURE_COUNT } from '@nearside/core/features/features.ts'
import type { History } from '@nearside/core/features/history.ts'
import type { StatisticsOptions } from '@nearside/core/features/statistics.ts'
import { focusedShares, TARGET_FOCUS } from '@nearside/core/learning/fitProblem.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import { CANDIDATES } from '@nearside/core/model/trees.ts'
import { candidatesOfCatalog } from './catalogCandidates.ts'
import { buildDataset, type RankerCase, type RankerDataset, rowScores } from './dataset.ts'
import { fitNewton } from './newton.ts'
import {
  type ListCache,
  OUT_OF_FOLD,
  type OutOfFoldOptions,
  OutOfFoldStatistics,
} from './outOfFold.ts'
import { rowsOfCase } from './part.ts'
import { type SampleOptions, sampleCases } from './sample.ts'
import { lentWeights, negligible, recordsOf, spreadOf, untaught } from './select.ts'

export interface RankerData {
  readonly items: readonly Item[]
  /** Logs of training shoppers only, without held-out shoppers. */
  readonly shoppers: readonly ShopperHistory[]
  readonly dayOnly: boolean
  /** Neighbour lists that the parts of a training share; absent: each part builds its own. */
  readonly lists?: ListCache
  /** Context at the times of the cases; without it, the training ignores context. */
  readonly context?: ContextCandidates
}

/** Kinds of context to try, and the known contexts over time. */
export type ContextCandidates = NonNullable<StatisticsOptions['context']>

interface RankerOptions {
  /** Time of the first case, milliseconds since the epoch; default: after the warm-up. */
  readonly from?: number
  /** Exclusive limit of the events, milliseconds since the epoch. */
  readonly until: number
  readonly seed: number
  readonly encoder?: EncoderScores
  readonly onProgress?: (step: string, done: number, total: number) => void
}

/** Scores of a trained encoder, which join the features if they help. */
interface EncoderScores {
  /** h·E_i of every item, [N]. */
  scores(one: RankerCase): Float32Array
  /** False for the encoder's training shoppers, because the encoder's scores look too good on them. */
  unseen(shopper: string): boolean
}

interface RankerSettings
  extends Omit<SampleOptions, 'from' | 'until'>,
    Pick<OutOfFoldOptions, 'folds' | 'neighbourDays' | 'popularityDays'> {
  readonly l2: number
  /** Share (0 … 1) of a case's weight that moves to the highest-ranked targets, see `core/learning/fitProblem.ts`. */
  readonly focus: number
  /** Number of items of each case in the final fit: those that a first fit ranks highest. */
  readonly candidates: number
}

export const DEFAULT_RANKER: RankerSettings = {
  ...OUT_OF_FOLD,
  warmUp: 0.2,
  firstShare: 0.1,
  maxCases: 6000,
  l2: 60,
  focus: TARGET_FOCUS,
  candidates: CANDIDATES,
}

export type RankerResult = ReturnType<typeof trainRanker>

/** @throws NearsideError `input-invalid` if the log is too small to train on */
export function trainRanker(data: RankerData, options: RankerOptions) {
  const settings = DEFAULT_RANKER
  const random = createRandom(options.seed)
  const asked = { from: options.from, until: options.until }
  const { shoppers, from, cases } = sampleCases(data, { ...settings, ...asked }, random)
  if (cases.length === 0)
    throw invalidInput(
      'no shopper has a second order or event before the limit: there is nothing to train on',
    )
  const statistics = new OutOfFoldStatistics(data.items, shoppers, {
    folds: settings.folds,
    neighbourDays: settings.neighbourDays,
    popularityDays: settings.popularityDays,
    from,
    until: options.until,
    lists: data.lists,
  })
  cases.sort(statistics.compareCases)
  let done = 0
  const statisticsOf = (one: RankerCase) => {
    options.onProgress?.('features', done++, 3 * cases.length)
    return statistics.at(one.shopper, one.time, one.history)
  }
  const table = buildDataset(cases, statisticsOf, random)
  const spread = spreadOf(table)
  const onProgress = (step: number) => options.onProgress?.('weights', step, 0)
  const { l2 } = settings
  const purchasesOnly = shoppers.every(({ interactions }) => onlyPurchases(interactions))
  const idle = untaught(purchasesOnly)
  const lent = lentWeights(purchasesOnly)
  const known = new Set([...spread.constant, ...idle])
  const first = fitNewton(table, spread.scale, { l2, frozen: known, onProgress })
  const dropped = negligible(first.weights)
  const frozen = new Set([...known, ...dropped])
  const centre = first.weights.map((value, f) => (frozen.has(f) ? 0 : value))
  const { scale } = spread
  const candidates = candidatesOfCatalog(cases, statisticsOf, scale, centre, settings.candidates)
  const focused = focusTargets(candidates, scale, centre, settings.focus)
  const fitted = fitNewton(focused, scale, { l2, frozen, centre, onProgress })
  const joint = options.encoder
    ? withEncoder(options.encoder, cases, statisticsOf, fitted.weights, scale, settings)
    : { weights: fitted.weights, encoderWeight: 0 }
  const shipped = (found: Float64Array) =>
    found.map((value, f) => lent.get(f) ?? (frozen.has(f) ? 0 : value))
  const weights = shipped(joint.weights)
  const alone = Float32Array.from(shipped(fitted.weights))
  return {
    /** Weights w of the scaled features, [F]; 0 for dropped features. */
    weights: Float32Array.from(weights),
    /** Divisor of the raw features, [F]. */
    scale: spread.scale.slice(0, FEATURE_COUNT),
    records: recordsOf(weights, spread, idle, lent, dropped),
    /** Factor of the encoder's score; the projection A is encoderWeight · identity. 0 without an encoder. */
    encoderWeight: joint.encoderWeight,
    /** Weights and records of the same features, fitted without the encoder's score. */
    alone: {
      weights: alone,
      records: recordsOf(shipped(fitted.weights), spread, idle, lent, dropped),
    },
    /** Raw features of the catalog's highest items by the weights `alone`, for each case with a history. */
    candidates: candidatesOfCatalog(
      cases.filter(({ history }) => history.length > 0),
      statisticsOf,
      scale,
      alone,
      settings.candidates,
    ),
    /** Columns whose weights the log can't teach. */
    untaught: idle,
    cases: cases.length,
  }
}

/**
 * Refits the weights, with the encoder's score as one more column, on shoppers on whom the encoder did not train. The
 * features' weights are pulled towards the weights fitted to all shoppers.
 */
function withEncoder(
  encoder: EncoderScores,
  cases: readonly RankerCase[],
  statisticsOf: (one: RankerCase) => ReturnType<OutOfFoldStatistics['at']>,
  weights: Float64Array,
  scale: Float32Array,
  { l2, focus, candidates }: RankerSettings,
): { weights: Float64Array; encoderWeight: number } {
  const unseen = cases.filter((one) => one.history.length > 0 && encoder.unseen(one.shopper))
  // Without unseen shoppers the encoder's benefit can't be measured, so the encoder gets no weight.
  if (unseen.length === 0) return { weights, encoderWeight: 0 }
  const table = candidatesOfCatalog(unseen, statisticsOf, scale, weights, candidates, {
    count: 1,
    of: (one) => [encoder.scores(one)],
  })
  const extra = spreadOf(table)
  if (extra.constant.has(FEATURE_COUNT)) return { weights, encoderWeight: 0 }
  const scales = new Float32Array([...scale, extra.scale[FEATURE_COUNT]])
  const centre = new Float64Array([...weights, 0])
  const frozen = new Set([...weights.keys()].filter((f) => weights[f] === 0))
  const focused = focusTargets(table, scales, centre, focus)
  const fitted = fitNewton(focused, scales, { l2, frozen, centre })
  return {
    weights: fitted.weights.slice(0, FEATURE_COUNT),
    encoderWeight: fitted.weights[FEATURE_COUNT] / scales[FEATURE_COUNT],
  }
}

function onlyPurchases(interactions: History): boolean {
  return interactions.every(({ name }) => name === 'purchase' || eventStrength(name) === 0)
}

/**
 * Target shares as in `focusedShares`, by the scores of a first fit.
 * @param scale [columns], divisor of the raw features.
 * @param weights [columns], of a first fit with equal shares.
 * @param focus 0 keeps equal shares; 1 gives the likelihood that any of the targets is next.
 */
export function focusTargets(
  data: RankerDataset,
  scale: Float32Array,
  weights: Float64Array,
  focus: number,
): RankerDataset {
  const scores = rowScores(data, scale, weights)
  const target = new Float32Array(data.target.length)
  for (let c = 0; c < data.cases.length; c++) {
    const rows = rowsOfCase(data, c).filter((row) => data.target[row] !== 0)
    const shares = focusedShares(
      rows.map((row) => data.target[row]),
      rows.map((row) => scores[row]),
      focus,
    )
    rows.forEach((row, k) => {
      target[row] = shares[k]
    })
  }
  return { ...data, target }
}
