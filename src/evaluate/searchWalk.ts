/**
 * @module What a shopper's device would score before each of their orders: the base model and the
 * personal model under its guard, learned from what came before. Nothing of the order is known.
 */
import type { Case, History } from '../core/features/history.ts'
import type { ItemStatistics } from '../core/features/itemStatistics.ts'
import type { BaseModel } from '../core/model/baseModel.ts'
import { personalScores, type ScoreTerms, scoreTerms } from '../core/model/score.ts'
import { buildFitProblem } from '../core/personal/fitProblem.ts'
import { evidenceOf, type Fused, fuse } from '../core/personal/fuse.ts'
import { Guard } from '../core/personal/guard.ts'
import { negativeLogLikelihood } from '../train/metrics.ts'
import type { Fit } from './walk.ts'

export interface SearchWalk {
  readonly model: BaseModel
  /** What the shop's nightly files would say on the day of `time`; the same for both. */
  statisticsAt(time: number): ItemStatistics
  readonly fit: Fit
  /** The moment the model reached the device: nothing is fitted before it. Milliseconds. */
  readonly installed: number
  readonly seed: number
}

/** [N] each, by the model's rows. */
export interface CaseScores {
  /** The base model as it is for somebody without a past. */
  readonly stranger: Float32Array
  readonly base: Float32Array
  readonly personal: Float32Array
  /** The personal scores if this had come after everything else, e.g. a search. */
  readonly after: (further: History) => Float32Array
}

/** @param cases of one shopper, ascending by time. */
export async function* scoreCases(
  walk: SearchWalk,
  cases: readonly Case[],
): AsyncGenerator<CaseScores, void> {
  const guard = new Guard()
  for (const { history, time, targets } of cases) {
    const learned = await learn(walk, history)
    const model = { ...walk.model, statistics: walk.statisticsAt(time) }
    const serve = (terms: ScoreTerms) =>
      learned ? personalScores(model, terms, learned, learned.fusionWeight) : terms.base
    const terms = scoreTerms(model, history, time)
    const { base } = terms
    const served = serve(terms)
    const stranger = scoreTerms(model, [], time).base
    const { active } = guard
    yield {
      stranger,
      base,
      personal: active ? served : base,
      after(further) {
        const then = scoreTerms(model, [...history, ...further], time)
        return active ? serve(then) : then.base
      },
    }
    if (learned && learned.fusionWeight > 0)
      guard.observe(-negativeLogLikelihood(served, targets), -negativeLogLikelihood(base, targets))
  }
}

async function learn(walk: SearchWalk, history: History): Promise<Fused | null> {
  const last = history.at(-1)
  if (!last) return null
  const now = Math.max(last.time, walk.installed)
  const model = { ...walk.model, statistics: walk.statisticsAt(now) }
  const problem = buildFitProblem(model, history, now)
  return problem ? fuse(await walk.fit(problem), model.prior, evidenceOf(problem)) : null
}
