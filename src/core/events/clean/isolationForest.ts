/**
 * @module Isolation forest: a row that few random cuts separate from the others is an anomaly.
 * @see Liu, Ting and Zhou 2008, "Isolation forest", doi 10.1109/ICDM.2008.17
 */
import { type Random, someOf } from '../../model/random.ts'

export type Uniform = Pick<Random, 'next'>

type Node =
  | { readonly size: number }
  | { readonly column: number; readonly cut: number; readonly low: Node; readonly high: Node }

export interface IsolationForest {
  readonly trees: readonly Node[]
  /** Number of rows that each tree was grown from; 0 for an empty forest. */
  readonly sample: number
}

const EULER = 0.5772156649015329

/** c(n): mean path length of an unsuccessful search in a binary search tree of n rows. */
export function averagePathLength(rows: number): number {
  if (rows <= 1) return 0
  if (rows === 2) return 1
  return 2 * (Math.log(rows - 1) + EULER) - (2 * (rows - 1)) / rows
}

/**
 * The defaults are the paper's; larger values would change the scores little.
 * @param rows rows of equal length, finite
 * @param most maximum number of rows per tree, ψ
 */
export function growForest(
  rows: readonly Float64Array[],
  random: Uniform,
  count = 100,
  most = 256,
): IsolationForest {
  const sample = Math.min(most, rows.length)
  // Maximum depth. A row that gets this deep into a tree is ordinary, so further cuts are useless.
  const deepest = Math.ceil(Math.log2(Math.max(2, sample)))
  const trees = Array.from({ length: rows.length > 0 ? count : 0 }, () =>
    grow(someOf(rows, sample, random), deepest, random),
  )
  return { trees, sample }
}

/** Anomaly score 2^(−E[path length] / c(ψ)), in (0, 1]: near 1 for an anomaly, about 0.5 for an average row. */
export function isolationScore({ trees, sample }: IsolationForest, row: Float64Array): number {
  if (trees.length === 0 || sample < 2) return 0.5
  let total = 0
  for (const tree of trees) total += pathLength(tree, row)
  return 2 ** (-total / trees.length / averagePathLength(sample))
}

function pathLength(tree: Node, row: Float64Array): number {
  let node = tree
  let depth = 0
  while ('column' in node) {
    node = row[node.column] < node.cut ? node.low : node.high
    depth++
  }
  return depth + averagePathLength(node.size)
}

function grow(rows: readonly Float64Array[], depth: number, random: Uniform): Node {
  if (depth === 0 || rows.length <= 1) return { size: rows.length }
  const columns = varying(rows)
  if (columns.length === 0) return { size: rows.length }
  const { column, least, most } = columns[Math.floor(random.next() * columns.length)]
  // The cut is above the lowest value, so that neither side is empty.
  const cut = most - random.next() * (most - least)
  return {
    column,
    cut,
    low: grow(
      rows.filter((row) => row[column] < cut),
      depth - 1,
      random,
    ),
    high: grow(
      rows.filter((row) => row[column] >= cut),
      depth - 1,
      random,
    ),
  }
}

function varying(rows: readonly Float64Array[]) {
  return Array.from(rows[0], (_, column) => {
    let least = Number.POSITIVE_INFINITY
    let most = Number.NEGATIVE_INFINITY
    for (const row of rows) {
      least = Math.min(least, row[column])
      most = Math.max(most, row[column])
    }
    return { column, least, most }
  }).filter(({ least, most }) => most > least)
}
