/**
 * @module Base order: the ranking without a history or personal parameters. It is sorted on first use, and again only
 * after its scores have changed.
 */
import type { BaseModel } from '../model/baseModel.ts'
import { highestRows, ranksOf } from '../model/highest.ts'
import { coldStartScores } from '../model/score.ts'
import type { Reason } from './apiLists.ts'
import { type CandidateSource, type Choice, gather } from './candidateSource.ts'

/** Number of first places of the base order whose items are best sellers, if the log counts shoppers for them. */
export const bestSellersOf = (items: number): number => Math.min(100, Math.ceil(items / 10))

export class BaseOrder implements CandidateSource {
  readonly #model: BaseModel
  readonly #shown: readonly number[]
  #scores: Float32Array
  #rows: readonly number[] | null = null
  #ranks: Int32Array | null = null

  /** @param shown rows that lists may show, in the catalog's order, which decides between equal scores */
  constructor(
    model: BaseModel,
    shown: readonly number[],
    scores: Float32Array = coldStartScores(model, 0),
  ) {
    this.#model = model
    this.#shown = shown
    this.#scores = scores
  }

  /** Copy of this order, where `lift` is added to the score of each row. */
  lifted(lift: (row: number) => number): BaseOrder {
    const scores = this.#scores.map((score, row) => score + lift(row))
    return new BaseOrder(this.#model, this.#shown, scores)
  }

  /** Updates the scores to the time `now`. Only the terms for contexts change with the time. */
  moveTo(now: number): void {
    if (!this.#model.context) return
    const scores = coldStartScores(this.#model, now)
    if (scores.every((score, row) => score === this.#scores[row])) return
    this.#scores = scores
    this.#rows = null
    this.#ranks = null
  }

  get scores(): Float32Array {
    return this.#scores
  }

  find(count: number, choice: Choice): readonly number[] {
    if (choice.isNarrowed) return choice.rows
    return choice.among(this.rows.slice(0, count + choice.excluded.size))
  }

  scoresOf(rows: readonly number[]): Float32Array {
    return gather(this.#scores, rows)
  }

  /** Shown rows, best first. */
  get rows(): readonly number[] {
    this.#rows ??= highestRows(
      Float32Array.from(this.#shown, (row) => this.#scores[row]),
      this.#shown.length,
    ).map((place) => this.#shown[place])
    return this.#rows
  }

  /** Sorts some of the shown rows, best first. */
  sorted(rows: readonly number[]): readonly number[] {
    if (rows.length === this.#shown.length) return this.rows
    const places = new Int32Array(this.#shown.length).fill(-1)
    for (const row of rows) places[this.ranks[row] - 1] = row
    return [...places.filter((row) => row >= 0)]
  }

  /** Rank of each row among the shown rows, from 1; 0 for a row that isn't shown. [N] */
  get ranks(): Int32Array {
    if (!this.#ranks) {
      this.#ranks = new Int32Array(this.#scores.length)
      for (const [at, row] of this.rows.entries()) this.#ranks[row] = at + 1
    }
    return this.#ranks
  }

  /** Fallback reason, which holds for every shopper. */
  reasonFor(row: number): Reason {
    const { coldStart, items, popularityAll } = this.#model.statistics
    const isCounted = popularityAll[row] > 0
    if (coldStart && row >= coldStart.from && !isCounted) return { kind: 'new' }
    const rank = this.ranks[row]
    const isBest = isCounted && rank > 0 && rank <= bestSellersOf(items)
    return { kind: isBest ? 'popular' : 'shop-order' }
  }

  /** Rank of each given row among the rows of `choice`, from 1. */
  ranksAmong(rows: readonly number[], choice: Choice): ArrayLike<number> {
    // To count the rows that rank higher is several times as fast as to sort all rows.
    if (this.#ranks && !choice.isNarrowed) {
      const ranks = this.#ranks
      const before = Array.from(choice.excluded, (row) => ranks[row])
      return rows.map((row) => ranks[row] - before.filter((other) => other < ranks[row]).length)
    }
    const places = new Int32Array(this.#scores.length)
    choice.rows.forEach((row, place) => {
      places[row] = place
    })
    return ranksOf(
      rows.map((row) => places[row]),
      this.scoresOf(choice.rows),
    )
  }
}
