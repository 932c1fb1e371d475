/**
 * @module Searches the ranker's hyper-parameters on rolling origins. What the search saw as best is
 * one of many tries, so a last origin that it never saw must agree before the best is used.
 */

import { createRandom } from '../../src/core/model/random.ts'
import { addScores } from '../../src/core/model/score.ts'
import { mean, shopperMeans, standardError } from '../../src/train/estimates.ts'
import { ndcg, placesOf } from '../../src/train/metrics.ts'
import { focusTargets } from '../../src/train/ranker/focus.ts'
import { fitNewton } from '../../src/train/ranker/newton.ts'
import { spreadOf } from '../../src/train/ranker/select.ts'
import {
  DEFAULT_RANKER,
  type RankerData,
  type RankerSettings,
} from '../../src/train/ranker/trainRanker.ts'
import { formatDay } from '../../src/train/shop/time.ts'
import { type Origin, rollingOrigins } from './rollingOrigins.ts'
import { type SearchMethod, search } from './search.ts'
import type { Dimension, Point } from './space.ts'

/** What of the ranker's settings is searched, and how far it may go. */
export const RANKER_SPACE: readonly Dimension[] = [
  { name: 'l2', low: 1, high: 1000, scale: 'log' },
  { name: 'focus', low: 0, high: 1, scale: 'linear' },
  { name: 'firstShare', low: 0, high: 1, scale: 'linear' },
]

export interface Trial {
  readonly parameters: Point
  /** Mean NDCG@10 of the questions of each searched origin. */
  readonly 'ndcg@10': readonly number[]
  /** Mean over shoppers of the difference to the first trial, and its standard error. */
  readonly difference: number
  readonly error: number
}

export interface SearchReport {
  readonly method: SearchMethod
  readonly seed: number
  readonly space: readonly Dimension[]
  /** ISO dates: fitted before, asked from there until the next; the last confirms. */
  readonly origins: readonly {
    readonly at: string
    readonly until: string
    readonly fitted: number
    readonly asked: number
  }[]
  /** The first is what was in use. */
  readonly trials: readonly Trial[]
  readonly best: Point
  /** The best against what was in use, on the origin that the search never saw. */
  readonly confirmation: { readonly difference: number; readonly error: number }
  /** Better than what is in use, on the last origin too. */
  readonly confirmed: boolean
  readonly reason: string
}

export interface RankerSearchOptions {
  readonly method: SearchMethod
  readonly trials: number
  /** Exclusive, milliseconds. */
  readonly until: number
  readonly seed: number
  readonly onProgress: (label: string, done: number, total: number) => Promise<void>
}

/** @throws NearsideError `input-invalid` where the log is too short to roll over */
export async function searchRanker(
  data: RankerData,
  { method, trials, until, seed, onProgress }: RankerSearchOptions,
): Promise<SearchReport> {
  const random = createRandom(seed + 4)
  const origins = await rollingOrigins(data, until, random, (step) =>
    onProgress('search: cases', step, 2),
  )
  const searched = origins.slice(0, -1)
  const [last] = origins.slice(-1)
  const start: Point = Object.fromEntries(
    RANKER_SPACE.map(({ name }) => [name, DEFAULT_RANKER[name as keyof RankerSettings]]),
  )
  const found: Trial[] = []
  let before: readonly Answer[] = []
  await search(method, RANKER_SPACE, start, trials, random, async (parameters) => {
    await onProgress('search', found.length, trials)
    const answers = searched.map((origin) => answersOf(origin, parameters))
    const all = answers.flat()
    if (found.length === 0) before = all
    const trial = {
      parameters,
      'ndcg@10': answers.map((own) => mean(own.map(({ gain }) => gain))),
      ...compare(all, before),
    }
    found.push(trial)
    return trial.difference
  })
  const best = found.reduce((a, b) => (b.difference > a.difference ? b : a))
  const confirmation = compare(answersOf(last, best.parameters), answersOf(last, start))
  return {
    method,
    seed,
    space: RANKER_SPACE,
    origins: origins.map(({ at, until: end, fitted, questions }) => ({
      at: formatDay(at),
      until: formatDay(end),
      fitted: fitted.cases.length,
      asked: questions.length,
    })),
    trials: found,
    best: best.parameters,
    confirmation,
    ...verdict(best, confirmation, best === found[0]),
  }
}

function verdict(
  best: Trial,
  confirmation: { readonly difference: number },
  isStart: boolean,
): { readonly confirmed: boolean; readonly reason: string } {
  if (isStart) return { confirmed: false, reason: 'nothing was better than what is in use' }
  if (best.difference - best.error <= 0)
    return { confirmed: false, reason: 'the best is within a standard error of what is in use' }
  if (confirmation.difference <= 0)
    return {
      confirmed: false,
      reason: 'the best is no better on the origin that it was not chosen on',
    }
  return { confirmed: true, reason: 'better by more than its error, and on the last origin too' }
}

interface Answer {
  readonly shopper: string
  readonly gain: number
}

function answersOf({ fitted, questions }: Origin, parameters: Point): Answer[] {
  const { l2, focus, firstShare } = parameters
  // In expectation what drawing that share of first orders would give, without a draw's noise.
  const data = {
    ...fitted,
    cases: fitted.cases.map((one) =>
      one.history.length > 0 ? one : { ...one, weight: Math.max(firstShare, 1e-6) },
    ),
  }
  const { scale, constant } = spreadOf(data)
  const first = fitNewton(data, scale, { l2, frozen: constant })
  const focused = focusTargets(data, scale, first.weights, focus)
  const { weights } = fitNewton(focused, scale, { l2, frozen: constant })
  const raw = Float32Array.from(weights, (value, f) => value / scale[f])
  return questions.map(({ shopper, targets, features }) => {
    const scores = new Float32Array(features.length / raw.length)
    addScores(scores, features, raw)
    return { shopper, gain: ndcg(placesOf(scores, targets), 10) }
  })
}

/** Paired, each shopper the same weight. */
function compare(answers: readonly Answer[], before: readonly Answer[]) {
  const differences = shopperMeans(answers, ({ gain }, k) => gain - before[k].gain)
  return { difference: mean(differences), error: standardError(differences) }
}
