/**
 * @module Scores a part of a catalog that is too large to be scored fully for every list. A scan of the item table
 * finds the items that could rank highest; only their scores are computed. Each score is identical to the last bit to
 * that of full scoring, so the lists are the same.
 */
import { readHistory, type Signals, writeFeatures } from '../features/computeFeatures.ts'
import { FEATURE_COUNT } from '../features/features.ts'
import type { History } from '../features/history.ts'
import { searchLifts } from '../features/searches.ts'
import { type CandidateTools, createCandidates, linearTermsOf } from '../learning/candidates.ts'
import { createShortlist, type Shortlist } from '../learning/shortlist.ts'
import { multiply } from '../model/arithmetic.ts'
import type { BaseModel } from '../model/baseModel.ts'
import { addSearches, coldStartScores, isKnown, personalScores } from '../model/score.ts'
import { treesScore } from '../model/trees.ts'
import {
  type ActivePersonal,
  columnMeans,
  type FeatureRows,
  findAll,
  gather,
  type ShopperScores,
} from './candidateSource.ts'

/** Number of rows per batch, which limits the memory for the rows' features. */
const CHUNK = 4096
/** Maximum length of a list; for a longer list all items are scored. */
const MOST = 1000
/** The number of rows to search for is rounded up to a multiple of this. */
const STEP = 64

/** Partial scores; null if they would need the scores of all items. */
export type ScorePart = (
  history: History,
  now: number,
  personal: ActivePersonal | null,
) => ShopperScores | null

/** @param unshown rows that no list shows */
export type ScoreInPart = (model: BaseModel, unshown: readonly number[]) => ScorePart

export function createPartialScores(
  model: BaseModel,
  unshown: readonly number[],
  tools: CandidateTools,
): ScorePart {
  const { trees } = model
  const find = trees && createCandidates(model, tools)
  /** Search for the highest items, made for the personal parameters used last. */
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
      const scores = coldStartScores(model, now)
      addSearches(scores, lifts)
      return {
        find: findAll,
        scoresOf: (rows) => gather(scores, rows),
        ...{ features, hidden, candidates: [], learnersLift: () => 0 },
      }
    }
    const search = shortlistFor(personal)
    if (!search) return null
    const taste = multiply(model.projection, hidden)
    const { u } = personal?.parameters ?? {}
    const { fusionWeight = 0 } = personal ?? {}
    const ownTaste = u ? taste.map((value, j) => value + fusionWeight * u[j]) : taste
    const own = [
      ...new Set([...signals.profile.interactions.map(({ item }) => item), ...lifts.keys()]),
    ]
    const candidates = find?.(history, now).items ?? []
    const isCandidate = new Set(candidates)

    function scoresOf(rows: readonly number[]): Float32Array {
      const terms = linearTermsOf(model, signals, taste, lifts, rows)
      const { base } = terms
      if (trees)
        rows.forEach((row, place) => {
          if (isCandidate.has(row))
            base[place] += treesScore(trees, terms.features, place * FEATURE_COUNT)
        })
      if (!personal) return base
      const vectors = { itemVectors: terms.vectors }
      return personalScores(vectors, terms, personal.parameters, fusionWeight)
    }

    /** Cached scores of rows, which the lists of one page share. */
    const scores = new Map<number, number>()
    let found: { readonly count: number; readonly rows: readonly number[] | null } | null = null

    /** Rows that include the `count` highest shown rows; null: any row could be among them. */
    const highest = (count: number): readonly number[] | null => {
      if (count > MOST) return null
      // The lists of one page need about the same number of rows, so the last search for rows is reused.
      if (!found || count > found.count || 2 * count < found.count) {
        const most = Math.ceil(count / STEP) * STEP
        // The trees can lower every candidate, so the search finds as many more rows as there are candidates.
        const some = search(signals, ownTaste, own, most + candidates.length)
        found = { count: most, rows: some && [...new Set([...some, ...candidates])] }
      }
      return found.rows
    }

    return {
      scoresOf(rows) {
        if (rows.length <= CHUNK) {
          const others = rows.filter((row) => !scores.has(row))
          const added = scoresOf(others)
          for (const [place, row] of others.entries()) scores.set(row, added[place])
          return Float32Array.from(rows, (row) => scores.get(row) as number)
        }
        const all = new Float32Array(rows.length)
        for (let from = 0; from < rows.length; from += CHUNK)
          all.set(scoresOf(rows.slice(from, from + CHUNK)), from)
        return all
      },
      find(count, choice) {
        const some = choice.isNarrowed ? null : highest(count + choice.excluded.size)
        return some ? choice.among(some) : choice.rows
      },
      ...{ features, hidden, candidates, learnersLift: () => 0 },
    }
  }
}

/** Number of evenly spaced items that estimate the features' means; enough to tell which feature counts most. */
const SAMPLE = 2048

function someFeatures({ statistics, featureScale }: BaseModel, signals: Signals): FeatureRows {
  const { items } = statistics
  const write = (rows: readonly number[]) => {
    const out = new Float32Array(rows.length * FEATURE_COUNT)
    return writeFeatures(statistics, signals, featureScale, rows, out)
  }
  return {
    of: (row) => write([row]),
    means() {
      const every = Math.ceil(items / SAMPLE)
      const sample = Array.from({ length: Math.ceil(items / every) }, (_, k) => k * every)
      return columnMeans(write(sample), FEATURE_COUNT)
    },
  }
}
