/**
 * @module Test, then learn: one shopper's cases in time order. Every arm ranks the whole catalogue
 * before the case is known to it; then the guard looks, then the personal model is fitted anew from
 * everything before the next case, with the very functions that the device runs.
 */

import { firstAtOrAfter, withoutLastSession } from '../core/features/cases.ts'
import type { Case, History } from '../core/features/history.ts'
import type { ItemStatistics } from '../core/features/itemStatistics.ts'
import { type BaseModel, DIMENSION, type PersonalParameters } from '../core/model/baseModel.ts'
import { personalScores, scoreTerms } from '../core/model/score.ts'
import { buildFitProblem } from '../core/personal/fitProblem.ts'
import { evidenceOf, type Fused, fuse } from '../core/personal/fuse.ts'
import { Guard } from '../core/personal/guard.ts'
import type { FitProblem } from '../core/personal/problem.ts'
import { DAY } from '../core/time.ts'
import { METRICS, measure, ndcg, negativeLogLikelihood, placesOf } from '../train/metrics.ts'
import { ARMS, type ArmName } from './arms.ts'
import type { BaselineContext } from './baselines.ts'
import { type CaseDetail, measureDetail } from './detail/caseDetail.ts'
import { FUSION_GRID, OwnFusion } from './detail/fusion.ts'
import type { Popularity } from './popularity.ts'

/** Minimises a problem; the engine's `fit`, handed in because mathematics knows no engine. */
export type Fit = (problem: FitProblem) => Promise<{ readonly parameters: Float32Array }>

export type BaselineName = 'popular' | 'popular-30d' | 'recently-viewed' | 'item-knn' | 'ewma'

export interface Walk {
  readonly model: BaseModel
  /** What the shop's nightly files would say on the day of `time`; the same for every arm. */
  popularityAt(time: number): Popularity
  statisticsAt(time: number): ItemStatistics
  readonly baselines: Readonly<
    Record<BaselineName, (context: BaselineContext, out: Float32Array) => void>
  >
  readonly fit: Fit
  /** The moment the model reached the device: nothing is fitted before it. Milliseconds. */
  readonly installed: number
  readonly seed: number
}

/** Metrics of one case: [arm][all items, then new items only][metric], see `metricAt`. */
export interface CaseResult {
  readonly shopper: string
  readonly time: number
  /** Length of the history in entries. */
  readonly history: number
  /** Whether a target is new to the shopper; where not, the `:new` metrics don't exist. */
  readonly hasNew: boolean
  readonly metrics: Float32Array
  /** Whether the guard let the personal model rank this case. */
  readonly guardActive: boolean
  /** The base model with everything before the case's midnight, as a nightly server would know it. */
  readonly nightly?: {
    readonly ndcg: number
    /** Whether that lacks something. */
    readonly lacks: boolean
  }
  /** For the curves of the report. */
  readonly detail?: CaseDetail
}

const STRIDE = 2 * METRICS.length

/** Where a metric lies in `CaseResult.metrics`. */
export function metricAt(arm: number, metric: number, onlyNew: boolean): number {
  return arm * STRIDE + (onlyNew ? METRICS.length : 0) + metric
}

/** Adam's step in the naive fine-tune, the textbook order of magnitude for thirty steps. */
const NAIVE_STEP_SIZE = 0.03
const NAIVE_STEPS = 30

/** @param cases of one shopper, ascending by time. */
export async function walkShopper(walk: Walk, cases: readonly Case[]): Promise<CaseResult[]> {
  const results: CaseResult[] = []
  const guard = new Guard()
  const own = new OwnFusion()
  for (const one of cases) {
    const { shopper, time, history, targets } = one
    const learned = await learn(walk, history)
    const scores = scoreAll(walk, history, time, learned, guard.active)
    const base = scores.arms['base-fresh']
    const shipped = learned?.personal.fusionWeight ?? 0
    const detail = measureDetail(
      { base, whole: scores.whole, personal: scores.arms.personal },
      { shipped, own: own.weight(shipped) },
      targets,
    )
    own.observe(detail.fusion.nll[0] - detail.fusion.nll[FUSION_GRID.length - 1])
    results.push({
      shopper,
      time,
      history: history.length,
      guardActive: guard.active,
      ...measureAll(scores.arms, history, targets),
      nightly: measureNightly(walk, one, base),
      detail,
    })
    if (learned && learned.personal.fusionWeight > 0)
      guard.observe(
        -negativeLogLikelihood(scores.served, targets),
        -negativeLogLikelihood(scores.arms['base-fresh'], targets),
      )
  }
  return results
}

