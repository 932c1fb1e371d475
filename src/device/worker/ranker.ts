/**
 * @module Lists of items for one shopper: candidates, scored, sorted, explained. Pure; everything
 * that depends on the model alone is computed once.
 */
import { type Alike, createAlike } from '../../core/catalog/alike.ts'
import type { Catalog } from '../../core/catalog/catalog.ts'
import { withColdStart } from '../../core/features/coldStart.ts'
import { readHistory } from '../../core/features/computeFeatures.ts'
import type { History } from '../../core/features/history.ts'
import { type BaseModel, DIMENSION, type PersonalParameters } from '../../core/model/baseModel.ts'
import { createEncoder, type Encode } from '../../core/model/encoder.ts'
import { highestRows } from '../../core/model/highest.ts'
import { MOST_RANKED, ranksOf, ranksOfAll } from '../../core/model/ranksOf.ts'
import { personalScores, scoreTerms, strangerScores } from '../../core/model/score.ts'
import type { CandidateLearners } from '../../core/personal/learners/candidateLearners.ts'
import type { Explanation, ListOptions, Reason, Recommendation, RerankOptions } from '../api.ts'
import { inShopOrder } from '../catalogOrder.ts'
import { type FeatureRows, someFeatures, wholeFeatures } from './featureRows.ts'
import type { createPartialScores, PartialScores, ScorePart } from './partialScores.ts'
import {
  countsViews,
  createExplainer,
  type Explain,
  type Explainer,
  everybodysReason,
} from './reasons.ts'
import { ranksInFamilies, selectPlaces } from './selectPlaces.ts'

export interface ActivePersonal {
  readonly parameters: PersonalParameters
  /** λ > 0. */
  readonly fusionWeight: number
}

/** Scores for one shopper at one time; made once per change and minute, read by many lists. */
export interface Scored extends Explainer {
  scoresOf(rows: readonly number[]): Float32Array
  /** Rows among which are the `count` highest of those shown; null: any may be. */
  among(count: number): readonly number[] | null
}

/** Items of a list that say the same why before others say something else, if that is as true. */
const SAME_REASONS = 3

/** What the same category adds to the likeness of two items: chosen by eye, on thirty of the demo's. */
const SAME_CATEGORY = 0.3

/** What a list is made from. */
type Ranking = Pick<Scored, 'scoresOf' | 'explain'>

export class Ranker {
  readonly model: BaseModel
  readonly #catalog: Catalog | null
  readonly #rows: ReadonlyMap<string, number>
  readonly #hasFamilies: boolean
  /** Rows that may be shown, in the shop's order. */
  readonly #shown: readonly number[]
  /** Place of each row among those shown, −1 for the others. */
  readonly #places: Int32Array
  /** Scores of nobody in particular: no history, no personal parameters; at the time of the last scores. */
  #baseScores: Float32Array
  /** Rank of each place of those shown by these scores, once a large catalog needs it. */
  #baseRanks: Int32Array | null = null
  readonly #baseFeatures: FeatureRows
  /** With the states of the last scores, so that an event costs its own and the one before it. */
  readonly #encode: Encode
  /** Made when first needed. */
  #alike: Alike | null = null
  /** Of a large catalog. */
  readonly #scorePart: ScorePart | null

