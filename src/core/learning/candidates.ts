/**
 * @module Finds the candidates for a shopper's next action: the items that the base model ranks highest, given the
 * history. The fit's softmax is over these candidates.
 *
 * A fit needs the candidates at up to 64 past moments. So all items are scored roughly, with an error bound, and only
 * the items that could be among the highest are scored exactly. The candidates are identical to the last bit to those
 * found by scoring all items exactly.
 */

import { readHistory, type Signals, writeFeatures } from '../features/computeFeatures.ts'
import { FEATURE_COUNT } from '../features/features.ts'
import type { History, Interaction } from '../features/history.ts'
import { priceLift } from '../features/intent.ts'
import { withColdStart } from '../features/itemStatistics.ts'
import { type SearchLift, searchLifts } from '../features/searches.ts'
import { multiply } from '../model/arithmetic.ts'
import { type BaseModel, DIMENSION } from '../model/baseModel.ts'
import { createEncoder, type Encode } from '../model/encoder.ts'
import { highestRows } from '../model/highest.ts'
import { addPrices, addScores, addSearches, isKnown, linearTerms } from '../model/score.ts'
import { CANDIDATES, type Trees, treesScore } from '../model/trees.ts'
import { createShortlist, type ItemScan, plainItemScan, type Shortlist } from './shortlist.ts'

export interface Candidates {
  /** Rows of the item table by descending base score; of equal scores, the lower row first. */
  readonly items: readonly number[]
  /** Base scores of the candidates, [K]. */
  readonly base: Float32Array
  /** Scaled features, row-major [K, F]. */
  readonly features: Float32Array
  /** Encoder output h, [d]. */
  readonly hidden: Float32Array
}

/** @param now milliseconds since the epoch */
export type FindCandidates = (history: History, now: number) => Candidates

/** The expensive steps of finding candidates; every implementation finds the same ones. */
export interface CandidateTools {
  readonly encode: Encode
  readonly scan: ItemScan
}

export function plainTools(model: BaseModel): CandidateTools {
  const { popularity30 } = withColdStart(model.statistics)
  return {
    encode: createEncoder(model),
    scan: plainItemScan(model.itemVectors, popularity30),
  }
}

export function createCandidates(
  model: BaseModel,
  { encode, scan }: CandidateTools = plainTools(model),
): FindCandidates {
  const shortlist = createShortlist(model, scan)
  return (history, now) => {
    const hidden = encode(history, now)
    const some =
      shortlist && isKnown(history) ? amongFew(model, history, now, hidden, shortlist) : null
    return some ?? amongAll(model, history, now, hidden)
  }
}

export function amongAll(
  model: BaseModel,
  history: History,
  now: number,
  hidden: Float32Array,
): Candidates {
  const terms = linearTerms(model, history, now, hidden)
  const trees = isKnown(history) ? model.trees : undefined
  return gather(highestRows(terms.base, CANDIDATES), (place) => place, terms, trees)
}

/** Finds the candidates by a shortlist; null if this history allows none. */
function amongFew(
  model: BaseModel,
  history: History,
  now: number,
  hidden: Float32Array,
  shortlist: Shortlist,
): Candidates | null {
  const signals = readHistory(model.statistics, history, now)
  const userVector = multiply(model.projection, hidden)
  const lifts = searchLifts(model.statistics, history, now)
  const own = new Set([...signals.profile.interactions.map(({ item }) => item), ...lifts.keys()])
  const few = shortlist(signals, userVector, [...own], CANDIDATES)
  if (!few) return null
  const terms = { ...linearTermsOf(model, signals, userVector, lifts, few), hidden }
  // The shortlist is ascending, so that equal scores stay in the sequence of the rows.
  return gather(highestRows(terms.base, CANDIDATES), (place) => few[place], terms, model.trees)
}

/**
 * Score terms of the given items, identical to the last bit to those of `linearTerms`. The shopper must have a history,
 * and the model no terms for contexts such as the weather.
 * @param items distinct rows
 */
export function linearTermsOf(
  model: BaseModel,
  signals: Signals,
  userVector: Float32Array,
  lifts: ReadonlyMap<number, SearchLift>,
  items: readonly number[],
): { base: Float32Array; features: Float32Array; vectors: Float32Array } {
  const features = new Float32Array(items.length * FEATURE_COUNT)
  writeFeatures(model.statistics, signals, model.featureScale, items, features)
  const vectors = new Float32Array(items.length * DIMENSION)
  items.forEach((item, place) => {
    const row = model.itemVectors.subarray(item * DIMENSION, (item + 1) * DIMENSION)
    vectors.set(row, place * DIMENSION)
  })
  const base = Float32Array.from(items, (item) => model.bias[item])
  addScores(base, vectors, userVector)
  addScores(base, features, model.featureWeights)
  addPrices(base, priceLift(model.statistics, signals.profile), items)
  addSearches(base, lifts, items)
  return { base, features, vectors }
}

/**
 * Adds the scores of `trees`, and sorts the candidates.
 * @param places indices of the highest scores without `trees`
 */
function gather(
  places: readonly number[],
  itemAt: (place: number) => number,
  { base, features, hidden }: Omit<Candidates, 'items'>,
  trees: Trees | undefined,
): Candidates {
  if (trees)
    for (const place of places) base[place] += treesScore(trees, features, place * FEATURE_COUNT)
  const ranked = [...places].sort((a, b) => base[b] - base[a] || itemAt(a) - itemAt(b))
  const gathered = new Float32Array(ranked.length * FEATURE_COUNT)
  ranked.forEach((place, k) => {
    const row = features.subarray(place * FEATURE_COUNT, (place + 1) * FEATURE_COUNT)
    gathered.set(row, k * FEATURE_COUNT)
  })
  return {
    items: ranked.map(itemAt),
    base: Float32Array.from(ranked, (place) => base[place]),
    features: gathered,
    hidden,
  }
}

interface Known {
  readonly history: History
  readonly candidates: Candidates
}

/**
 * Adds a cache to a finder. A new event changes no earlier case, so the next fit searches candidates for one case only.
 * A cached case is used only if its history is unchanged. Cached histories can contain deleted events, so drop the
 * whole cache when an event must be forgotten.
 * @param most maximum number of cached cases; the least recently used case is dropped first
 */
export function rememberCandidates(find: FindCandidates, most: number): FindCandidates {
  /** Cached candidates by the time of their case, least recently used first. */
  const known = new Map<number, Known>()
  return (history, now) => {
    const before = known.get(now)
    const one =
      before && same(before.history, history) ? before : { history, candidates: find(history, now) }
    known.delete(now)
    known.set(now, one)
    for (const time of known.keys()) {
      if (known.size <= most) break
      known.delete(time)
    }
    return one.candidates
  }
}

const same = (a: History, b: History): boolean =>
  a.length === b.length && a.every((entry, k) => equal(entry, b[k]))

const FIELDS = ['item', 'name', 'time', 'session', 'query'] as const

const equal = (a: Interaction, b: Interaction): boolean =>
  a === b || FIELDS.every((field) => a[field] === b[field])
