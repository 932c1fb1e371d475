/**
 * @module One life under each update strategy: every case is ranked with what was learned last, then
 * its events come in one by one and the strategy says whether to learn. A fit solves anew from all
 * events so far, as the device does, so strategies differ in which fit is in use, and at what cost;
 * a fit that several of them want is made once.
 */

import { firstAtOrAfter } from '../../src/core/features/cases.ts'
import type { History } from '../../src/core/features/history.ts'
import type { BaseModel } from '../../src/core/model/baseModel.ts'
import { personalScores, scoreTerms } from '../../src/core/model/score.ts'
import { buildFitProblem } from '../../src/core/personal/fitProblem.ts'
import { evidenceOf, type Fused, fuse } from '../../src/core/personal/fuse.ts'
import { logLikelihood } from '../../src/core/personal/likelihood.ts'
import { STRATEGIES, type StrategyName } from '../../src/core/personal/strategy.ts'
import type { Fit } from '../../src/evaluate/device.ts'
import { ndcg, placesOf } from '../../src/train/metrics.ts'
import type { Life } from './splice.ts'

export const STRATEGY_ARMS = ['no learning', ...Object.keys(STRATEGIES)] as readonly (
  | 'no learning'
  | StrategyName
)[]

export interface LivedCase {
  /** Events since the change, before this case. */
  readonly events: number
  /** By arm. */
  readonly ndcg: Float64Array
  readonly nll: Float64Array
}

export interface LivedLife {
  readonly cases: readonly LivedCase[]
  /** Events that came in, and by arm: fits, and milliseconds of them. */
  readonly events: number
  readonly fits: Float64Array
  readonly milliseconds: Float64Array
}

export interface LiveOptions {
  /** The model with its popularity as of a time. */
  modelAt(time: number): BaseModel
  readonly fit: Fit
  readonly clock: () => number
}

interface Learned {
  readonly personal: Fused | null
  readonly milliseconds: number
}

/** @param past the events before the change, learned from already by all strategies. */
export async function live(life: Life, past: History, options: LiveOptions): Promise<LivedLife> {
  const arms = STRATEGY_ARMS.length
  const fits = new Float64Array(arms)
  const milliseconds = new Float64Array(arms)
  const made = new Map<number, Learned>()
  /** By arm, how many events the fit in use knows; −1: there is none. */
  const inUse: number[] = STRATEGY_ARMS.map((arm) => (arm === 'no learning' ? -1 : 0))
  const pending = new Float64Array(arms)
  const learn = async (known: number): Promise<Learned> => {
    const before = made.get(known)
    if (before) return before
    const learned = await learnFrom([...past, ...life.after.slice(0, known)], options)
    made.set(known, learned)
    return learned
  }
  const cases: LivedCase[] = []
  let known = 0
  for (const [index, { time, targets }] of life.cases.entries()) {
    const model = options.modelAt(time)
    const terms = scoreTerms(model, [...past, ...life.after.slice(0, known)], time)
    const ndcgs = new Float64Array(arms)
    const nlls = new Float64Array(arms)
    for (let a = 0; a < arms; a++) {
      const personal = inUse[a] < 0 ? null : (await learn(inUse[a])).personal
      const scores = personal
        ? personalScores(model, terms, personal, personal.fusionWeight)
        : terms.base
      ndcgs[a] = ndcg(placesOf(scores, targets), 10)
      nlls[a] = -logLikelihood(scores, targets)
    }
    cases.push({ events: known, ndcg: ndcgs, nll: nlls })
    const next = life.cases[index + 1]?.time ?? Number.POSITIVE_INFINITY
    const until = Number.isFinite(next) ? firstAtOrAfter(life.after, next) : known
    const arrived = life.after.slice(known, until)
    known = until
    for (const [a, arm] of STRATEGY_ARMS.entries()) {
      if (arm === 'no learning') continue
      const wants = arrived.filter(
        ({ name }) => STRATEGIES[arm].delayAfter(name, ++pending[a]) === 0,
      )
      if (wants.length === 0) continue
      // Events of one moment wait for one another, as the device's scheduler makes them.
      pending[a] = 0
      inUse[a] = known
      fits[a]++
      milliseconds[a] += (await learn(known)).milliseconds
    }
  }
  return { cases, events: known, fits, milliseconds }
}

async function learnFrom(history: History, options: LiveOptions): Promise<Learned> {
  const started = options.clock()
  const now = history[history.length - 1].time
  const model = options.modelAt(now)
  const problem = buildFitProblem(model, history, now)
  const personal = problem
    ? fuse(await options.fit(problem), model.prior, evidenceOf(problem))
    : null
  return { personal, milliseconds: options.clock() - started }
}
