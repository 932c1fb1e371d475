/**
 * @module The order that everybody gets: no history, no personal parameters. Sorted when it is first
 * needed, and again only when its scores have changed.
 */
import type { BaseModel } from '../model/baseModel.ts'
import { highestRows } from '../model/highest.ts'
import { strangerScores } from '../model/score.ts'

export class BaseOrder {
  readonly #model: BaseModel
  readonly #shown: readonly number[]
  #scores: Float32Array
  #rows: readonly number[] | null = null
  #ranks: Int32Array | null = null

  /** @param shown rows that may be shown, in the shop's order, which decides between equal scores */
  constructor(
    model: BaseModel,
    shown: readonly number[],
    scores: Float32Array = strangerScores(model, 0),
  ) {
    this.#model = model
    this.#shown = shown
    this.#scores = scores
  }

  /** As it is now, with what is added to the score of each row. */
  lifted(lift: (row: number) => number): BaseOrder {
    const scores = this.#scores.map((score, row) => score + lift(row))
    return new BaseOrder(this.#model, this.#shown, scores)
  }

  /** Without a history only the context's terms depend on the time. */
  moveTo(now: number): void {
    if (!this.#model.context) return
    const scores = strangerScores(this.#model, now)
    if (scores.every((score, row) => score === this.#scores[row])) return
    this.#scores = scores
    this.#rows = null
    this.#ranks = null
  }

  /** Of every row. */
  get scores(): Float32Array {
    return this.#scores
  }

  /** Those shown, the best first. */
  get rows(): readonly number[] {
    this.#rows ??= highestRows(
      Float32Array.from(this.#shown, (row) => this.#scores[row]),
      this.#shown.length,
    ).map((place) => this.#shown[place])
    return this.#rows
  }

  /** These of those shown, the best first. */
  sorted(rows: readonly number[]): readonly number[] {
    if (rows.length === this.#shown.length) return this.rows
    const places = new Int32Array(this.#shown.length).fill(-1)
    for (const row of rows) places[this.ranks[row] - 1] = row
    return [...places.filter((row) => row >= 0)]
  }

  /** Of each row among those shown, 1 for the best; 0 for what is not shown. */
  get ranks(): Int32Array {
    if (!this.#ranks) {
      this.#ranks = new Int32Array(this.#scores.length)
      for (const [at, row] of this.rows.entries()) this.#ranks[row] = at + 1
    }
    return this.#ranks
  }
}
