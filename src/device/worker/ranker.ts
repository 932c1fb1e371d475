/**
 * @module Lists of items for one shopper: candidates, scored, sorted, explained. Pure; everything
 * that depends on the model alone is computed once.
 */
import type { Catalog } from '../../core/catalog/catalog.ts'
import type { History } from '../../core/features/history.ts'
import { type BaseModel, DIMENSION, type PersonalParameters } from '../../core/model/baseModel.ts'
import { createEncoder, type Encode } from '../../core/model/encoder.ts'
import { highestRows } from '../../core/model/highest.ts'
import { ranksOf } from '../../core/model/ranksOf.ts'
import { personalScores, scoreTerms, strangerScores } from '../../core/model/score.ts'
import type { CandidateLearners } from '../../core/personal/learners/candidateLearners.ts'
import type { Explanation, ListOptions, Reason, Recommendation, RerankOptions } from '../api.ts'
import { DEFAULT_LIMIT } from '../catalogOrder.ts'
import { createExplainer, type Explainer, everybodysReason } from './reasons.ts'

export interface ActivePersonal {
  readonly parameters: PersonalParameters
  /** λ > 0. */
  readonly fusionWeight: number
}

/** The scores of all items for one shopper at one time; made once per change and minute, read by many lists. */
export interface Scored extends Explainer {
  readonly scores: Float32Array
}

/** What a list is made from. */
type Ranking = Pick<Scored, 'scores' | 'explain'>

export class Ranker {
  readonly model: BaseModel
  readonly #catalog: Catalog | null
  readonly #rows: ReadonlyMap<string, number>
  /** Rows that may be shown, in the shop's order. */
  readonly #shown: readonly number[]
  readonly #mayShow: ReadonlySet<number>
  /** Scores of nobody in particular: no history, no personal parameters; at the time of the last scores. */
  #base: Ranking
  readonly #baseFeatures: Float32Array
  /** With the states of the last scores, so that an event costs its own and the one before it. */
  readonly #encode: Encode

  constructor(model: BaseModel, catalog: Catalog | null) {
    this.model = model
    this.#catalog = catalog
    this.#rows = new Map(model.itemIds.map((id, row) => [id, row]))
    const ids = catalog
      ? catalog.items.filter(({ available }) => available !== false).map(({ id }) => id)
      : model.itemIds
    this.#shown = ids.map((id) => this.#rows.get(id)).filter((row) => row !== undefined)
    this.#mayShow = new Set(this.#shown)
    // Without a history only the context's terms depend on the time.
    const { base, features } = scoreTerms(model, [], 0)
    this.#base = { scores: base, explain: (row) => everybodysReason(model, row) }
    this.#baseFeatures = features
    this.#encode = createEncoder(model)
  }

  rowOf(id: string): number | undefined {
    return this.#rows.get(id)
  }

  /** @param learners chosen besides the fit; null for none */
  score(
    history: History,
    now: number,
    personal: ActivePersonal | null,
    learners: Pick<CandidateLearners, 'reorder'> | null = null,
  ): Scored {
    if (this.model.context) this.#base = { ...this.#base, scores: strangerScores(this.model, now) }
    const terms = scoreTerms(this.model, history, now, this.#encode(history, now))
    const { parameters = null, fusionWeight = 0 } = personal ?? {}
    const summed = parameters
      ? personalScores(this.model, terms, parameters, fusionWeight)
      : terms.base
    const scores = learners?.reorder(terms.features, summed) ?? summed
    return {
      scores,
      ...createExplainer({
        model: this.model,
        catalog: this.#catalog,
        history,
        now,
        terms,
        baseFeatures: this.#baseFeatures,
        personal: parameters,
        fusionWeight,
        learnersLift: (row) => scores[row] - summed[row],
      }),
    }
  }

  recommend(scored: Scored, options: ListOptions): Recommendation[] {
    const candidates = this.#candidates(options)
    return this.#list(candidates, options.order === 'base' ? this.#base : scored, options.limit)
  }

  rerank(items: readonly string[], scored: Scored, options: RerankOptions): Recommendation[] {
    const distinct = [...new Set(items)]
    const known = distinct
      .map((id) => this.#rows.get(id))
      .filter((row) => row !== undefined)
      .filter((row) => options.soldOut || this.#mayShow.has(row))
    const unknown = distinct.filter((id) => !this.#rows.has(id))
    const ranked = this.#list(known, options.order === 'base' ? this.#base : scored, known.length)
    const last = ranked.at(-1)?.score ?? 0
    const placed = unknown.map(
      (id, i): Recommendation => ({
        id,
        score: last,
        baseRank: known.length + i + 1,
        reason: { kind: 'popular' },
      }),
    )
    return [...ranked, ...placed].slice(0, options.limit ?? items.length)
  }

  /** Null for an item that may not be shown. */
  explain(id: string, scored: Scored): Explanation | null {
    const row = this.#rows.get(id)
    if (row === undefined || !this.#mayShow.has(row)) return null
    const { scores } = scored
    const placeIn = (given: Float32Array) =>
      1 + this.#shown.reduce((above, other) => above + Number(given[other] > given[row]), 0)
    const [rank, baseRank] = [placeIn(scores), placeIn(this.#base.scores)]
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

  /** By direction of the item vectors and by how often the two go together. */
  similar(item: string, options: ListOptions): Recommendation[] {
    const row = this.#rows.get(item)
    if (row === undefined) return []
    const { itemVectors } = this.model
    const ties = this.#ties(row)
    const seed = itemVectors.subarray(row * DIMENSION, (row + 1) * DIMENSION)
    const scores = new Float32Array(this.model.itemIds.length)
    const candidates = this.#candidates(options).filter((other) => other !== row)
    for (const other of candidates) {
      const vector = itemVectors.subarray(other * DIMENSION, (other + 1) * DIMENSION)
      scores[other] = cosine(seed, vector) + (ties.get(other) ?? 0)
    }
    const explain = (): Reason => ({ kind: 'similar', item })
    return this.#list(candidates, { scores, explain }, options.limit)
  }

  boughtTogether(item: string, options: ListOptions): Recommendation[] {
    const row = this.#rows.get(item)
    if (row === undefined) return []
    const ties = this.#ties(row)
    const scores = new Float32Array(this.model.itemIds.length)
    for (const [other, tie] of ties) scores[other] = tie
    const candidates = this.#candidates(options).filter((other) => ties.has(other))
    const explain = (): Reason => ({ kind: 'bought-together', item })
    return this.#list(candidates, { scores, explain }, options.limit)
  }

  #candidates({ exclude, category }: ListOptions): readonly number[] {
    const excluded = new Set(exclude)
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

  #list(
    candidates: readonly number[],
    { scores, explain }: Ranking,
    limit = DEFAULT_LIMIT,
  ): Recommendation[] {
    const count = Math.max(0, Math.floor(limit) || 0)
    const best = highestRows(gather(scores, candidates), count)
    const baseRanks = ranksOf(best, gather(this.#base.scores, candidates))
    return best.map((at, place) => {
      const row = candidates[at]
      const baseRank = baseRanks[place]
      const reason = explain(row, baseRank > place + 1)
      return { id: this.model.itemIds[row], score: scores[row], baseRank, reason }
    })
  }
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
