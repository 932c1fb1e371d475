/**
 * @module Finds the candidates of a list and scores them. `createWholeScores` scores every item of a catalog at once;
 * `partialScores.ts` makes the same lists of a large catalog from the scores of some items.
 */
import type { Catalog } from '../catalog/catalog.ts'
import type { Item } from '../catalog/item.ts'
import type { AnswerName } from '../events/event.ts'
import { FEATURE_COUNT } from '../features/features.ts'
import type { History } from '../features/history.ts'
import type { CandidateLearners } from '../learning/learners/candidateLearners.ts'
import type { BaseModel, PersonalParameters } from '../model/baseModel.ts'
import { createEncoder } from '../model/encoder.ts'
import { MOST_RANKED } from '../model/highest.ts'
import { personalScores, type ScoreTerms, scoreTerms } from '../model/score.ts'
import type { ListOptions } from './apiLists.ts'
import type { Selection } from './selectPlaces.ts'

/** Items that one list may contain. */
export interface Choice {
  /** Rows of the items that the list may contain, in the catalog's order. */
  readonly rows: readonly number[]
  /** Rows that lists may show, but that this list excludes by their ids. */
  readonly excluded: ReadonlySet<number>
  /** Whether the list also leaves out rows that are not in `excluded`, e.g. rows of other categories. */
  readonly isNarrowed: boolean
  /** Returns those of `rows` that the list may contain, in the catalog's order. */
  among(rows: readonly number[]): readonly number[]
}

export const onlyRows = (rows: readonly number[]): Choice => ({
  rows,
  excluded: new Set(),
  isNarrowed: true,
  among: (some) => some.filter((row) => rows.includes(row)),
})

/** Items that lists may show: the model's items that the shop sells. */
export class ShownItems {
  /** Rows of the items that lists may show, in the catalog's order. */
  readonly rows: readonly number[]
  /** Rows that no list shows. */
  readonly others: readonly number[]
  readonly hasFamilies: boolean
  readonly #model: BaseModel
  readonly #rowOf: ReadonlyMap<string, number>
  /** Place of each row among `rows`; −1 for a row that no list shows. */
  readonly #places: Int32Array
  /** Items by row; undefined if the catalog lacks the row's item. */
  readonly #items: readonly (Item | undefined)[]

