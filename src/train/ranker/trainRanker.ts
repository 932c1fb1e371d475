/**
 * @module Trains the feature weights w for use on new shoppers: the statistics of each training case exclude the case's
 * shopper and later events.
 */
import type { Item } from '@nearside/core/catalog/item.ts'
import { invalidInput } from '@nearside/core/error.ts'
import { eventStrength } from '@nearside/core/events/strength.ts'
import type { ShopperHistory } from '@nearside/core/features/cases.ts'
import { contextCandidates } from '@nearside/core/features/context/contextFeatures.ts'
import { FEATURE_COUNT } from '@nearside/core/features/features.ts'
import type { StatisticsOptions } from '@nearside/core/features/statistics.ts'
import { focusedShares, TARGET_FOCUS } from '@nearside/core/learning/fitProblem.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import { CANDIDATES } from '@nearside/core/model/trees.ts'
import { candidatesOfCatalog } from './catalogCandidates.ts'
import {
  buildDataset,
  contextColumns,
  type RankerCase,
  type RankerDataset,
  rowScores,
  rowsOfCase,
} from './dataset.ts'
import { fitNewton } from './newton.ts'
import { type ListCache, OutOfFoldStatistics } from './outOfFold.ts'
import { type SampleOptions, sampleCases } from './sample.ts'
import { lentWeights, negligible, recordsOf, spreadOf, untaught } from './select.ts'

export interface RankerData {
  readonly items: readonly Item[]
  /** Training shoppers, without held-out shoppers. */
  readonly shoppers: readonly ShopperHistory[]
  readonly dayOnly: boolean
  /** Neighbour lists that the parts of a training share; absent: each part builds its own. */
  readonly lists?: ListCache
  /** Context at the times of the cases; without it, the training ignores context. */
  readonly context?: ContextCandidates
}

/** Kinds of context to try, and the known contexts over time. */
export type ContextCandidates = NonNullable<StatisticsOptions['context']>

interface SampleLimits extends Pick<SampleOptions, 'from' | 'until'> {
  readonly seed: number
}

interface RankerOptions extends SampleLimits {
  readonly encoder?: EncoderScores
  readonly onProgress?: (step: string, done: number, total: number) => void
}

interface EncoderScores {
  /** h·E_i of every item, [N]. */
  scores(one: RankerCase): Float32Array
  /** False for the encoder's training shoppers, because the encoder's scores look too good on them. */
  unseen(shopper: string): boolean
}

export const DEFAULT_RANKER = {
  firstShare: 0.1,
  maxCases: 6000,
  l2: 60,
  /** Share (0 … 1) of a case's weight that moves to the highest-ranked targets, see `core/learning/fitProblem.ts`. */
  focus: TARGET_FOCUS,
  /** Number of items of each case in the final fit: those that a first fit ranks highest. */
  candidates: CANDIDATES,
} as const

export type RankerResult = ReturnType<typeof trainRanker>

/** @throws NearsideError `input-invalid` if the log is too small to train on */
export function trainRanker(data: RankerData, options: RankerOptions) {
  const { l2, focus, candidates: places } = DEFAULT_RANKER
  const random = createRandom(options.seed)
  const { shoppers, from, cases } = sampleCases(data, { ...DEFAULT_RANKER, ...options }, random)
  if (cases.length === 0)
    throw invalidInput(
      'no shopper has a second order or event before the limit: there is nothing to train on',
    )
  const { until } = options
  const statistics = new OutOfFoldStatistics(data.items, shoppers, {
    from,
    until,
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
  const purchasesOnly = shoppers.every(({ interactions }) =>
    interactions.every(({ name }) => name === 'purchase' || eventStrength(name) === 0),
  )
  const idle = untaught(purchasesOnly)
  const lent = lentWeights(purchasesOnly)
  const known = new Set([...spread.constant, ...idle])
  const first = fitNewton(table, spread.scale, { l2, frozen: known, onProgress })
  const dropped = negligible(first.weights)
  const frozen = new Set([...known, ...dropped])
  const centre = first.weights.map((value, f) => (frozen.has(f) ? 0 : value))
  const { scale } = spread
  const candidates = candidatesOfCatalog(cases, statisticsOf, scale, centre, places)
  const focused = focusTargets(candidates, scale, centre, focus)
  const fitted = fitNewton(focused, scale, { l2, frozen, centre, onProgress })
  const joint = options.encoder
    ? withEncoder(options.encoder, cases, statisticsOf, fitted.weights, scale)
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
    /** Factor of the encoder's score; 0 without an encoder. The projection A is this factor times the identity. */
    encoderWeight: joint.encoderWeight,
    /** Weights and records that were fitted without the encoder's score. */
    alone: {
      weights: alone,
      records: recordsOf(shipped(fitted.weights), spread, idle, lent, dropped),
    },
    /** Table of the items that the weights `alone` rank highest, for each case with a history. */
    candidates: candidatesOfCatalog(
      cases.filter(({ history }) => history.length > 0),
      statisticsOf,
      scale,
      alone,
      places,
    ),
    /** Columns whose weights the log can't teach. */
    untaught: idle,
  }
}

/**
 * Refits the weights with the encoder's score as one more column, on shoppers whom the encoder's training did not see.
 * The L2 term pulls the weights towards `weights`, which were fitted to all shoppers.
 */
function withEncoder(
  encoder: EncoderScores,
  cases: readonly RankerCase[],
  statisticsOf: (one: RankerCase) => ReturnType<OutOfFoldStatistics['at']>,
  weights: Float64Array,
  scale: Float32Array,
): { weights: Float64Array; encoderWeight: number } {
  const { l2, focus, candidates } = DEFAULT_RANKER
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

/**
 * Moves the shares of a case's targets to the targets with the highest scores, see `focusedShares`.
 * @param scale divisor of the raw features, [columns]
 * @param weights of a first fit with equal shares, [columns]
 * @param focus 0 keeps equal shares; 1 gives the likelihood that any of the targets is next
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

/** Maximum number of cases of `sampleTable`. */
const MOST_JUDGED = 3000

/** Table on which context and features are judged: some cases, with the context columns last. */
export function sampleTable(
  data: RankerData,
  { from: first, until, seed }: SampleLimits,
): RankerDataset {
  const random = createRandom(seed + 5)
  const options = { from: first, until, firstShare: 0, maxCases: MOST_JUDGED }
  const { cases, shoppers, from } = sampleCases(data, options, random)
  const { context, lists } = data
  const statistics = new OutOfFoldStatistics(data.items, shoppers, {
    from,
    until,
    statistics: { context },
    lists,
  })
  return buildDataset(
    cases.sort(statistics.compareCases),
    ({ shopper, time, history }) => statistics.at(shopper, time, history),
    random,
    context && contextColumns(contextCandidates(context.kinds), context.contexts),
  )
}
