/**
 * @module Ranks items for one shopper. A `CandidateSource` finds and scores the candidates; the ranker sorts them and
 * gives fallback reasons. `reasons.ts` finds the shopper's own reasons.
 */
import type { Catalog } from '../catalog/catalog.ts'
import type { History } from '../features/history.ts'
import { withColdStart } from '../features/itemStatistics.ts'
import type { CandidateLearners } from '../learning/learners/candidateLearners.ts'
import type { BaseModel } from '../model/baseModel.ts'
import { highestRows } from '../model/highest.ts'
import { isKnown } from '../model/score.ts'
import type { ListOptions, ListQuery, Reason, Recommendation, RerankOptions } from './apiLists.ts'
import { BaseOrder } from './baseOrder.ts'
import {
  type ActivePersonal,
  type CandidateSource,
  type Choice,
  createWholeScores,
  findAll,
  gather,
  type Losses,
  lowered,
  onlyRows,
  type ScoreWhole,
  type ShopperScores,
  ShownItems,
} from './candidateSource.ts'
import { inShopOrder } from './catalogOrder.ts'
import type { ScoreInPart, ScorePart } from './partialScores.ts'
import { NEAREST, Related } from './related.ts'
import { ranksInGroups, type Selection, selectPlaces } from './selectPlaces.ts'

/** Scores for one shopper at one time. */
export interface Scored extends CandidateSource {
  /** Base order, from which base ranks come. */
  readonly base: BaseOrder
  /** Log of the factor by which the shop's rules multiply the odds of a row. */
  readonly lift?: (row: number) => number
  /** Whether the shopper has a history. */
  readonly isOwn: boolean
}

/** Scores and the inputs that they were computed from. */
export interface ExplainedScores extends ShopperScores, Scored {
  readonly history: History
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly personal: ActivePersonal | null
  /** Log-odds that items lose by the shopper's answers; already subtracted from the scores. */
  readonly losses: Losses
}

const NO_LOSSES: Losses = new Map()

interface Place {
  readonly row: number
  readonly score: number
}

export interface SelectOptions extends ListOptions, Selection {
  /** Whether the caller ignores base ranks, so that they need not be computed. */
  readonly unplaced?: boolean
}

export class Ranker {
  readonly model: BaseModel
  readonly #catalog: Catalog | null
  readonly #shown: ShownItems
  readonly base: BaseOrder
  readonly #scoreWhole: ScoreWhole
  /** Partial scoring of a large catalog. */
  readonly #scorePart: ScorePart | null
  /** Partial scoring of any catalog, set by `speedUp`. */
  #scoreFast: ScorePart | null = null
  #withoutContext: Ranker | null = null
  readonly #related: Related
  readonly #alikeTo = new Map<number, ReadonlyMap<number, number>>()

