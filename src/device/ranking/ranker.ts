/**
 * @module Lists of items for one shopper: candidates, scored, sorted, explained. Pure; everything
 * that depends on the model alone is computed once.
 */
import type { Catalog } from '../../core/catalog/catalog.ts'
import type { Item } from '../../core/catalog/item.ts'
import { withColdStart } from '../../core/features/coldStart.ts'
import { readHistory } from '../../core/features/computeFeatures.ts'
import type { History } from '../../core/features/history.ts'
import type { BaseModel } from '../../core/model/baseModel.ts'
import { highestRows } from '../../core/model/highest.ts'
import { MOST_RANKED, ranksOf } from '../../core/model/ranksOf.ts'
import { isKnown, scoreTerms } from '../../core/model/score.ts'
import type { CandidateLearners } from '../../core/personal/learners/candidateLearners.ts'
import type { ListOptions, Reason, Recommendation, RerankOptions } from '../apiLists.ts'
import { inShopOrder } from '../catalogOrder.ts'
import { BaseOrder } from './baseOrder.ts'
import { type FeatureRows, someFeatures, wholeFeatures } from './featureRows.ts'
import type { ActivePersonal, createPartialScores, ScorePart } from './partialScores.ts'
import { createExplainer, type Explain, type Explainer, everybodysReason } from './reasons.ts'
import { Related } from './related.ts'
import { ranksInGroups, type Selection, selectPlaces } from './selectPlaces.ts'
import { createWholeScores, gather, type ScoreWhole } from './wholeScores.ts'

/** What the scores of a list are compared with, and multiplied by. */
export interface Weighed {
  readonly base: BaseOrder
  /** What the shop's rules multiply the odds of a row by, as a logarithm. */
  readonly lift?: (row: number) => number
}

/** Scores for one shopper at one time; made once per change and minute, read by many lists. */
export interface Scored extends Explainer, Weighed {
  scoresOf(rows: readonly number[]): Float32Array
  /** Rows among which are the `count` highest of those shown; null: any may be. */
  among(count: number): readonly number[] | null
  /** Whether anything is known of the shopper. */
  readonly isOwn: boolean
}

/** Items of a list that say the same why before others say something else, if that is as true. */
const SAME_REASONS = 3

/** What a list is made from. */
type Ranking = Pick<Scored, 'scoresOf' | 'explain' | 'base'>

type SelectOptions = ListOptions & Selection

export class Ranker {
  readonly model: BaseModel
  readonly #catalog: Catalog | null
  readonly #rows: ReadonlyMap<string, number>
  /** By row, as the catalog has them. */
  readonly #items: readonly (Item | undefined)[]
  readonly #hasFamilies: boolean
  /** Rows that may be shown, in the shop's order. */
  readonly #shown: readonly number[]
  /** Place of each row among those shown, −1 for the others. */
  readonly #places: Int32Array
  readonly #base: BaseOrder
  readonly #baseFeatures: FeatureRows
  readonly #scoreWhole: ScoreWhole
  /** Of a large catalog. */
  readonly #scorePart: ScorePart | null
  readonly #related: Related