  constructor(model: BaseModel, catalog: Catalog | null) {
    this.#model = model
    this.#rowOf = new Map(model.itemIds.map((id, row) => [id, row]))
    const ids = catalog
      ? catalog.items.filter(({ available }) => available !== false).map(({ id }) => id)
      : model.itemIds
    this.rows = ids.flatMap((id) => this.#rowOf.get(id) ?? [])
    this.#places = new Int32Array(model.itemIds.length).fill(-1)
    for (const [place, row] of this.rows.entries()) this.#places[row] = place
    this.others = [...this.#places.keys()].filter((row) => this.#places[row] < 0)
    this.#items = model.itemIds.map((id) => catalog?.get(id))
    this.hasFamilies = this.#items.some((item) => item?.groupId !== undefined)
  }

  /** Row of an item of the model, even if no list shows the item. */
  rowOf(id: string): number | undefined {
    return this.#rowOf.get(id)
  }

  itemOf(row: number): Item | undefined {
    return this.#items[row]
  }

  has(row: number): boolean {
    return this.#places[row] >= 0
  }

  choose({ excludeIds = [], category, among }: ListOptions & Selection): Choice {
    const excluded = new Set(
      excludeIds.flatMap((id) => this.rowOf(id) ?? []).filter((row) => this.has(row)),
    )
    const isNarrowed = category !== undefined || among !== undefined
    const fits = (row: number) =>
      !excluded.has(row) &&
      among?.has(this.#model.itemIds[row]) !== false &&
      (category === undefined || this.#items[row]?.category === category)
    const all = this.rows
    let rows = isNarrowed || excluded.size > 0 ? null : all
    return {
      excluded,
      isNarrowed,
      get rows() {
        rows ??= all.filter(fits)
        return rows
      },
      among: (some) =>
        some
          .filter((row) => this.has(row) && fits(row))
          .sort((a, b) => this.#places[a] - this.#places[b]),
    }
  }
}

export interface CandidateSource {
  /**
   * Returns rows of `choice` in the catalog's order, among them the `count` rows with the highest scores. Of equal
   * scores, the row that comes first in the catalog counts as higher.
   */
  find(count: number, choice: Choice): readonly number[]
  scoresOf(rows: readonly number[]): Float32Array
}

/** Scores for one shopper at one time, and the values that explain these scores. */
export interface ShopperScores extends CandidateSource, Pick<ScoreTerms, 'hidden' | 'candidates'> {
  readonly features: FeatureRows
  /** Change of a row's score by the incremental learners that the shop chose. */
  readonly learnersLift: (row: number) => number
}

export interface FeatureRows {
  /** Scaled features of one item, [F]. */
  of(row: number): Float32Array
  /** Computes the mean of each feature over the catalog, [F]. */
  means(): Float64Array
}

export interface ActivePersonal {
  readonly parameters: PersonalParameters
  /** Weight λ of the personal parameters, above 0. */
  readonly fusionWeight: number
}

/** Number of items above which partial scoring is much faster than scoring every item (docs/ENGINE.md). */
export const LARGE = 20_000

export const isLarge = ({ itemIds }: BaseModel): boolean =>
  itemIds.length > LARGE && itemIds.length <= MOST_RANKED

/** @param learners incremental learners that the shop chose, which need the scores of all items */
export type ScoreWhole = (
  history: History,
  now: number,
  personal: ActivePersonal | null,
  learners: Pick<CandidateLearners, 'reorder'> | null,
) => ShopperScores

export function createWholeScores(model: BaseModel): ScoreWhole {
  const encode = createEncoder(model)
  return (history, now, personal, learners) => {
    const terms = scoreTerms(model, history, now, encode(history, now))
    const summed = personal
      ? personalScores(model, terms, personal.parameters, personal.fusionWeight)
      : terms.base
    const scores = learners?.reorder(terms.features, summed) ?? summed
    return {
      find: findAll,
      scoresOf: (rows) => gather(scores, rows),
      features: {
        of: (row) => terms.features.subarray(row * FEATURE_COUNT, (row + 1) * FEATURE_COUNT),
        means: () => columnMeans(terms.features, FEATURE_COUNT),
      },
      hidden: terms.hidden,
      learnersLift: (row) => scores[row] - summed[row],
      candidates: terms.candidates,
    }
  }
}

/** The method `find` of a source that has the scores of all items. */
export const findAll: CandidateSource['find'] = (_count, { rows }) => rows

export function gather(scores: Float32Array, rows: readonly number[]): Float32Array {
  const gathered = new Float32Array(rows.length)
  for (let at = 0; at < rows.length; at++) gathered[at] = scores[rows[at]]
  return gathered
}

export function columnMeans(matrix: Float32Array, columns: number): Float64Array {
  const means = new Float64Array(columns)
  for (let at = 0; at < matrix.length; )
    for (let column = 0; column < columns; column++, at++) means[column] += matrix[at]
  return means.map((sum) => sum / Math.max(1, matrix.length / columns))
}

/**
 * Log-odds that an item loses if the shopper answers `less_like_this` to the item most similar to it. Chosen on
 * simulated shoppers with a known taste: docs/results/lists.md.
 */
const LESS = 2

/** Row → log-odds that the row's score loses, above 0. */
export type Losses = ReadonlyMap<number, number>

/**
 * Log-odds that items lose because of the shopper's answers. A rejected item loses as much as the item most similar to
 * it; less similar items lose a share. An item that the shopper answered with `have_this` loses nothing.
 * @param alikeTo see `Related.alikeTo`
 */
export function lossesOf(
  answers: ReadonlyMap<string, AnswerName>,
  rowOf: (id: string) => number | undefined,
  alikeTo: (row: number) => ReadonlyMap<number, number>,
): Losses {
  const losses = new Map<number, number>()
  for (const [id, answer] of answers) {
    const row = rowOf(id)
    if (row === undefined || answer === 'have_this') continue
    const alike = answer === 'less_like_this' ? alikeTo(row) : []
    for (const [other, share] of [[row, 1] as const, ...alike])
      losses.set(other, Math.max(losses.get(other) ?? 0, LESS * share))
  }
  return losses
}

export function lowered<Scores extends CandidateSource>(scored: Scores, losses: Losses): Scores {
  if (losses.size === 0) return scored
  return {
    ...scored,
    // Each lowered item can give its place to another item, so `find` returns one more row for each.
    find: (count, choice) => scored.find(count + losses.size, choice),
    scoresOf: (rows) =>
      scored.scoresOf(rows).map((score, at) => score - (losses.get(rows[at]) ?? 0)),
  }
}