  /** @param scoreInPart partial scoring for a large catalog (`isLarge`) */
  constructor(model: BaseModel, catalog: Catalog | null, scoreInPart: ScoreInPart | null = null) {
    this.model = model
    this.#catalog = catalog
    this.#shown = new ShownItems(model, catalog)
    this.base = new BaseOrder(model, this.#shown.rows)
    this.#scoreWhole = createWholeScores(model)
    this.#scorePart = scoreInPart?.(model, this.#shown.others) ?? null
    this.#related = new Related(model, catalog)
  }

  rowOf(id: string): number | undefined {
    return this.#shown.rowOf(id)
  }

  /** Whether the log counts no shopper for the item yet. */
  isNew(id: string): boolean {
    const row = this.rowOf(id)
    return row !== undefined && this.base.reasonFor(row).kind === 'new'
  }

  looksLike(id: string): readonly string[] {
    const scores = this.#related.looksLike(this.rowOf(id) ?? -1)
    return this.model.itemIds.filter((_, row) => scores[row] > 0)
  }

  /** Share of the item's shoppers who viewed, saved or bought it on several days; undefined if unknown. */
  repeatRate(id: string): number | undefined {
    const row = this.rowOf(id)
    return row === undefined ? undefined : withColdStart(this.model.statistics).repeatRate[row]
  }

  /** Returns a function that maps a row to the one of `rows` with which it is bought most often. */
  tiesOf(rows: readonly number[]): (row: number) => number | undefined {
    return this.#related.boughtWith(rows).mostWith
  }

  /** `Related.alikeTo`, cached. */
  readonly alikeTo = (row: number): ReadonlyMap<number, number> => {
    const known = this.#alikeTo.get(row) ?? this.#related.alikeTo(row, this.#shown.rows)
    this.#alikeTo.set(row, known)
    return known
  }

  /** Scores for a shopper without a history. */
  everybodys(now: number, losses: Losses = NO_LOSSES): Scored {
    this.base.moveTo(now)
    const base = this.base
    const [find, scoresOf] = [base.find.bind(base), base.scoresOf.bind(base)]
    return lowered({ find, scoresOf, base, isOwn: false }, losses)
  }

  /** The same ranker without the model's terms for contexts; null if the model has none. */
  get withoutContext(): Ranker | null {
    const { context, ...model } = this.model
    if (context) this.#withoutContext ??= new Ranker(model, this.#catalog)
    return this.#withoutContext
  }

  /** Lets `score` use partial scoring from now on, if its caller sets `fast`. */
  speedUp(scoreInPart: ScoreInPart): void {
    this.#scoreFast ??= this.#scorePart ?? scoreInPart(this.model, this.#shown.others)
  }

  /** Whether scoring is fast enough to be repeated many times for one list. */
  get isFast(): boolean {
    return !!(this.#scorePart ?? this.#scoreFast)
  }

  /**
   * @param learners incremental learners that the shop chose, which need the scores of all items
   * @param fast whether partial scoring is allowed, if `speedUp` was called; `explainItem` needs the full scores
   * @param losses log-odds that items lose by the shopper's answers, see `lossesOf`
   */
  score(
    history: History,
    now: number,
    personal: ActivePersonal | null,
    learners: Pick<CandidateLearners, 'reorder'> | null = null,
    fast = false,
    losses = NO_LOSSES,
  ): ExplainedScores {
    this.base.moveTo(now)
    const inPart = this.#scorePart ?? (fast ? this.#scoreFast : null)
    const part =
      (learners ? null : inPart?.(history, now, personal)) ??
      this.#scoreWhole(history, now, personal, learners)
    const isOwn = isKnown(history)
    return lowered({ ...part, base: this.base, history, now, personal, losses, isOwn }, losses)
  }

  list(
    query: ListQuery,
    scored: Scored,
    selection: Omit<SelectOptions, keyof ListOptions> = {},
  ): Recommendation[] {
    const options = { ...query.options, ...selection }
    switch (query.kind) {
      case 'recommend':
        return this.recommend(scored, options)
      case 'similar':
        return this.similar(query.item, options, scored)
      case 'boughtTogether':
        return this.boughtTogether(query.item, options, scored)
      case 'rerank':
        return this.rerank(query.items, scored, query.options ?? {})
    }
  }

  recommend(scored: Scored, options: SelectOptions): Recommendation[] {
    const { base, isOwn } = scored
    const { order, category, diversify = true } = options
    const choice = this.#shown.choose(options)
    const source = order === 'base' ? base : scored
    const isVaried = diversify && isOwn && source === scored && category === undefined
    const places = this.#select(source, choice, options, isVaried)
    const rows = places.map(({ row }) => row)
    return this.#listed(places, this.#baseRanks(rows, choice, base, options))
  }

  rerank(items: readonly string[], scored: Scored, options: RerankOptions): Recommendation[] {
    const distinct = [...new Set(items)]
    const known = distinct
      .flatMap((id) => this.rowOf(id) ?? [])
      .filter((row) => options.soldOut || this.#shown.has(row))
    const unknown = distinct.filter((id) => this.rowOf(id) === undefined)
    const { base } = scored
    const scores = (options.order === 'base' ? base : scored).scoresOf(known)
    const places = highestRows(scores, known.length).map((at) => ({
      row: known[at],
      score: scores[at],
    }))
    const rows = places.map(({ row }) => row)
    const ranked = this.#listed(places, base.ranksAmong(rows, onlyRows(known)))
    const score = ranked.at(-1)?.score ?? 0
    const placed = inShopOrder(unknown).map((one) => ({
      ...one,
      score,
      rank: ranked.length + one.rank,
      baseRank: ranked.length + one.rank,
    }))
    return [...ranked, ...placed].slice(0, options.limit ?? items.length)
  }

  similar(item: string, options: SelectOptions, scored?: Pick<Scored, 'lift'>): Recommendation[] {
    const row = this.rowOf(item)
    if (row === undefined) return []
    const byPicture = options.from === 'picture'
    const scores = byPicture
      ? this.#related.looksLike(row)
      : this.#related.nearestTo(row, this.#shown.rows, Math.max(NEAREST, options.limit ?? 0))
    const reason = { kind: byPicture ? 'looks-like' : 'similar', item } as const
    return this.#listAbout([row], options, scores, () => reason, scored)
  }

  boughtTogether(
    item: string | readonly string[],
    options: SelectOptions,
    scored?: Pick<Scored, 'lift'>,
  ): Recommendation[] {
    // A model made without a log relates items by their titles, which say nothing about joint purchases.
    const given = this.model.manifest.source === 'catalog' ? [] : [item].flat()
    const rows = given.flatMap((id) => this.rowOf(id) ?? [])
    const { scores, mostWith } = this.#related.boughtWith(rows)
    const reasonOf = (row: number): Reason => ({
      kind: 'bought-together',
      item: this.model.itemIds[mostWith(row) ?? rows[0]],
    })
    return this.#listAbout(rows, options, scores, reasonOf, scored)
  }

  #listAbout(
    about: readonly number[],
    options: SelectOptions,
    scores: Float32Array,
    reasonOf: (row: number) => Reason,
    { lift }: Pick<Scored, 'lift'> = {},
  ): Recommendation[] {
    const related = this.#shown
      .choose(options)
      .rows.filter((one) => scores[one] > 0 && !about.includes(one))
    if (lift) for (const one of related) scores[one] *= Math.exp(lift(one))
    const source = { find: findAll, scoresOf: (rows: readonly number[]) => gather(scores, rows) }
    const places = this.#select(source, onlyRows(related), options, false)
    // A list about an item is the same for every shopper, so base ranks and ranks are equal.
    const ranks = places.map((_, place) => place + 1)
    return this.#listed(places, ranks, reasonOf)
  }

  #select(
    source: CandidateSource,
    choice: Choice,
    options: SelectOptions,
    isVaried: boolean,
  ): readonly Place[] {
    let rows: readonly number[] = []
    let scores: Float32Array = new Float32Array()
    const best = (count: number) => {
      const found = source.find(count, choice)
      if (found !== rows) scores = source.scoresOf(found)
      rows = found
      return highestRows(scores, count)
    }
    const itemOf = (at: number) => this.#shown.itemOf(rows[at])
    const scoreOf = isVaried ? (at: number) => scores[at] : undefined
    const chosen = selectPlaces(best, options, itemOf, scoreOf)
    return chosen.map((at) => ({ row: rows[at], score: scores[at] }))
  }

  /** Ranks of the rows in the list that the same options give in base order. */
  #baseRanks(
    rows: readonly number[],
    choice: Choice,
    base: BaseOrder,
    options: SelectOptions,
  ): ArrayLike<number> {
    if (options.order === 'base' || options.unplaced) return rows.map((_, place) => place + 1)
    if (!this.#shown.hasFamilies && !options.limits?.length) return base.ranksAmong(rows, choice)
    const order = base.sorted(choice.rows)
    const ranks = ranksInGroups(order, options, (row) => this.#shown.itemOf(row))
    const byRow = new Int32Array(this.model.itemIds.length)
    order.forEach((row, at) => {
      byRow[row] = ranks[at]
    })
    return rows.map((row) => byRow[row])
  }

  #listed(
    places: readonly Place[],
    baseRanks: ArrayLike<number>,
    reasonOf = (row: number) => this.base.reasonFor(row),
  ): Recommendation[] {
    return places.map(({ row, score }, place) => {
      const [id, reason] = [this.model.itemIds[row], reasonOf(row)]
      return { id, score, rank: place + 1, baseRank: baseRanks[place], reason }
    })
  }
}
