/**
 * @module One shopper's device, case by case: it learns from everything before the case, by the very
 * functions that the browser runs, and scores the catalog; once the case is known the guard looks.
 */
import type { Case, History } from '../core/features/history.ts'
import type { ItemStatistics } from '../core/features/itemStatistics.ts'
import type { BaseModel } from '../core/model/baseModel.ts'
import { personalScores, type ScoreTerms, scoreTerms } from '../core/model/score.ts'
import { buildFitProblem } from '../core/personal/fitProblem.ts'
import { evidenceOf, type Fused, fuse } from '../core/personal/fuse.ts'
import { GUARD_START, observe } from '../core/personal/guard.ts'
import { logLikelihood } from '../core/personal/likelihood.ts'
import type { FitProblem } from '../core/personal/problem.ts'

/** Minimises a problem: the engine's `fit`. */
export type Fit = (problem: FitProblem) => Promise<{ readonly parameters: Float32Array }>

export interface DeviceShop {
  readonly model: BaseModel
  /** What the shop's nightly files would say on the day of `time`. */
  statisticsAt(time: number): ItemStatistics
  /** Null: nothing is learned on the device. */
  readonly fit: Fit | null
  /** The moment the model reached the device: nothing is fitted before it. Milliseconds. */
  readonly installed: number
}

export interface DeviceScores {
  /** With the statistics of the case's day. */
  readonly model: BaseModel
  /** The base model with everything before the case: `terms.base`. */
  readonly terms: ScoreTerms
  /** Null where there is nothing to learn from. */
  readonly learned: { readonly personal: Fused; readonly problem: FitProblem } | null
  /** With λ as served, whether or not the guard lets it be shown, [N]. */
  readonly served: Float32Array
  /** What the shopper sees, [N]. */
  readonly shown: Float32Array
}

export class ShopperDevice {
  readonly #shop: DeviceShop
  #guard = GUARD_START

  constructor(shop: DeviceShop) {
    this.#shop = shop
  }

  /** Whether the personal model may be shown. */
  get guardActive(): boolean {
    return this.#guard.active
  }

  /** @param scored what a device that holds the same history has scored already */
  async score(one: Known, scored = scoreOn(this.#shop, one)): Promise<DeviceScores> {
    const { terms, served, ...rest } = await scored
    return { ...rest, terms, served, shown: this.guardActive ? served : terms.base }
  }

  /** What the case turned out to want. */
  observe({ learned, served, terms }: DeviceScores, targets: readonly number[]): void {
    if (!learned || learned.personal.fusionWeight <= 0) return
    this.#guard = observe(
      this.#guard,
      logLikelihood(served, targets),
      logLikelihood(terms.base, targets),
    )
  }
}

type Known = Pick<Case, 'history' | 'time'>

/** All but what the guard decides. */
export async function scoreOn(
  shop: DeviceShop,
  { history, time }: Known,
): Promise<Omit<DeviceScores, 'shown'>> {
  const learned = await learn(shop, history)
  const model = { ...shop.model, statistics: shop.statisticsAt(time) }
  const terms = scoreTerms(model, history, time)
  const served = learned
    ? personalScores(model, terms, learned.personal, learned.personal.fusionWeight)
    : terms.base
  return { model, terms, learned, served }
}

/** As at the end of the last session. */
async function learn(shop: DeviceShop, history: History): Promise<DeviceScores['learned']> {
  const last = history.at(-1)
  if (!last || !shop.fit) return null
  const now = Math.max(last.time, shop.installed)
  const model = { ...shop.model, statistics: shop.statisticsAt(now) }
  const problem = buildFitProblem(model, history, now)
  if (!problem) return null
  return { problem, personal: fuse(await shop.fit(problem), model.prior, evidenceOf(problem)) }
}
