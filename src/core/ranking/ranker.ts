/**
 * @module Ranks items for one shopper: finds candidates, scores and sorts them. Pure. Values that depend on
 * the model alone are computed once. `reasons.ts` finds the reasons.
 */
import type { Catalog } from '../catalog/catalog.ts'
import type { Item } from '../catalog/item.ts'
import type { History } from '../features/history.ts'
import { withColdStart } from '../features/itemStatistics.ts'
import type { BaseModel } from '../model/baseModel.ts'
import { highestRows, MOST_RANKED, ranksOf } from '../model/highest.ts'
import { isKnown } from '../model/score.ts'
import type { CandidateLearners } from '../personal/learners/candidateLearners.ts'
import type { ListOptions, Reason, Recommendation, RerankOptions } from './apiLists.ts'
import { BaseOrder } from './baseOrder.ts'
import { inShopOrder } from './catalogOrder.ts'
import type { ActivePersonal, PartialScores, ScoreInPart, ScorePart } from './partialScores.ts'
import { Related } from './related.ts'
import { ranksInGroups, type Selection, selectPlaces } from './selectPlaces.ts'
import { createWholeScores, gather, type ScoreWhole } from './wholeScores.ts'

/** Reference order of a list, and the boosts of its rows. */
export interface Weighed {
  readonly base: BaseOrder
  /** Log of the factor by which the shop's rules multiply the odds of a row. */
  readonly lift?: (row: number) => number
}

/** Scores for one shopper at one time; made once per change and minute, and shared by many lists. */
export interface Scored extends Pick<PartialScores, 'scoresOf' | 'among'>, Weighed {
  /** Whether the shopper has a history. */
  readonly isOwn: boolean
}

/** Scores together with all inputs that they were computed from. */
export interface ExplainedScores extends PartialScores, Scored {
  readonly history: History
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly personal: ActivePersonal | null
}

/** Scores and reasons that a list is made from. */
interface Ranking extends Pick<Scored, 'scoresOf' | 'base'> {
  /** Reason of a row. Default: the fallback reason, which holds for every shopper. */
  readonly reasonOf?: (row: number) => Reason
}

export interface SelectOptions extends ListOptions, Selection {
  /** True: base ranks are omitted, because the caller ignores them. */
  readonly unplaced?: boolean
}

/** Number of top places of the base order that are best sellers. An item there must also have counts. */
export const bestSellersOf = (items: number): number => Math.min(100, Math.ceil(items / 10))

export class Ranker {
  readonly model: BaseModel
  readonly #catalog: Catalog | null
  readonly #rows: ReadonlyMap<string, number>
  /** Items of the catalog by row; undefined where the catalog lacks the row. */
  readonly #items: readonly (Item | undefined)[]
  readonly #hasFamilies: boolean
  /** Rows that lists may show, in the shop's order. */
  readonly #shown: readonly number[]
  /** Place of each row among the shown rows; −1 for the others. */
  readonly #places: Int32Array
  readonly #base: BaseOrder
  readonly #scoreWhole: ScoreWhole
  /** Partial scoring of a large catalog; null for a small catalog. */
  readonly #scorePart: ScorePart | null
  /** Partial scoring of a small catalog, set by `speedUp`. */
  #scoreFast: ScorePart | null = null
  #withoutContext: Ranker | null = null
  readonly #related: Related

