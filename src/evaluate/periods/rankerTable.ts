/** @module A ranker's training table as the updates use it: joined, thinned, distilled, learned from. */
import type { Random } from '../../core/model/random.ts'

/** Cases and their rows as one ragged table; what Newton's method needs. */
export interface RankerTable {
  readonly columns: number
  readonly cases: readonly { readonly weight: number }[]
  /** First row of each case, and the number of rows at the end. */
  readonly start: Int32Array
  /** Row-major [rows, columns]. */
  readonly features: Float32Array
  /** Added to each row's score, [rows]. */
  readonly correction: Float32Array
  /** Share of the case's answer that the row is, [rows]. */
  readonly target: Float32Array
}

/**
 * Softmax regression from `centre`, pulled to it; handed in because mathematics knows no trainer.
 * @returns the weights and how often the whole table was gone through
 */
export type FitWeights = (
  table: RankerTable,
  centre: Float64Array,
) => { readonly weights: Float64Array; readonly steps: number }

/** One table after the other; at least one, all of the same columns. */
export function concatenate(tables: readonly RankerTable[]): RankerTable {
  const { columns } = tables[0]
  const cases = tables.flatMap((table) => [...table.cases])
  const rows = tables.reduce((sum, { target }) => sum + target.length, 0)
  const start = new Int32Array(cases.length + 1)
  const features = new Float32Array(rows * columns)
  const correction = new Float32Array(rows)
  const target = new Float32Array(rows)
  let c = 0
  let row = 0
  for (const table of tables) {
    for (let k = 1; k <= table.cases.length; k++) start[++c] = row + table.start[k]
    features.set(table.features, row * columns)
    correction.set(table.correction, row)
    target.set(table.target, row)
    row += table.target.length
  }
  return { columns, cases, start, features, correction, target }
}

/** A random part of a table's cases, at most about `most`. */
export function thin(table: RankerTable, most: number, random: Random): RankerTable {
  const share = most / Math.max(1, table.cases.length)
  if (share >= 1) return table
  const { columns, start, cases } = table
  const parts = cases.flatMap((one, c) => {
    if (random.next() >= share) return []
    const [from, to] = [start[c], start[c + 1]]
    return [
      {
        columns,
        cases: [one],
        start: Int32Array.of(0, to - from),
        features: table.features.subarray(from * columns, to * columns),
        correction: table.correction.subarray(from, to),
        target: table.target.subarray(from, to),
      },
    ]
  })
  return parts.length > 0 ? concatenate(parts) : table
}

/**
 * The same table, its answers mixed with what `teacher` says of the rows: distillation to the old
 * weights. @param share of the teacher, 0 … 1
 */
export function distilled(table: RankerTable, teacher: Float64Array, share: number): RankerTable {
  const target = table.target.map((value) => (1 - share) * value)
  const scores = scoreRows(teacher, table.features).map(
    (score, row) => score + table.correction[row],
  )
  for (let c = 0; c < table.cases.length; c++) {
    const from = table.start[c]
    const to = table.start[c + 1]
    const highest = scores.subarray(from, to).reduce((a, b) => Math.max(a, b), -Infinity)
    let sum = 0
    for (let row = from; row < to; row++) sum += Math.exp(scores[row] - highest)
    for (let row = from; row < to; row++)
      target[row] += (share * Math.exp(scores[row] - highest)) / sum
  }
  return { ...table, target }
}

/** w · row of every row. */
export function scoreRows(weights: Float64Array, values: Float32Array): Float64Array {
  const columns = weights.length
  const scores = new Float64Array(values.length / columns)
  for (let row = 0, at = 0; row < scores.length; row++)
    for (let f = 0; f < columns; f++, at++) scores[row] += weights[f] * values[at]
  return scores
}

/** How new weights come from old ones and a period's table; `keep`: the first ones stay. */
export type WeightRule = 'keep' | 'renew' | 'fuse' | 'replay' | 'distil'

export interface RuleSettings {
  /** λ of θ = λ·θ_new + (1−λ)·θ_old, for `fuse`. */
  readonly fusionWeight: number
  /** Old cases that `replay` remembers. */
  readonly cases: number
  /** Share of the old weights' answer that `distil` mixes in. */
  readonly distillation: number
}

/** One seed's weights under one rule. */
export class RuledWeights {
  readonly #rule: WeightRule
  readonly #settings: RuleSettings
  readonly #random: Random
  #memory: RankerTable | null = null
  weights: Float64Array

  constructor(rule: WeightRule, settings: RuleSettings, random: Random, first: Float64Array) {
    this.#rule = rule
    this.#settings = settings
    this.#random = random
    this.weights = first
  }

  /**
   * @param from where a fit from scratch begins
   * @param isFirst nothing was learned before: there is nothing to fuse with
   * @returns training rows gone through, each once a step
   */
  learn(table: RankerTable, fitWeights: FitWeights, from: Float64Array, isFirst = false): number {
    const old = this.weights
    if (table.cases.length === 0 || (this.#rule === 'keep' && !isFirst)) return 0
    const scratch = isFirst || this.#rule === 'renew'
    const asked = this.#prepare(table, old, isFirst)
    const fitted = fitWeights(asked, scratch ? from : old)
    const lambda = scratch || this.#rule !== 'fuse' ? 1 : this.#settings.fusionWeight
    this.weights = fitted.weights.map((value, f) => lambda * value + (1 - lambda) * old[f])
    return fitted.steps * asked.target.length
  }

  #prepare(table: RankerTable, old: Float64Array, isFirst: boolean): RankerTable {
    const { cases, distillation } = this.#settings
    if (this.#rule === 'distil' && !isFirst) return distilled(table, old, distillation)
    if (this.#rule !== 'replay') return table
    const all = this.#memory ? concatenate([this.#memory, table]) : table
    this.#memory = thin(all, cases, this.#random)
    return all
  }
}