interface Learned {
  readonly personal: Fused
  readonly naive: PersonalParameters
}

/** Most shops learn at night: what the shopper did since then is what a server lacks. */
function measureNightly(
  walk: Walk,
  { history, time, targets }: Case,
  fresh: Float32Array,
): Required<CaseResult>['nightly'] {
  const midnight = Math.floor(time / DAY) * DAY
  const known = history.slice(0, firstAtOrAfter(history, midnight))
  const lacks = known.length < history.length
  const model = { ...walk.model, statistics: walk.statisticsAt(time) }
  const scores = lacks ? scoreTerms(model, known, time).base : fresh
  return { ndcg: ndcg(placesOf(scores, targets), 10), lacks }
}

/** As the device does at the end of the last session; null where there is nothing to learn from. */
export async function learnPersonal(
  walk: Pick<Walk, 'model' | 'installed' | 'statisticsAt' | 'fit'>,
  history: History,
): Promise<{ readonly personal: Fused; readonly problem: FitProblem } | null> {
  const last = history.at(-1)
  if (!last) return null
  const now = Math.max(last.time, walk.installed)
  const model = { ...walk.model, statistics: walk.statisticsAt(now) }
  const problem = buildFitProblem(model, history, now)
  if (!problem) return null
  return { problem, personal: fuse(await walk.fit(problem), model.prior, evidenceOf(problem)) }
}

async function learn(walk: Walk, history: History): Promise<Learned | null> {
  const learned = await learnPersonal(walk, history)
  if (!learned) return null
  const { parameters } = await walk.fit(naiveProblem(learned.problem))
  return {
    personal: learned.personal,
    naive: { u: parameters.slice(0, DIMENSION), w: parameters.slice(DIMENSION) },
  }
}

interface Scores {
  readonly arms: Readonly<Record<ArmName, Float32Array>>
  /** The personal scores with λ as served, whether or not the guard lets them be shown. */
  readonly served: Float32Array
  /** The same with λ = 1. */
  readonly whole: Float32Array
}

function scoreAll(
  walk: Walk,
  history: History,
  time: number,
  learned: Learned | null,
  guardActive: boolean,
): Scores {
  const model = { ...walk.model, statistics: walk.statisticsAt(time) }
  const context = { history, time, popularity: walk.popularityAt(time) }
  const baseline = (name: BaselineName) => {
    const out = new Float32Array(model.itemIds.length)
    walk.baselines[name](context, out)
    return out
  }
  const terms = scoreTerms(model, history, time)
  const served = learned
    ? personalScores(model, terms, learned.personal, learned.personal.fusionWeight)
    : terms.base
  return {
    served,
    whole: learned ? personalScores(model, terms, learned.personal, 1) : terms.base,
    arms: {
      popular: baseline('popular'),
      'popular-30d': baseline('popular-30d'),
      'recently-viewed': baseline('recently-viewed'),
      'item-knn': baseline('item-knn'),
      ewma: baseline('ewma'),
      'base-stale': scoreTerms(model, withoutLastSession(history), time).base,
      'base-fresh': terms.base,
      personal: guardActive ? served : terms.base,
      'naive-finetune': learned ? personalScores(model, terms, learned.naive, 1) : terms.base,
    },
  }
}

/** The same cases and candidates; nothing that holds the parameters back. */
function naiveProblem(problem: FitProblem): FitProblem {
  const zeros = new Float32Array(problem.parameters)
  return {
    ...problem,
    mean: zeros,
    precision: zeros,
    stepSize: new Float32Array(problem.parameters).fill(NAIVE_STEP_SIZE),
    steps: NAIVE_STEPS,
  }
}

function measureAll(
  arms: Readonly<Record<ArmName, Float32Array>>,
  history: History,
  targets: readonly number[],
): Pick<CaseResult, 'metrics' | 'hasNew'> {
  const seen = new Uint8Array(arms.popular.length)
  for (const { item } of history) seen[item] = 1
  const fresh = targets.filter((target) => !seen[target])
  const metrics = new Float32Array(ARMS.length * STRIDE)
  ARMS.forEach((arm, a) => {
    measure(arms[arm], targets, undefined, metrics, metricAt(a, 0, false))
    if (fresh.length > 0) measure(arms[arm], fresh, seen, metrics, metricAt(a, 0, true))
  })
  return { metrics, hasNew: fresh.length > 0 }
}