  /** @param scoreInPart for a large catalog, see `isLarge`; the lists are the same without */
  constructor(
    model: BaseModel,
    catalog: Catalog | null,
    scoreInPart: typeof createPartialScores | null = null,
  ) {
    this.model = model
    this.#catalog = catalog
    this.#rows = new Map(model.itemIds.map((id, row) => [id, row]))
    const ids = catalog
      ? catalog.items.filter(({ available }) => available !== false).map(({ id }) => id)
      : model.itemIds
    this.#shown = ids.map((id) => this.#rows.get(id)).filter((row) => row !== undefined)
    this.#places = new Int32Array(model.itemIds.length).fill(-1)
    this.#shown.forEach((row, place) => {
      this.#places[row] = place
    })
    this.#items = model.itemIds.map((id) => catalog?.get(id))
    this.#hasFamilies = this.#items.some((item) => item?.groupId !== undefined)
    this.#base = new BaseOrder(model, this.#shown)
    this.#baseFeatures = scoreInPart
      ? someFeatures(model, readHistory(model.statistics, [], 0))
      : wholeFeatures(scoreTerms(model, [], 0).features)
    this.#scoreWhole = createWholeScores(model)
    this.#scorePart = scoreInPart?.(model, this.#unshown()) ?? null
    this.#related = new Related(model, catalog)
  }

  get base(): BaseOrder {
    return this.#base
  }

  rowOf(id: string): number | undefined {
    return this.#rows.get(id)
  }

  /** Whether nobody was counted for it yet. */
  isNew(id: string): boolean {
    const row = this.#rows.get(id)
    return row !== undefined && everybodysReason(this.model, row).kind === 'new'
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
    this.#base.moveTo(now)
    const part =
      (learners ? null : this.#scorePart?.(history, now, personal)) ??
      this.#scoreWhole(history, now, personal, learners)
    return {
      ...part,
      base: this.#base,
      isOwn: isKnown(history),
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

  recommend(scored: Scored, options: SelectOptions): Recommendation[] {
    const { base } = scored
    const ranking = options.order === 'base' ? this.#everybodys(base) : scored
    const { category, excludeIds = [], diversify = true } = options
    const isVaried = diversify && scored.isOwn && ranking === scored && category === undefined
    const gone = new Set(
      excludeIds.map((id) => this.#rows.get(id)).filter((row) => this.#isShown(row)),
    )
    // All else may leave out any number.
    const isShort = ranking === scored && category === undefined && !options.among
    let whole: readonly number[] | null = null
    let isPart = false
    const candidates = (count: number) => {
      const few = isShort && scored.among(count + gone.size)
      isPart = !!few
      if (few)
        return few
          .filter((row) => this.#isShown(row) && !gone.has(row))
          .sort((a, b) => this.#places[a] - this.#places[b])
      whole ??= this.#candidates(options)
      return whole
    }
    const baseRanksOf = (best: readonly number[]) => {
      if (options.order === 'base') return best.map((_, place) => place + 1)
      if (this.#hasFamilies || options.limits?.length)
        return this.#placesForAll(best, whole ?? this.#candidates(options), base, options)
      if (!isPart) return null
      const { ranks } = base
      const before = [...gone].map((row) => ranks[row])
      return best.map((row) => ranks[row] - before.filter((other) => other < ranks[row]).length)
    }
    return this.#select(candidates, ranking, options, isVaried, baseRanksOf)
  }

  /** Where they stand in the list that everybody gets of these options, variants left out there too. */
  #placesForAll(
    best: readonly number[],
    candidates: readonly number[],
    base: BaseOrder,
    options: SelectOptions,
  ): readonly number[] {
    const order = base.sorted(candidates)
    const ranks = ranksInGroups(order, options, (row) => this.#items[row])
    const byRow = new Int32Array(this.model.itemIds.length)
    order.forEach((row, at) => {
      byRow[row] = ranks[at]
    })
    return best.map((row) => byRow[row])
  }

  rerank(items: readonly string[], scored: Scored, options: RerankOptions): Recommendation[] {
    const distinct = [...new Set(items)]
    const known = distinct
      .map((id) => this.#rows.get(id))
      .filter((row) => row !== undefined)
      .filter((row) => options.soldOut || this.#isShown(row))
    const unknown = distinct.filter((id) => !this.#rows.has(id))
    const ranking = options.order === 'base' ? this.#everybodys(scored.base) : scored
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

  similar(item: string, options: SelectOptions, weighed?: Weighed): Recommendation[] {
    const row = this.#rows.get(item)
    if (row === undefined) return []
    const scores = this.#related.similarTo(row, this.#shown)
    return this.#listAbout([row], options, scores, () => ({ kind: 'similar', item }), weighed)
  }

  /** @param item one, or several */
  boughtTogether(
    item: string | readonly string[],
    options: SelectOptions,
    weighed?: Weighed,
  ): Recommendation[] {
    const rows = [item].flat().flatMap((id) => this.#rows.get(id) ?? [])
    const { scores, mostWith } = this.#related.boughtWith(rows)
    const reasonOf = (row: number): Reason => ({
      kind: 'bought-together',
      item: this.model.itemIds[mostWith(row)],
    })
    return this.#listAbout(rows, options, scores, reasonOf, weighed)
  }

  #listAbout(
    rows: readonly number[],
    options: SelectOptions,
    scores: Float32Array,
    reasonOf: (row: number) => Reason,
    { base, lift }: Weighed = { base: this.#base },
  ): Recommendation[] {
    // What has nothing in common with it does not go with it.
    const candidates = this.#candidates(options).filter(
      (one) => scores[one] > 0 && !rows.includes(one),
    )
    if (lift) for (const one of candidates) scores[one] *= Math.exp(lift(one))
    return this.#select(() => candidates, by(scores, reasonOf, base), options, false)
  }

  #candidates({ excludeIds = [], category, among }: SelectOptions): readonly number[] {
    if (excludeIds.length === 0 && category === undefined && !among) return this.#shown
    const { itemIds } = this.model
    const excluded = new Set(excludeIds)
    return this.#shown.filter(
      (row) =>
        !excluded.has(itemIds[row]) &&
        among?.has(itemIds[row]) !== false &&
        (category === undefined || this.#items[row]?.category === category),
    )
  }

  #everybodys(base: BaseOrder): Ranking {
    return by(base.scores, (row) => everybodysReason(this.model, row), base)
  }

  #isShown(row: number | undefined): row is number {
    return row !== undefined && this.#places[row] >= 0
  }

  #unshown(): number[] {
    return [...this.#places.keys()].filter((row) => this.#places[row] < 0)
  }

  /**
   * @param candidates among which are the `count` best
   * @param baseRanksOf rows → their ranks in the base order; null: counted
   */
  #select(
    candidates: (count: number) => readonly number[],
    ranking: Ranking,
    options: SelectOptions,
    isVaried: boolean,
    baseRanksOf?: (best: readonly number[]) => readonly number[] | null,
  ): Recommendation[] {
    let rows: readonly number[] = []
    let scores: Float32Array = new Float32Array()
    const best = (count: number) => {
      const next = candidates(count)
      if (next !== rows) scores = ranking.scoresOf(next)
      rows = next
      return highestRows(scores, count)
    }
    const itemOf = (at: number) => this.#items[rows[at]]
    const scoreOf = isVaried ? (at: number) => scores[at] : undefined
    const { chosen, varied } = selectPlaces(best, options, itemOf, scoreOf)
    const baseRanks = baseRanksOf?.(chosen.map((at) => rows[at]))
    return this.#listed(rows, scores, chosen, ranking, baseRanks).map((one, place) =>
      // What is nobody's doing is no reason to stand before what scores higher.
      varied.has(chosen[place]) && (one.reason.kind === 'popular' || one.reason.kind === 'new')
        ? { ...one, reason: { kind: 'variety' } }
        : one,
    )
  }

  /** @param best places among the candidates */
  #listed(
    candidates: readonly number[],
    scores: Float32Array,
    best: readonly number[],
    { explain, base }: Ranking,
    baseRanks: ArrayLike<number> | null = null,
  ): Recommendation[] {
    const ranks = baseRanks ?? ranksOf(best, gather(base.scores, candidates))
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

function by(scores: Float32Array, explain: Explain, base: BaseOrder): Ranking {
  return { scoresOf: (rows) => gather(scores, rows), explain, base }
}
