/**
 * @module Test, then learn: one shopper's cases in time order. Every arm ranks the whole catalogue
 * before the case is known to it.
 */
import { firstAtOrAfter, withoutLastSession } from '../core/features/cases.ts'
import type { Case, History } from '../core/features/history.ts'
import { DIMENSION } from '../core/model/baseModel.ts'
import { personalScores, scoreTerms } from '../core/model/score.ts'
import type { FitProblem } from '../core/personal/problem.ts'
import { DAY } from '../core/time.ts'
import { METRICS, measure, ndcg, placesOf } from '../train/metrics.ts'
import { ARMS, type ArmName, BASE_ARMS, type BaselineName } from './arms.ts'
import type { BaselineContext } from './baselines.ts'
import { type DeviceScores, type DeviceShop, ShopperDevice } from './device.ts'
import { popularityOf } from './popularity.ts'

export interface Walk extends DeviceShop {
  /** Nothing from before it is on a device. Milliseconds. */
  readonly storeBegins: number
  readonly baselines: Readonly<
    Record<BaselineName, (context: BaselineContext, out: Float32Array) => void>
  >
}

/** Metrics of one case: [arm, in the order of ARMS; where nothing is learned, of BASE_ARMS][all items, then new items only][metric], see `metricAt`. */
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
  readonly nightly: {
    readonly ndcg: number
    /** Whether that lacks something. */
    readonly lacks: boolean
  }
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
  const arms = walk.fit ? ARMS : BASE_ARMS
  const device = new ShopperDevice(walk)
  for (const one of cases) {
    const { shopper, time, targets } = one
    const history = historySince(walk.storeBegins, one.history)
    const scored = await device.score({ history, time })
    results.push({
      shopper,
      time,
      history: history.length,
      guardActive: device.guardActive,
      ...measureAll(await scoreAll(walk, { history, time }, scored), history, targets, arms),
      nightly: measureNightly(one, scored),
    })
    device.observe(scored, targets)
  }
  return results
}

async function scoreAll(
  walk: Walk,
  { history, time }: Pick<Case, 'history' | 'time'>,
  { model, terms, learned, shown }: DeviceScores,
): Promise<Readonly<Record<ArmName, Float32Array>>> {
  const context = { history, time, popularity: popularityOf(model.statistics) }
  const baseline = (name: BaselineName) => {
    const out = new Float32Array(model.itemIds.length)
    walk.baselines[name](context, out)
    return out
  }
  const naive = learned && walk.fit ? await walk.fit(naiveProblem(learned.problem)) : null
  return {
    popular: baseline('popular'),
    'popular-30d': baseline('popular-30d'),
    'recently-viewed': baseline('recently-viewed'),
    'item-knn': baseline('item-knn'),
    ewma: baseline('ewma'),
    'base-stale': scoreTerms(model, withoutLastSession(history), time).base,
    'base-fresh': terms.base,
    personal: shown,
    'naive-finetune': naive
      ? personalScores(model, terms, parametersOf(naive.parameters), 1)
      : terms.base,
  }
}

function parametersOf(parameters: Float32Array) {
  return { u: parameters.slice(0, DIMENSION), w: parameters.slice(DIMENSION) }
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

/** What a store holds that began at a time. */
export function historySince(time: number, history: History): History {
  return history.slice(firstAtOrAfter(history, time))
}

/** Most shops learn at night: what the shopper did since then is what a server lacks. */
function measureNightly(
  { history, time, targets }: Case,
  { model }: DeviceScores,
): CaseResult['nightly'] {
  const midnight = Math.floor(time / DAY) * DAY
  const known = history.slice(0, firstAtOrAfter(history, midnight))
  const lacks = known.length < history.length
  const scores = scoreTerms(model, known, time).base
  return { ndcg: ndcg(placesOf(scores, targets), 10), lacks }
}

function measureAll(
  scores: Readonly<Record<ArmName, Float32Array>>,
  history: History,
  targets: readonly number[],
  arms: readonly ArmName[],
): Pick<CaseResult, 'metrics' | 'hasNew'> {
  const seen = new Uint8Array(scores.popular.length)
  for (const { item } of history) seen[item] = 1
  const fresh = targets.filter((target) => !seen[target])
  const metrics = new Float32Array(arms.length * STRIDE)
  arms.forEach((arm, a) => {
    measure(scores[arm], targets, undefined, metrics, metricAt(a, 0, false))
    if (fresh.length > 0) measure(scores[arm], fresh, seen, metrics, metricAt(a, 0, true))
  })
  return { metrics, hasNew: fresh.length > 0 }
}