  /**
   * @param scoreInPart partial scoring for a large catalog, see `isLarge`; it yields the same lists, faster
   */
  constructor(model: BaseModel, catalog: Catalog | null, scoreInPart: ScoreInPart | null = null) {
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

  /** Whether the log counts no shopper for the item yet. */
  isNew(id: string): boolean {
    const row = this.#rows.get(id)
    return row !== undefined && this.reasonForAll(row).kind === 'new'
  }

  /** Fallback reason: "new" if the item has no counts, "popular" if it sells best, else the shop's order. */
  reasonForAll(row: number): Reason {
    const { coldStart, items, popularityAll } = this.model.statistics
    const isCounted = popularityAll[row] > 0
    if (coldStart && row >= coldStart.from && !isCounted) return { kind: 'new' }
    const rank = this.#base.ranks[row]
    const isBest = isCounted && rank > 0 && rank <= bestSellersOf(items)
    return { kind: isBest ? 'popular' : 'shop-order' }
  }

  /** Share of the item's shoppers who came back to it on another day; undefined if unknown. */
  repeatRate(id: string): number | undefined {
    const row = this.#rows.get(id)
    return row === undefined ? undefined : withColdStart(this.model.statistics).repeatRate[row]
  }

  /** For any row: the one of `rows` that it is most often bought with; undefined if there is none. */
  tiesOf(rows: readonly number[]): (row: number) => number | undefined {
    return this.#related.boughtWith(rows).mostWith
  }

  /** Scores for a shopper without a history. */
  everybodys(now: number): Scored {
    this.#base.moveTo(now)
    return {
      scoresOf: (rows) => gather(this.#base.scores, rows),
      among: () => null,
      base: this.#base,
      isOwn: false,
    }
  }

  /** Ranker of the same shop without the model's context terms; null if the model has none. */
  get withoutContext(): Ranker | null {
    const { context, ...model } = this.model
    if (context) this.#withoutContext ??= new Ranker(model, this.#catalog)
    return this.#withoutContext
  }

  /**
   * From now on `score` may use partial scoring when asked to be fast. The scores stay the same, bit by bit.
   */
  speedUp(scoreInPart: ScoreInPart): void {
    this.#scoreFast ??= this.#scorePart ?? scoreInPart(this.model, this.#unshown())
  }

  /** Whether partial scoring is available, so that many scorings take no longer than one list may. */
  get isFast(): boolean {
    return !!(this.#scorePart ?? this.#scoreFast)
  }

  /**
   * @param learners additional learners, which need the scores of all items; null for none
   * @param fast allows partial scoring, for scores that are only compared; `explainItem` needs the full
   *   scores
   */
  score(
    history: History,
    now: number,
    personal: ActivePersonal | null,
    learners: Pick<CandidateLearners, 'reorder'> | null = null,
    fast = false,
  ): ExplainedScores {
    this.#base.moveTo(now)
    const inPart = this.#scorePart ?? (fast ? this.#scoreFast : null)
    const part =
      (learners ? null : inPart?.(history, now, personal)) ??
      this.#scoreWhole(history, now, personal, learners)
    return { ...part, base: this.#base, history, now, personal, isOwn: isKnown(history) }
  }

  recommend(scored: Scored, options: SelectOptions): Recommendation[] {
    const { base } = scored
    const ranking: Ranking = options.order === 'base' ? by(base.scores, base) : scored
    const { category, excludeIds = [], diversify = true } = options
    const isVaried = diversify && scored.isOwn && ranking === scored && category === undefined
    const gone = new Set(
      excludeIds.map((id) => this.#rows.get(id)).filter((row) => this.#isShown(row)),
    )
    // Only the plain personal list can use few candidates, since a category or `among` may exclude any number
    // of items.
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
      if (options.order === 'base' || options.unplaced) return best.map((_, place) => place + 1)
      if (this.#hasFamilies || options.limits?.length)
        return this.#placesForAll(best, whole ?? this.#candidates(options), base, options)
      if (!isPart) return null
      const { ranks } = base
      const before = [...gone].map((row) => ranks[row])
      return best.map((row) => ranks[row] - before.filter((other) => other < ranks[row]).length)
    }
    return this.#select(candidates, ranking, options, isVaried, baseRanksOf)
  }

  /** Ranks of the rows in the base list with the same options, including its limits on variants. */
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
    const { base } = scored
    const ranking: Ranking = options.order === 'base' ? by(base.scores, base) : scored
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

  /** @param item id of one item, or ids of several */
  boughtTogether(
    item: string | readonly string[],
    options: SelectOptions,
    weighed?: Weighed,
  ): Recommendation[] {
    const rows = [item].flat().flatMap((id) => this.#rows.get(id) ?? [])
    const { scores, mostWith } = this.#related.boughtWith(rows)
    const reasonOf = (row: number): Reason => ({
      kind: 'bought-together',
      item: this.model.itemIds[mostWith(row) ?? rows[0]],
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
    // Items without any relation to the given items are no candidates.
    const candidates = this.#candidates(options).filter(
      (one) => scores[one] > 0 && !rows.includes(one),
    )
    if (lift) for (const one of candidates) scores[one] *= Math.exp(lift(one))
    return this.#select(() => candidates, by(scores, base, reasonOf), options, false)
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

  #isShown(row: number | undefined): row is number {
    return row !== undefined && this.#places[row] >= 0
  }

  #unshown(): number[] {
    return [...this.#places.keys()].filter((row) => this.#places[row] < 0)
  }

  /**
   * @param candidates returns rows that include the `count` best
   * @param baseRanksOf rows → their ranks in the base order; null: ranks are counted from the scores
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
    const chosen = selectPlaces(best, options, itemOf, scoreOf)
    const baseRanks = baseRanksOf?.(chosen.map((at) => rows[at]))
    return this.#listed(rows, scores, chosen, ranking, baseRanks)
  }

  /** @param best places among the candidates */
  #listed(
    candidates: readonly number[],
    scores: Float32Array,
    best: readonly number[],
    { base, reasonOf = (row) => this.reasonForAll(row) }: Ranking,
    baseRanks: ArrayLike<number> | null = null,
  ): Recommendation[] {
    const ranks = baseRanks ?? ranksOf(best, gather(base.scores, candidates))
    return best.map((at, place) => {
      const row = candidates[at]
      const [id, reason] = [this.model.itemIds[row], reasonOf(row)]
      return { id, score: scores[at], rank: place + 1, baseRank: ranks[place], reason }
    })
  }
}

/** Number of items above which partial scoring is much faster (docs/ENGINE.md). */
export const LARGE = 20_000

export const isLarge = ({ itemIds }: BaseModel): boolean =>
  itemIds.length > LARGE && itemIds.length <= MOST_RANKED

function by(scores: Float32Array, base: BaseOrder, reasonOf?: Ranking['reasonOf']): Ranking {
  return { scoresOf: (rows) => gather(scores, rows), base, reasonOf }
}
