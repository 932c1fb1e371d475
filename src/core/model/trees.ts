/**
 * @module Regression trees that re-rank the items with the highest scores. They capture combinations of features that
 * no weighted sum can, such as "often bought, but not lately". Each tree adds a leaf's value to an item's score.
 * `train/trees/boost.ts` grows the trees.
 */
import { FEATURE_COUNT } from '../features/features.ts'
import { corrupt, taker, vector } from './fields.ts'
import type { Tensors } from './safetensors.ts'

/** Number of items that the trees re-rank; training fits the ranker's weights on the same number. */
export const CANDIDATES = 64

/** Value of `feature` that marks a leaf. */
export const LEAF = 255

export interface Trees {
  /** Root node of each tree, [trees]. */
  readonly roots: Uint16Array
  /** Column of the feature that the node tests, or `LEAF`, [nodes]. */
  readonly feature: Uint8Array
  /** Threshold of the scaled feature, [nodes]: below it a traversal goes to node `next`, otherwise to `next` + 1. */
  readonly threshold: Float32Array
  /** First child of the node, above the node's own index, so that every traversal ends; 0 at a leaf, [nodes]. */
  readonly next: Uint16Array
  /** Tree's contribution to the score when a traversal is at the node, [nodes]: 0 at a root, final at a leaf. */
  readonly value: Float32Array
}

/** Sum of all trees in log-odds, for the item whose scaled features begin at index `at`. */
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
 * Contribution of each feature to `treesScore`, [F]: the changes of value along the path (Saabas 2014, "Interpreting
 * random forests").
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

/** Exists only if training found that trees improve the shop's lists. */
export const TREES_FILE = 'trees.safetensors'

export function treesToTensors(trees: Trees): Tensors {
  return new Map([
    ['roots', vector(trees.roots)],
    ['feature', vector(trees.feature)],
    ['threshold', vector(trees.threshold)],
    ['next', vector(trees.next)],
    ['value', vector(trees.value)],
  ])
}

/** @throws NearsideError `model-corrupt` if a traversal could leave the file or never end */
export function treesFromTensors(tensors: Tensors): Trees {
  const take = taker(tensors, TREES_FILE)
  const feature = take('feature', Uint8Array, null)
  const nodes = [feature.length]
  const trees: Trees = {
    roots: take('roots', Uint16Array, null),
    feature,
    threshold: take('threshold', Float32Array, nodes),
    next: take('next', Uint16Array, nodes),
    value: take('value', Float32Array, nodes),
  }
  for (let node = 0; node < feature.length; node++) {
    const isLeaf = feature[node] === LEAF
    const leads = trees.next[node] > node && trees.next[node] + 1 < feature.length
    if (!isLeaf && (feature[node] >= FEATURE_COUNT || !leads))
      throw corrupt(`node ${node} of ${TREES_FILE} is invalid`)
  }
  if (trees.roots.some((root) => root >= feature.length))
    throw corrupt(`a tree of ${TREES_FILE} begins outside the file`)
  return trees
}
