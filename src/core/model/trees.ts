/**
 * @module Regression trees that re-rank the candidates of a case, the items that the rest of the base
 * puts highest: what no weighted sum can say, such as "often bought, but not lately, and it has gone
 * out of fashion". Each adds a leaf's value to an item's score, so a list costs a few hundred short
 * walks, whatever the size of the catalog. Grown by `train/trees/boost.ts`.
 */
import { FEATURE_COUNT } from '../features/features.ts'

/** How many items compete for the top of a list: as many the ranker's weights are fitted to tell apart. */
export const CANDIDATES = 64

/** `feature` of a node where a walk ends. */
export const LEAF = 255

export interface Trees {
  /** The node where each tree begins, [trees]. */
  readonly roots: Uint16Array
  /** Column of the feature that is asked, or `LEAF`, [nodes]. */
  readonly feature: Uint8Array
  /** Below it (the scaled feature) a walk goes to `next`, else to the node after, [nodes]. */
  readonly threshold: Float32Array
  /** Greater than the node's own place, so every walk ends; 0 at a leaf, [nodes]. */
  readonly next: Uint16Array
  /** What a walk that reaches the node is worth by then, 0 at a root; a leaf's is the tree's, [nodes]. */
  readonly value: Float32Array
}

/**
 * What all trees add to a score, in log-odds.
 * @param features scaled, of one item from `at` on.
 */
export function treesScore(trees: Trees, features: Float32Array, at: number): number {
  const { roots, feature, value } = trees
  let sum = 0
  for (let tree = 0; tree < roots.length; tree++) {
    let node = roots[tree]
    while (feature[node] !== LEAF) node = step(trees, node, features, at)
    sum += value[node]
  }
  return sum
}

/**
 * The same, told apart by the feature that was asked: what each answer changed on the way to a leaf
 * (Saabas 2014, "Interpreting random forests"). They sum to `treesScore`.
 * @returns [F]
 */
export function treesParts(trees: Trees, features: Float32Array, at: number): Float64Array {
  const { roots, feature, value } = trees
  const parts = new Float64Array(FEATURE_COUNT)
  for (let tree = 0; tree < roots.length; tree++) {
    let node = roots[tree]
    while (feature[node] !== LEAF) {
      const reached = step(trees, node, features, at)
      parts[feature[node]] += value[reached] - value[node]
      node = reached
    }
  }
  return parts
}

function step(trees: Trees, node: number, features: Float32Array, at: number): number {
  const below = features[at + trees.feature[node]] < trees.threshold[node]
  return trees.next[node] + (below ? 0 : 1)
}

/** The first of the trees, as if no more had been grown. */
export function firstTrees(trees: Trees, count: number): Trees {
  if (count >= trees.roots.length) return trees
  const nodes = trees.roots[count]
  return {
    roots: trees.roots.slice(0, count),
    feature: trees.feature.slice(0, nodes),
    threshold: trees.threshold.slice(0, nodes),
    next: trees.next.slice(0, nodes),
    value: trees.value.slice(0, nodes),
  }
}
