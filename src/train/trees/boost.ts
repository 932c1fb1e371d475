/**
 * @module Boosts regression trees on the softmax of a case's candidates. Each tree takes a small Newton step from the
 * scores so far, starting at the base model's scores (Friedman 2001, doi 10.1214/aos/1013203451; leaves by gradient and
 * curvature as in Chen and Guestrin 2016, doi 10.1145/2939672.2939785). The same table gives the same trees.
 */
import { LEAF, type Trees } from '@nearside/core/model/trees.ts'
import type { RankerDataset } from '../ranker/dataset.ts'
import {
  type Bins,
  bestSplit,
  binFeatures,
  divide,
  type Histogram,
  histogramOf,
  type Split,
  without,
} from './histogram.ts'

/** Table for boosting; `features` are divided by their scale. */
export interface BoostTable
  extends Pick<RankerDataset, 'start' | 'columns' | 'features' | 'target'> {
  /** Initial scores, [rows]. */
  readonly offset: Float64Array
}

interface BoostOptions {
  readonly trees: number
  /** Columns that no split is allowed to use. */
  readonly without: ReadonlySet<number>
  readonly leaves: number
  /** Share of a Newton step that a tree takes. */
  readonly rate: number
  /** Minimum number of rows on each side of a split. */
  readonly leastRows: number
  /** Amount added to every curvature, which keeps steps from few rows small. */
  readonly l2: number
  readonly onTree?: (done: number, total: number) => void
}

/** Settings chosen on training shoppers of the demo shop, see docs/results/ranker.md. */
export const BOOST = { leaves: 8, rate: 0.05, leastRows: 800, l2: 5 } as const

/** A leaf that can still be split. */
interface Open {
  readonly node: number
  readonly rows: Int32Array
  readonly histogram: Histogram
  readonly split: Split | null
}

/** Grows the requested number of trees, or fewer if no split lowers the loss any more. */
export function boost(table: BoostTable, options: BoostOptions): Trees {
  const bins = binFeatures(table, options.without)
  const score = Float64Array.from(table.offset)
  const grown = new Growing()
  const everyRow = Int32Array.from(score.keys())
  for (let tree = 0; tree < options.trees; tree++) {
    writeSlopes(table, score, bins.slopes)
    const leaves = growTree(grown, bins, everyRow, options)
    if (leaves.length < 2) break
    for (const { node, rows } of leaves)
      for (let k = 0; k < rows.length; k++) score[rows[k]] += grown.value[node]
    options.onTree?.(tree + 1, options.trees)
  }
  return grown.finish()
}

/** First and second (diagonal) derivatives of the loss −Σ target·log softmax(score) by each score, [rows, 2]. */
function writeSlopes(
  { start, target }: BoostTable,
  score: Float64Array,
  slopes: Float64Array,
): void {
  for (let c = 0; c + 1 < start.length; c++) {
    let top = Number.NEGATIVE_INFINITY
    for (let row = start[c]; row < start[c + 1]; row++) top = Math.max(top, score[row])
    let sum = 0
    for (let row = start[c]; row < start[c + 1]; row++) {
      slopes[2 * row] = Math.exp(score[row] - top)
      sum += slopes[2 * row]
    }
    for (let row = start[c]; row < start[c + 1]; row++) {
      const share = slopes[2 * row] / sum
      slopes[2 * row] = share - target[row]
      slopes[2 * row + 1] = share * (1 - share)
    }
  }
}

/** Grows one tree by splitting the leaf with the largest gain again and again. @returns the tree's leaves */
function growTree(
  grown: Growing,
  bins: Bins,
  rows: Int32Array,
  options: BoostOptions,
): readonly Open[] {
  const opened = (node: number, rows: Int32Array, histogram: Histogram): Open => ({
    node,
    rows,
    histogram,
    split: bestSplit(histogram, bins, options),
  })
  const whole = histogramOf(bins, rows)
  const atRoot = newton(whole, options)
  let open = [opened(grown.plant(), rows, whole)]
  if (!open[0].split) return grown.uproot()
  while (open.length < options.leaves) {
    const next = open.reduce((best, leaf) => (gainOf(leaf) > gainOf(best) ? leaf : best))
    if (!next.split) break
    const { column, bin } = next.split
    const [below, above] = divide(bins, next.split, next.rows)
    // Only the smaller side's rows are summed, which halves the work; the other side is the whole minus these sums.
    const isFewer = below.length < above.length
    const counted = histogramOf(bins, isFewer ? below : above)
    const left = without(next.histogram, counted)
    const [first, second] = isFewer ? [counted, left] : [left, counted]
    const node = grown.split(next.node, column, bins.edges[column][bin - 1], [
      newton(first, options) - atRoot,
      newton(second, options) - atRoot,
    ])
    open = open
      .filter((leaf) => leaf !== next)
      .concat(opened(node, below, first), opened(node + 1, above, second))
  }
  return open
}

function gainOf({ split }: Open): number {
  return split?.gain ?? 0
}

/** Step that lowers a leaf's loss the most, multiplied by the rate. */
function newton({ gradient, curvature }: Histogram, { rate, l2 }: BoostOptions): number {
  return (-rate * gradient) / (curvature + l2)
}

/** Trees as they grow; the arrays list the nodes by time of creation. */
class Growing {
  readonly #roots: number[] = []
  readonly #feature: number[] = []
  readonly #threshold: number[] = []
  readonly #next: number[] = []
  readonly value: number[] = []

  /** Adds a tree that is still a single leaf. */
  plant(): number {
    const root = this.#leaf(0)
    this.#roots.push(root)
    return root
  }

  /** Removes the last tree if it was never split. */
  uproot(): readonly Open[] {
    for (const nodes of [this.#roots, this.#feature, this.#threshold, this.#next, this.value])
      nodes.pop()
    return []
  }

  /** Splits a leaf. @returns index of the new node for values below the threshold; the other new node is the next */
  split(
    node: number,
    feature: number,
    threshold: number,
    [below, above]: [number, number],
  ): number {
    const first = this.#leaf(below)
    this.#leaf(above)
    this.#feature[node] = feature
    this.#threshold[node] = threshold
    this.#next[node] = first
    return first
  }

  finish(): Trees {
    return {
      roots: Uint16Array.from(this.#roots),
      feature: Uint8Array.from(this.#feature),
      threshold: Float32Array.from(this.#threshold),
      next: Uint16Array.from(this.#next),
      value: Float32Array.from(this.value),
    }
  }

  #leaf(value: number): number {
    this.#feature.push(LEAF)
    this.#threshold.push(0)
    this.#next.push(0)
    return this.value.push(Math.fround(value)) - 1
  }
}
