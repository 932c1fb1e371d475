/** @module Converts the trees of a base model to named tensors and back; reading validates them. */
import { FEATURE_COUNT } from '../features/features.ts'
import { corrupt, taker, vector } from './fields.ts'
import type { Tensors } from './tensor.ts'
import { LEAF, type Trees } from './trees.ts'

/** Written only if the trees helped on the shop's log. */
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
      throw corrupt(`node ${node} of ${TREES_FILE} leads nowhere`)
  }
  if (trees.roots.some((root) => root >= feature.length))
    throw corrupt(`a tree of ${TREES_FILE} begins outside the file`)
  return trees
}
