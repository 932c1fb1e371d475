/**
 * @module Simulates a shopper's visits: lists by the device's knowledge, clicks by a planted preference, and a fit
 * after each visit.
 */

import type { Interaction } from '@nearside/core/features/history.ts'
import { createCandidates, rememberCandidates } from '@nearside/core/learning/candidates.ts'
import { fitProblemOf, ownCases } from '@nearside/core/learning/fitProblem.ts'
import { evidenceOf, type Fused, fuse } from '@nearside/core/learning/fuse.ts'
import { type BaseModel, DIMENSION } from '@nearside/core/model/baseModel.ts'
import { highestRows } from '@nearside/core/model/highest.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import { personalScores, scoreTerms } from '@nearside/core/model/score.ts'
import { DAY } from '@nearside/core/time.ts'
import type { Engine } from '@nearside/engine/engine.ts'
import { drawParameters } from './posterior.ts'
import { clickIn, drawFrom, type Taste } from './world.ts'

export const VISITS = 12
const LISTS = 3
const PLACES = 10

/**
 * How the last place of a list is filled. `whole`: the shopper picks from the whole catalog instead, as often as other
 * shoppers pick from lists.
 */
export type Exposure = 'greedy' | 'thompson' | 'lot' | 'whole'

export interface Lived {
  /** Number of clicks in lists. */
  readonly clicks: number
  /**
   * NDCG@10 of the base list and of the personal list after the last visit; gains are the planted worth of the items
   * that were never clicked.
   */
  readonly base: number
  readonly personal: number
}

/** @param personal whether lists follow the fit */
export async function live(
  model: BaseModel,
  engine: Engine,
  taste: Taste,
  { exposure, personal, seed }: { exposure: Exposure; personal: boolean; seed: number },
): Promise<Lived> {
  const random = createRandom(seed)
  const history: Interaction[] = []
  const clicked = new Set<number>()
  const find = rememberCandidates(createCandidates(model), 64)
  let time = Date.parse(model.manifest.data.until)
  let fit: { fused: Fused; draw: () => Fused } | null = null
  let clicks = 0
  const best = (scores: Float32Array, many: number) =>
    highestRows(scores, many + clicked.size)
      .filter((item) => !clicked.has(item))
      .slice(0, many)
  for (let visit = 0; visit < VISITS; visit++) {
    time += 2 * DAY
    for (let k = 0; k < LISTS; k++) {
      const at = time + k * 60_000
      const terms = scoreTerms(model, history, at)
      const scored = ({ fusionWeight, ...own }: Fused) =>
        personalScores(model, terms, own, fusionWeight)
      const list = [...best(fit && personal ? scored(fit.fused) : terms.base, PLACES)]
      if (exposure === 'lot') list[PLACES - 1] = random.integer(terms.base.length)
      if (exposure === 'thompson' && fit)
        list[PLACES - 1] =
          best(scored(fit.draw()), PLACES).find((item) => !list.slice(0, -1).includes(item)) ??
          list[PLACES - 1]
      const fromList = clickIn(list, taste, random)
      if (fromList === null) continue
      clicks++
      const item = exposure === 'whole' ? drawFrom(taste.worth, random) : fromList
      clicked.add(item)
      history.push({ item, name: 'view_item', time: at, session: String(visit) })
    }
    const now = time + DAY
    const problem = fitProblemOf(model, ownCases(model, history, now), now, { find })
    if (!problem) continue
    const { parameters } = await engine.fit(problem, {})
    const evidence = evidenceOf(problem)
    const fusedOf = (p: Float32Array) => fuse({ parameters: p }, model.prior, evidence)
    fit = {
      fused: fusedOf(parameters),
      draw: () => fusedOf(drawParameters(problem, parameters, random)),
    }
  }
  const terms = scoreTerms(model, history, time + 2 * DAY)
  const scores = fit ? personalScores(model, terms, fit.fused, fit.fused.fusionWeight) : terms.base
  const gain = ({ worth }: Taste, list: readonly number[]) =>
    list.reduce((sum, item, place) => sum + worth[item] / Math.log2(place + 2), 0)
  const ideal = gain(taste, best(Float32Array.from(taste.worth), PLACES))
  const quality = (all: Float32Array) => gain(taste, best(all, PLACES)) / ideal
  return { clicks, base: quality(terms.base), personal: quality(scores) }
}

/** The model with a prior under which u may move, with a variance that lets a score move by about one. */
export function withFreeTaste(model: BaseModel): BaseModel {
  const { itemVectors, prior } = model
  const square = itemVectors.reduce((sum, x) => sum + x * x, 0) / (itemVectors.length / DIMENSION)
  const variance = Float32Array.from(prior.variance)
  const stepSize = Float32Array.from(prior.stepSize)
  variance.fill(1 / square, 0, DIMENSION)
  stepSize.fill(0.3 / Math.sqrt(square), 0, DIMENSION)
  return { ...model, prior: { ...prior, variance, stepSize } }
}
