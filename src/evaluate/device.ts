/**
 * @module Simulates one shopper's device, with the functions that the browser runs. Before each case the device learns
 * from all earlier events and scores the catalog. Then its guard, which can switch the personal model off, observes the
 * case.
 */

import type { Case, History } from '@nearside/core/features/history.ts'
import type { ItemStatistics } from '@nearside/core/features/itemStatistics.ts'
import {
  createCandidates,
  type FindCandidates,
  plainTools,
  rememberCandidates,
} from '@nearside/core/learning/candidates.ts'
import { FIT_CASES, fitProblemOf, ownCases } from '@nearside/core/learning/fitProblem.ts'
import { evidenceOf, type Fused, fuse, logLikelihood } from '@nearside/core/learning/fuse.ts'
import { GUARD_START, observe } from '@nearside/core/learning/guard.ts'
import type { FitProblem } from '@nearside/core/learning/problem.ts'
import type { ItemScan } from '@nearside/core/learning/shortlist.ts'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { personalScores, type ScoreTerms, scoreTerms } from '@nearside/core/model/score.ts'
import { fastScan } from '@nearside/engine/candidates.ts'

/** Fits the parameters of a fit problem, like the `fit` of an engine. */
export type Fit = (problem: FitProblem) => Promise<{ readonly parameters: Float32Array }>

export interface DeviceShop {
  readonly model: BaseModel
  /** Item statistics that the shop's nightly files would contain on the day of `time`. */
  statisticsAt(time: number): ItemStatistics
  /** Fits the personal model; null if the device doesn't learn. */
  readonly fit: Fit | null
  /** Time when the model reached the device, milliseconds. Nothing is fitted before this time. */
  readonly installed: number
}

export interface DeviceScores {
  /** Model with the statistics of the case's day. */
  readonly model: BaseModel
  /** Parts of each item's score, computed from all events before the case; `terms.base`: the base model's scores. */
  readonly terms: ScoreTerms
  /** Personal model, and the input of its fit; null without a fit, or if λ is 0 and `learnsInVain` isn't set. */
  readonly learned: { readonly personal: Fused; readonly problem: FitProblem } | null
  /** Scores with the personal model at the weight λ that devices use, [N], even if the guard switched it off. */
  readonly served: Float32Array
  /** Scores that rank the shopper's list, [N]: `served`, or the base scores if the guard switched `served` off. */
  readonly shown: Float32Array
}

/** Candidate scan for each day's statistics, shared by the devices of all shoppers. */
const SCANS = new WeakMap<ItemStatistics, ItemScan>()

export class ShopperDevice {
  readonly #shop: DeviceShop
  readonly #learnsInVain: boolean
  #guard = GUARD_START
  /** Statistics of a day, and a candidate search that caches the last fit's cases, as on a shopper's device. */
  #known: { readonly statistics: ItemStatistics; readonly find: FindCandidates } | null = null

  /** @param learnsInVain whether to fit the personal model even if λ = 0, in which case no shopper sees it */
  constructor(shop: DeviceShop, learnsInVain = false) {
    this.#shop = shop
    this.#learnsInVain = learnsInVain
  }

  /** Whether the guard lets the device show the personal model. */
  get guardActive(): boolean {
    return this.#guard.active
  }

  /** @param scored scores of another device with the same history, if they are known */
  async score(one: Known, scored = this.scoreUnguarded(one)): Promise<DeviceScores> {
    const { terms, served, ...rest } = await scored
    return { ...rest, terms, served, shown: this.guardActive ? served : terms.base }
  }

  /** Tells the guard, which can switch the personal model off, which items the case contained. */
  observe({ learned, served, terms }: DeviceScores, targets: readonly number[]): void {
    if (!learned || learned.personal.fusionWeight <= 0) return
    this.#guard = observe(
      this.#guard,
      logLikelihood(served, targets),
      logLikelihood(terms.base, targets),
    )
  }

  /** All scores except those that depend on the guard. */
  async scoreUnguarded({ history, time }: Known): Promise<Omit<DeviceScores, 'shown'>> {
    const learned = await this.#learn(history)
    const model = { ...this.#shop.model, statistics: this.#shop.statisticsAt(time) }
    const terms = scoreTerms(model, history, time)
    const served = learned
      ? personalScores(model, terms, learned.personal, learned.personal.fusionWeight)
      : terms.base
    return { model, terms, learned, served }
  }

  /** Personal model as of the end of the last session. */
  async #learn(history: History): Promise<DeviceScores['learned']> {
    const { model: published, fit, installed } = this.#shop
    const last = history.at(-1)
    if (!last || !fit || (published.prior.fusionWeight <= 0 && !this.#learnsInVain)) return null
    const now = Math.max(last.time, installed)
    const statistics = this.#shop.statisticsAt(now)
    const model = { ...published, statistics }
    if (this.#known?.statistics !== statistics) {
      const scan = SCANS.get(statistics) ?? fastScan(model.itemVectors, statistics)
      SCANS.set(statistics, scan)
      const candidates = createCandidates(model, { ...plainTools(model), scan })
      this.#known = { statistics, find: rememberCandidates(candidates, FIT_CASES) }
    }
    const problem = fitProblemOf(model, ownCases(model, history, now), now, this.#known)
    if (!problem) return null
    const { parameters } = await fit(problem)
    return { problem, personal: fuse(parameters, model.prior, evidenceOf(problem)) }
  }
}

type Known = Pick<Case, 'history' | 'time'>
