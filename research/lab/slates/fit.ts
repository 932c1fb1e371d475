/** @module Conditional logit of test cases: the likely items of each case as a table, and weights of raw columns. */
import { highestRows } from '@nearside/core/model/highest.ts'
import type { Random } from '@nearside/core/model/random.ts'
import { fitNewton } from '@nearside/train/ranker/newton.ts'
import { spreadOf } from '@nearside/train/ranker/select.ts'

/** What a case is ranked by: some blocks of columns of all items, each row-major [N, width]. */
export interface Blocks {
  readonly items: number
  readonly blocks: readonly { readonly width: number; readonly values: Float32Array }[]
  /** Items that the case can't have, [N]; 1 leaves an item out. */
  readonly excluded: Uint8Array
  readonly targets: readonly number[]
}

/** Fields that `fitNewton` and `spreadOf` read; correction is log(rest / sampled) for sampled items, else 0. */
export interface Table {
  readonly cases: readonly { readonly shopper: string; readonly weight: number }[]
  readonly start: Int32Array
  readonly columns: number
  readonly item: Int32Array
  readonly features: Float32Array
  readonly correction: Float32Array
  readonly target: Float32Array
}

/** Number of items that each ranking contributes, and of sampled items. */
const HIGHEST = 150
const SAMPLED = 100

export class TableBuilder {
  readonly #cases: { shopper: string; weight: number }[] = []
  readonly #start = [0]
  readonly #item: number[] = []
  readonly #rows: Float32Array[] = []
  readonly #correction: number[] = []
  readonly #target: number[] = []
  #columns = 0

  /**
   * Adds a case: its targets, the highest of each ranking, and a sample that stands for all other items.
   * @param rankings [N] each
   */
  add(
    shopper: string,
    one: Blocks,
    rankings: readonly Float32Array[],
    random: Random,
    places = HIGHEST,
  ): void {
    const { items, excluded, targets } = one
    const chosen = new Set<number>(targets)
    for (const ranking of rankings)
      for (const item of highestRows(ranking, places)) if (!excluded[item]) chosen.add(item)
    const certain = chosen.size
    while (chosen.size < Math.min(items - 1, certain + SAMPLED)) {
      const item = random.integer(items)
      if (!excluded[item]) chosen.add(item)
    }
    const correction = Math.log((items - certain) / (chosen.size - certain))
    this.#put(shopper, one, [...chosen], (row) => (row < certain ? 0 : correction))
  }

  /** Adds a case's highest items, if a target is among them. */
  addHighest(shopper: string, one: Blocks, ranking: Float32Array, places: number): void {
    const chosen = highestRows(ranking, places).filter((item) => !one.excluded[item])
    if (one.targets.some((target) => chosen.includes(target)))
      this.#put(shopper, one, chosen, () => 0)
  }

  #put(
    shopper: string,
    { blocks, targets }: Blocks,
    chosen: readonly number[],
    correction: (row: number) => number,
  ): void {
    this.#columns = blocks.reduce((sum, { width }) => sum + width, 0)
    const rows = new Float32Array(chosen.length * this.#columns)
    const found = chosen.filter((item) => targets.includes(item)).length
    let at = 0
    chosen.forEach((item, row) => {
      for (const { width, values } of blocks) {
        rows.set(values.subarray(item * width, (item + 1) * width), at)
        at += width
      }
      this.#item.push(item)
      this.#correction.push(correction(row))
      this.#target.push(targets.includes(item) ? 1 / found : 0)
    })
    this.#rows.push(rows)
    this.#cases.push({ shopper, weight: 1 })
    this.#start.push(this.#item.length)
  }

  build(): Table {
    const features = new Float32Array(this.#item.length * this.#columns)
    let at = 0
    for (const rows of this.#rows) {
      features.set(rows, at)
      at += rows.length
    }
    return {
      cases: this.#cases,
      start: Int32Array.from(this.#start),
      columns: this.#columns,
      item: Int32Array.from(this.#item),
      features,
      correction: Float32Array.from(this.#correction),
      target: Float32Array.from(this.#target),
    }
  }
}

/**
 * Weights of raw columns, [columns].
 * @param free columns to fit; the others keep `centre`
 * @param centre weights of raw columns towards which the L2 term pulls
 */
export function fitLogit(
  table: Table,
  free: readonly number[],
  l2: number,
  centre: Float64Array = new Float64Array(table.columns),
): Float64Array {
  const { scale, constant } = spreadOf(table)
  const asked = new Set(free)
  const frozen = new Set(
    Array.from({ length: table.columns }, (_, f) => f).filter(
      (f) => !asked.has(f) || constant.has(f),
    ),
  )
  const { weights } = fitNewton(table, scale, {
    l2,
    frozen,
    centre: centre.map((value, f) => value * scale[f]),
  })
  return weights.map((value, f) => value / scale[f])
}

/** Scores of all items by weights of raw columns, [N]. */
export function scoresOf({ blocks, items }: Blocks, weights: Float64Array): Float32Array {
  const scores = new Float32Array(items)
  let from = 0
  for (const { width, values } of blocks) {
    for (let f = 0; f < width; f++) {
      const weight = weights[from + f]
      if (weight === 0) continue
      for (let i = 0, at = f; i < items; i++, at += width) scores[i] += weight * values[at]
    }
    from += width
  }
  return scores
}
