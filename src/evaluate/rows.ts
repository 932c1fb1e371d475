/**
 * @module Stores the results of an evaluation as rows of shopper, case, arm, store, metric and value. Every protocol
 * writes rows; means and intervals are computed from rows alone. Values are stored in one array per series, because a
 * large log has millions of values.
 */
import { groupBy } from '@nearside/core/groupBy.ts'

/** Identifies the values of one arm in one metric. */
export interface Series {
  readonly arm: string
  readonly metric: string
  /** Device store or server whose history the arm was given; default: the main comparison's store. */
  readonly store?: string
}

/** A tested case. A protocol adds the fields by which it groups cases. */
export interface RowCase {
  /** Id of the shopper; in a test without shoppers, the query. */
  readonly shopper: string
}

/** One value for each shopper, in the same sequence for all series; NaN for a shopper without a value. */
export type ShopperValues = Float64Array

/** Rows as plain data, as a process sends them; `Rows.join` restores them. */
export type SentRows<Case extends RowCase> = Pick<Rows<Case>, 'cases' | 'columns'> & {
  readonly bySeed?: readonly Rows<Case>[]
}

export class Rows<Case extends RowCase> {
  readonly cases: Case[] = []
  readonly columns = new Map<string, number[]>()
  /** If these rows are means over training seeds: the rows of each seed, for the same cases; otherwise empty. */
  bySeed: readonly Rows<Case>[] = []
  #byShopper: readonly (readonly number[])[] | null = null

  static join<Case extends RowCase>(parts: readonly SentRows<Case>[]): Rows<Case> {
    const rows = new Rows<Case>()
    for (const { cases, columns } of parts) {
      const start = rows.cases.length
      for (const one of cases) rows.begin(one)
      for (const [key, column] of columns)
        column.forEach((value, at) => {
          rows.#put(key, start + at, value)
        })
    }
    const seeds = Math.min(...parts.map(({ bySeed = [] }) => bySeed.length))
    if (seeds > 0)
      rows.bySeed = Array.from({ length: seeds }, (_, seed) =>
        Rows.join(parts.flatMap(({ bySeed = [] }) => bySeed[seed])),
      )
    return rows
  }

  /** Averages replays of the same cases with several training seeds. `merge` makes one case of the replays' cases. */
  static average<Case extends RowCase>(
    replays: readonly Rows<Case>[],
    merge: (cases: readonly Case[]) => Case,
  ): Rows<Case> {
    const [first] = replays
    if (replays.length === 1) return first
    const rows = new Rows<Case>()
    for (const at of first.cases.keys()) {
      rows.begin(merge(replays.map(({ cases }) => cases[at])))
      for (const [key, column] of first.columns) {
        const values = replays.map(({ columns }) => columns.get(key)?.[at] ?? Number.NaN)
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length
        if (at < column.length) rows.#put(key, at, mean)
      }
    }
    rows.bySeed = replays
    return rows
  }

  /** Starts a case; the next values that are put belong to it. */
  begin(one: Case): void {
    this.cases.push(one)
    this.#byShopper = null
  }

  put(series: Series, value: number): void {
    this.#put(keyOf(series), this.cases.length - 1, value)
  }

  #put(key: string, at: number, value: number): void {
    const column = this.columns.get(key) ?? []
    this.columns.set(key, column)
    // NaN stands for earlier cases without a value in this column, so that the column stays an array of numbers.
    while (column.length < at) column.push(Number.NaN)
    column[at] = value
  }

  /** All series that have rows, in the order of their first rows. */
  get series(): Series[] {
    return [...this.columns.keys()].map((key) => {
      const [arm, store, metric] = key.split('\n')
      return { arm, store, metric }
    })
  }

  /** Value of a series for a case; NaN if the case has none. */
  at(index: number, series: Series): number {
    return this.columns.get(keyOf(series))?.[index] ?? Number.NaN
  }

  where(keep: (one: Case, index: number) => boolean): Rows<Case> {
    return this.#pick([...this.cases.keys()].filter((index) => keep(this.cases[index], index)))
  }

  /** Rows of the cases that have a value in this series. */
  having(series: Series): Rows<Case> {
    return this.where((_, index) => !Number.isNaN(this.at(index, series)))
  }

  #pick(indices: readonly number[]): Rows<Case> {
    const columns = [...this.columns].map(
      ([key, column]) => [key, indices.map((index) => column[index] ?? Number.NaN)] as const,
    )
    const cases = indices.map((index) => this.cases[index])
    const bySeed = this.bySeed.map((one) => one.#pick(indices))
    return Rows.join([{ cases, columns: new Map(columns), bySeed }])
  }

  /** Indices of each shopper's cases; shoppers are in the sequence of their first cases. */
  get byShopper(): readonly (readonly number[])[] {
    this.#byShopper ??= [
      ...groupBy(this.cases.keys(), (index) => this.cases[index].shopper).values(),
    ]
    return this.#byShopper
  }

  /** One mean per shopper, over the cases that have a value, so that a wholesaler counts as much as a new shopper. */
  means(series: Series): ShopperValues {
    const column = this.columns.get(keyOf(series)) ?? []
    return Float64Array.from(this.byShopper, (own) => {
      const values = own
        .map((index) => column[index] ?? Number.NaN)
        .filter((value) => !Number.isNaN(value))
      return values.reduce((sum, value) => sum + value, 0) / values.length
    })
  }

  /** Differences `series − over` by shopper and case, for the cases that have a value in both series. */
  differences(series: Series, over: Series): number[][] {
    return this.byShopper.map((own) =>
      own
        .map((index) => this.at(index, series) - this.at(index, over))
        .filter((difference) => !Number.isNaN(difference)),
    )
  }
}

function keyOf({ arm, metric, store = '' }: Series): string {
  return `${arm}\n${store}\n${metric}`
}
