/**
 * @module Scores in a catalog that is too large to be scored whole for every list: of the items that may
 * be among the highest, found by a scan of the table, and of others when they are asked for. Each score
 * is the one that scoring everything gives, to the bit, so the lists are the same.
 */
import { readHistory } from '../features/computeFeatures.ts'
import { FEATURE_COUNT } from '../features/features.ts'
import type { History } from '../features/history.ts'
import { searchLifts } from '../features/searches.ts'
import type { BaseModel, PersonalParameters } from '../model/baseModel.ts'
import { multiply } from '../model/multiply.ts'
import { addSearches, isKnown, personalScores, strangerScores } from '../model/score.ts'
import { treesScore } from '../model/trees.ts'
import { type CandidateTools, createCandidates, linearTermsOf } from '../personal/candidates.ts'
import { createShortlist, type Shortlist } from '../personal/shortlist.ts'
import { type FeatureRows, someFeatures } from './featureRows.ts'

/** Rows at a time, so that their features stay small. */
const CHUNK = 4096
/** A list that is longer is made from everything. */
const MOST = 1000
/** Rows are looked for so many at a time. */
const STEP = 64

export interface ActivePersonal {
  readonly parameters: PersonalParameters
  /** λ > 0. */
  readonly fusionWeight: number
}

export interface PartialScores {
  scoresOf(rows: readonly number[]): Float32Array
  /** Rows among which are the `count` highest of those shown; null: any may be. */
  among(count: number): readonly number[] | null
  readonly features: FeatureRows
  /** h, [d]. */
  readonly hidden: Float32Array
  /** What learners beside the fit add to an item's score. */
  readonly learnersLift: (row: number) => number
  /** Rows whose base score the trees changed, the highest first. */
  readonly candidates: readonly number[]
}

/** Null where the scores of some can't be told without those of all. */
export type ScorePart = (
  history: History,
  now: number,
  personal: ActivePersonal | null,
) => PartialScores | null

/** @param unshown rows that no list has */
export type ScoreInPart = (model: BaseModel, unshown: readonly number[]) => ScorePart

/** @param unshown rows that no list has */
export function createPartialScores(
  model: BaseModel,
  unshown: readonly number[],
  tools: CandidateTools,
): ScorePart {
  const { trees } = model
  const find = trees && createCandidates(model, tools)
  /** Of the base's weights and a shopper's own: the last ones asked for. */
  let known: { personal: ActivePersonal | null; shortlist: Shortlist | null } | null = null

  function shortlistFor(personal: ActivePersonal | null): Shortlist | null {
    if (known?.personal !== personal) {
      const { featureWeights } = model
      const own = personal?.parameters.w
      const weights = own
        ? featureWeights.map((w, f) => w + personal.fusionWeight * own[f])
        : featureWeights
      const weighed = { ...model, featureWeights: weights }
      known = { personal, shortlist: createShortlist(weighed, tools.scan, unshown) }
    }
    return known?.shortlist ?? null
  }

  return (history, now, personal) => {
    if (model.context || (personal && !isKnown(history))) return null
    const hidden = tools.encode(history, now)
    const signals = readHistory(model.statistics, history, now)
    const lifts = searchLifts(model.statistics, history, now)
    const features = someFeatures(model, signals)
    if (!isKnown(history)) {
      const scores = strangerScores(model, now)
      addSearches(scores, lifts)
      return {
        scoresOf: (rows) => Float32Array.from(rows, (row) => scores[row]),
        among: () => null,
        ...{ features, hidden, candidates: [], learnersLift: () => 0 },
      }
    }
    const shortlist = shortlistFor(personal)
    if (!shortlist) return null
    const taste = multiply(model.projection, hidden)
    const { u } = personal?.parameters ?? {}
    const { fusionWeight = 0 } = personal ?? {}
    const ownTaste = u ? taste.map((value, j) => value + fusionWeight * u[j]) : taste
    const own = [
      ...new Set([...signals.profile.interactions.map(({ item }) => item), ...lifts.keys()]),
    ]
    const candidates = find?.(history, now).items ?? []
    const isCandidate = new Set(candidates)

    let found: { readonly count: number; readonly rows: readonly number[] | null } | null = null

    function scoresOf(rows: readonly number[]): Float32Array {
      const terms = linearTermsOf(model, signals, taste, lifts, rows)
      const { base } = terms
      if (trees)
        rows.forEach((row, place) => {
          if (isCandidate.has(row))
            base[place] += treesScore(trees, terms.features, place * FEATURE_COUNT)
        })
      if (!personal) return base
      return personalScores(
        { itemVectors: terms.vectors },
        terms,
        personal.parameters,
        fusionWeight,
      )
    }

    return {
      scoresOf(rows) {
        const scores = new Float32Array(rows.length)
        for (let from = 0; from < rows.length; from += CHUNK)
          scores.set(scoresOf(rows.slice(from, from + CHUNK)), from)
        return scores
      },
      among(count) {
        if (count > MOST) return null
        // Lists of one page want nearly as many.
        if (!found || count > found.count || 2 * count < found.count) {
          const most = Math.ceil(count / STEP) * STEP
          // Trees may take as many as they look at away from the top.
          const some = shortlist(signals, ownTaste, own, most + candidates.length)
          found = { count: most, rows: some && [...new Set([...some, ...candidates])] }
        }
        return found.rows
      },
      ...{ features, hidden, candidates, learnersLift: () => 0 },
    }
  }
}
