/** @module Hoeffding adaptive tree as a learner of probabilities. */
import {
  createTree,
  learnExample,
  TREE_DEFAULTS,
  type Tree,
  treeShares,
} from '../trees/hoeffdingTree.ts'
import type { IncrementalLearner } from './learner.ts'

/** @param nominal columns with nominal values. */
export function createTreeLearner(nominal: ReadonlySet<number>): IncrementalLearner<Tree> {
  const options = { ...TREE_DEFAULTS, nominal }
  let tree = createTree(options)
  return {
    name: 'tree',
    predict(x) {
      const [no, yes] = treeShares(tree, x)
      return no + yes > 0 ? yes / (no + yes) : 0.5
    },
    learn(batch) {
      for (const { x, label } of batch) learnExample(tree, options, x, label)
    },
    snapshot: () => structuredClone(tree),
    restore(snapshot) {
      tree = structuredClone(snapshot)
    },
  }
}