  /** @param scoreInPart for a large catalog, see `isLarge`; the lists are the same without */
  constructor(
    model: BaseModel,
    catalog: Catalog | null,
    scoreInPart: typeof createPartialScores | null = null,
  ) {
    this.model = model
    this.#catalog = catalog
    this.#hasFamilies = catalog?.items.some(({ groupId }) => groupId !== undefined) ?? false
    this.#rows = new Map(model.itemIds.map((id, row) => [id, row]))
    const ids = catalog
      ? catalog.items.filter(({ available }) => available !== false).map(({ id }) => id)
      : model.itemIds
    this.#shown = ids.map((id) => this.#rows.get(id)).filter((row) => row !== undefined)
    this.#places = new Int32Array(model.itemIds.length).fill(-1)
    this.#shown.forEach((row, place) => {
      this.#places[row] = place
    })
    // Without a history only the context's terms depend on the time.
    this.#baseScores = strangerScores(model, 0)
    this.#baseFeatures = scoreInPart
      ? someFeatures(model, readHistory(model.statistics, [], 0))
      : wholeFeatures(scoreTerms(model, [], 0).features)
    this.#encode = createEncoder(model)
    this.#scorePart = scoreInPart?.(model, this.#unshown()) ?? null
  }

  rowOf(id: string): number | undefined {
    return this.#rows.get(id)
  }

  /** Share of its shoppers who came back to it on another day; undefined where nothing is known. */
  repeatRate(id: string): number | undefined {
    const row = this.#rows.get(id)
    return row === undefined ? undefined : withColdStart(this.model.statistics).repeatRate[row]
  }

  /**
   * @param learners chosen besides the fit, which read the scores of all; null for none
   */
  score(
    history: History,
    now: number,
    personal: ActivePersonal | null,
    learners: Pick<CandidateLearners, 'reorder'> | null = null,
  ): Scored {
    if (this.model.context) {
      this.#baseScores = strangerScores(this.model, now)
      this.#baseRanks = null
    }
    const part =
      (learners ? null : this.#scorePart?.(history, now, personal)) ??
      this.#scoreWhole(history, now, personal, learners)
    return {
      ...part,
      ...createExplainer({
        model: this.model,
        catalog: this.#catalog,
        history,
        now,
        terms: part,
        baseFeatures: this.#baseFeatures,
        personal: personal?.parameters ?? null,
        fusionWeight: personal?.fusionWeight ?? 0,
        learnersLift: part.learnersLift,
      }),
    }
  }

  #scoreWhole(
    history: History,
    now: number,
    personal: ActivePersonal | null,
    learners: Pick<CandidateLearners, 'reorder'> | null,
  ): PartialScores {
    const terms = scoreTerms(this.model, history, now, this.#encode(history, now))
    const summed = personal
      ? personalScores(this.model, terms, personal.parameters, personal.fusionWeight)
      : terms.base
    const scores = learners?.reorder(terms.features, summed) ?? summed
    return {
      learnersLift: (row) => scores[row] - summed[row],
      scoresOf: (rows) => gather(scores, rows),
      among: () => null,
      features: wholeFeatures(terms.features),
      hidden: terms.hidden,
      candidates: terms.candidates,
    }
  }

  recommend(scored: Scored, options: ListOptions): Recommendation[] {
    const ranking = options.order === 'base' ? this.#base : scored
    const { category, excludeIds = [] } = options
    const excluded = new Set(excludeIds.map((id) => this.#place(id)))
    const gone = [...excluded].filter((place) => place >= 0)
    // All else may leave out any number.
    const isShort = ranking === scored && category === undefined
    let whole: readonly number[] | null = null
    /** Of those that are looked at; null: all. */
    let places: readonly number[] | null = null
    const candidates = (count: number) => {
      const few = isShort && scored.among(count + gone.length)
      places = few
        ? few
            .map((row) => this.#places[row])
            .filter((place) => place >= 0 && !excluded.has(place))
            .sort((a, b) => a - b)
        : null
      if (places) return places.map((place) => this.#shown[place])
      whole ??= this.#candidates(options)
      return whole
    }
    return this.#select(candidates, ranking, options, (best, rows) => {
      if (options.order === 'base') return best.map((_, place) => place + 1)
      if (this.#hasFamilies) return this.#placesForAll(best, rows, options)
      if (!places) return null
      this.#baseRanks ??= ranksOfAll(gather(this.#baseScores, this.#shown))
      const ranks = this.#baseRanks
      const among = places
      const before = gone.map((place) => ranks[place])
      return best.map((at) => {
        const rank = ranks[among[at]]
        return rank - before.filter((other) => other < rank).length
      })
    })
  }

  /** Where they stand in the list that everybody gets of these options, variants left out there too. */
  #placesForAll(
    best: readonly number[],
    rows: readonly number[],
    options: ListOptions,
  ): readonly number[] {
    const all = this.#candidates(options)
    const order = highestRows(gather(this.#baseScores, all), all.length)
    const ranks = ranksInFamilies(order, options, (place) => this.#familyOf(all[place]))
    const byRow = new Map(order.map((place, at) => [all[place], ranks[at]]))
    return best.map((at) => byRow.get(rows[at]) ?? 0)
  }

  #familyOf(row: number): string | undefined {
    return this.#catalog?.get(this.model.itemIds[row])?.groupId
  }

  rerank(items: readonly string[], scored: Scored, options: RerankOptions): Recommendation[] {
    const distinct = [...new Set(items)]
    const known = distinct
      .map((id) => this.#rows.get(id))
      .filter((row) => row !== undefined)
      .filter((row) => options.soldOut || this.#places[row] >= 0)
    const unknown = distinct.filter((id) => !this.#rows.has(id))
    const ranking = options.order === 'base' ? this.#base : scored
    const scores = ranking.scoresOf(known)
    const ranked = this.#listed(known, scores, highestRows(scores, known.length), ranking)
    const score = ranked.at(-1)?.score ?? 0
    const placed = inShopOrder(unknown).map((one) => ({
      ...one,
      score,
      rank: ranked.length + one.rank,
      baseRank: ranked.length + one.rank,
    }))
    return [...ranked, ...placed].slice(0, options.limit ?? items.length)
  }

  /** Null for an item that may not be shown. */
  explain(id: string, scored: Scored): Explanation | null {
    const row = this.#rows.get(id)
    if (row === undefined || this.#places[row] < 0) return null
    const scores = scored.scoresOf([...this.model.itemIds.keys()])
    const placeIn = (given: Float32Array) =>
      1 + this.#shown.reduce((above, other) => above + Number(given[other] > given[row]), 0)
    const [rank, baseRank] = [placeIn(scores), placeIn(this.#baseScores)]
    return {
      id,
      score: scores[row],
      meanScore: scores.reduce((sum, score) => sum + score, 0) / scores.length,
      rank,
      baseRank,
      reason: scored.explain(row, baseRank > rank),
      contributions: scored.contributions(row),
    }
  }

  /**
   * By direction of the item vectors, by title and by category; and by what is looked at together, where
   * the log tells: what is bought together is more often no likeness.
   */
  similar(item: string, options: ListOptions): Recommendation[] {
    const row = this.#rows.get(item)
    if (row === undefined) return []
    const { itemIds, itemVectors } = this.model
    const ties = countsViews(this.model) ? this.#ties(row) : new Map<number, number>()
    this.#alike ??= createAlike(this.#catalog?.items ?? [])
    const alike = this.#alike(item)
    const categoryOf = (id: string) => this.#catalog?.get(id)?.category
    const category = categoryOf(item)
    const seed = itemVectors.subarray(row * DIMENSION, (row + 1) * DIMENSION)
    const scores = new Float32Array(itemIds.length)
    for (const other of this.#shown) {
      const vector = itemVectors.subarray(other * DIMENSION, (other + 1) * DIMENSION)
      const id = itemIds[other]
      const isSame = category !== undefined && categoryOf(id) === category
      scores[other] =
        cosine(seed, vector) +
        (alike.get(id) ?? 0) +
        (ties.get(other) ?? 0) +
        (isSame ? SAME_CATEGORY : 0)
    }
    // What has nothing in common with it is not like it.
    const candidates = this.#candidates(options).filter((one) => one !== row && scores[one] > 0)
    const ranking = by(scores, () => ({ kind: 'similar', item }))
    return this.#select(() => candidates, ranking, options)
  }

  boughtTogether(item: string, options: ListOptions): Recommendation[] {
    const row = this.#rows.get(item)
    if (row === undefined) return []
    const ties = this.#ties(row)
    const scores = new Float32Array(this.model.itemIds.length)
    for (const [other, tie] of ties) scores[other] = tie
    const candidates = this.#candidates(options).filter((other) => ties.has(other))
    const ranking = by(scores, () => ({ kind: 'bought-together', item }))
    return this.#select(() => candidates, ranking, options)
  }

  #candidates({ excludeIds, category }: ListOptions): readonly number[] {
    const excluded = new Set(excludeIds)
    if (excluded.size === 0 && category === undefined) return this.#shown
    const { itemIds } = this.model
    return this.#shown.filter(
      (row) =>
        !excluded.has(itemIds[row]) &&
        (category === undefined || this.#catalog?.get(itemIds[row])?.category === category),
    )
  }

  /** Other items that go with the one at `row` → weight in (0, 1]. */
  #ties(row: number): ReadonlyMap<number, number> {
    const { neighboursPerItem, neighbourItems, neighbourWeights } = this.model.statistics
    const ties = new Map<number, number>()
    const end = (row + 1) * neighboursPerItem
    for (let k = row * neighboursPerItem; k < end && neighbourWeights[k] > 0; k++) {
      if (neighbourItems[k] !== row) ties.set(neighbourItems[k], neighbourWeights[k])
    }
    return ties
  }

  get #base(): Ranking {
    return by(this.#baseScores, (row) => everybodysReason(this.model, row))
  }

  /** −1 for what is not shown. */
  #place(id: string): number {
    const row = this.#rows.get(id)
    return row === undefined ? -1 : this.#places[row]
  }

  #unshown(): number[] {
    return [...this.#places.keys()].filter((row) => this.#places[row] < 0)
  }

  /**
   * @param candidates among which are the `count` best
   * @param baseRanksOf places among the candidates → their ranks in the base order; null: counted
   */
  #select(
    candidates: (count: number) => readonly number[],
    ranking: Ranking,
    options: ListOptions,
    baseRanksOf?: (best: readonly number[], rows: readonly number[]) => ArrayLike<number> | null,
  ): Recommendation[] {
    let rows: readonly number[] = []
    let scores: Float32Array = new Float32Array()
    const best = (count: number) => {
      const next = candidates(count)
      if (next !== rows) scores = ranking.scoresOf(next)
      rows = next
      return highestRows(scores, count)
    }
    const chosen = selectPlaces(best, options, (at) => this.#familyOf(rows[at]))
    return this.#listed(rows, scores, chosen, ranking, baseRanksOf?.(chosen, rows))
  }

  /** @param best places among the candidates */
  #listed(
    candidates: readonly number[],
    scores: Float32Array,
    best: readonly number[],
    { explain }: Ranking,
    baseRanks: ArrayLike<number> | null = null,
  ): Recommendation[] {
    const ranks = baseRanks ?? ranksOf(best, gather(this.#baseScores, candidates))
    const given = new Map<string, number>()
    const timesOf = (reason: Reason) => given.get(JSON.stringify(reason)) ?? 0
    return best.map((at, place) => {
      const row = candidates[at]
      const id = this.model.itemIds[row]
      const baseRank = ranks[place]
      const reason = explain(row, baseRank > place + 1, (one) => timesOf(one) >= SAME_REASONS)
      given.set(JSON.stringify(reason), timesOf(reason) + 1)
      return { id, score: scores[at], rank: place + 1, baseRank, reason }
    })
  }
}

/** From here on scoring in part is the faster way by far (docs/ENGINE.md). */
export const LARGE = 20_000

export const isLarge = ({ itemIds }: BaseModel): boolean =>
  itemIds.length > LARGE && itemIds.length <= MOST_RANKED

function by(scores: Float32Array, explain: Explain): Ranking {
  return { scoresOf: (rows) => gather(scores, rows), explain }
}

/** In the order of the candidates, so that equals keep the shop's order. */
function gather(scores: Float32Array, rows: readonly number[]): Float32Array {
  const gathered = new Float32Array(rows.length)
  for (let at = 0; at < rows.length; at++) gathered[at] = scores[rows[at]]
  return gathered
}

function cosine(a: Float32Array, b: Float32Array): number {
  let dot = 0
  let aa = 0
  let bb = 0
  for (let j = 0; j < a.length; j++) {
    dot += a[j] * b[j]
    aa += a[j] * a[j]
    bb += b[j] * b[j]
  }
  return aa > 0 && bb > 0 ? dot / Math.sqrt(aa * bb) : 0
}
