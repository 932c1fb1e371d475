/**
 * @module Decision tree that grows with the stream. A leaf splits once the Hoeffding bound shows that the best
 * attribute would also win on an infinite sample. With `adaptive`, every node tracks its errors by ADWIN. When its
 * error rate rises, a node grows an alternate tree, which replaces the node once it makes fewer errors.
 * @see Domingos and Hulten, Mining high-speed data streams, KDD 2000
 * @see Bifet and Gavaldà, Adaptive learning from evolving data streams, IDA 2009
 */
import { type Adwin, adwinMean, updateAdwin } from '../drift/drift.ts'
import type { IncrementalLearner } from '../learners/learner.ts'
import { createLeaf, highest, type Leaf, leafShares, learnAtLeaf } from './leaf.ts'
import { bestSplit, hoeffdingBound, type Split, sum, type Test } from './observer.ts'

export interface TreeOptions {
  /** Columns with nominal values. */
  readonly nominal: ReadonlySet<number>
  /** Weight of the examples that a leaf learns between two attempts to split. */
  readonly gracePeriod: number
  /** Probability that a split uses the wrong attribute (δ of the Hoeffding bound). */
  readonly delta: number
  /** Value of the Hoeffding bound below which a leaf splits even if its two best attributes are about equally good. */
  readonly tieThreshold: number
  readonly adaptive: boolean
}

export const TREE_DEFAULTS: TreeOptions = {
  nominal: new Set(),
  gracePeriod: 200,
  delta: 1e-7,
  tieThreshold: 0.05,
  adaptive: true,
}

interface Branch {
  readonly kind: 'branch'
  readonly test: Test
  readonly children: Node[]
  readonly errors: Adwin
  alternate: Node | null
}

type Node = Leaf | Branch

/** State of a tree, as plain data for `structuredClone`. */
export interface Tree {
  root: Node
}

/** Number of examples that a node and its alternate tree must both exceed before one replaces the other. */
const LEAST_ERRORS = 300
/** Probability that a replacing tree isn't the better tree. */
const SWITCH_DELTA = 0.05

export function createTree(): Tree {
  return { root: createLeaf() }
}

export function treeShares(tree: Tree, x: ArrayLike<number>): number[] {
  return leafShares(leafOf(tree.root, x), x)
}

export function learnExample(
  tree: Tree,
  options: TreeOptions,
  x: ArrayLike<number>,
  label: number,
): void {
  tree.root = learnAt(tree.root, options, x, label)
}

/** @returns the node that replaces the given node. */
function learnAt(node: Node, options: TreeOptions, x: ArrayLike<number>, label: number): Node {
  const worse = options.adaptive && errsMore(node, x, label)
  if (node.kind === 'leaf') return learnLeaf(node, options, x, label)
  const child = branchOf(node, x, true)
  node.children[child] = learnAt(node.children[child], options, x, label)
  if (worse) node.alternate = createLeaf()
  if (!node.alternate) return node
  node.alternate = learnAt(node.alternate, options, x, label)
  const better = compare(node.alternate.errors, node.errors)
  if (better === 'first') return node.alternate
  if (better === 'second') node.alternate = null
  return node
}

/** Updates the node's error window; returns true if its error rate has risen. */
function errsMore(node: Node, x: ArrayLike<number>, label: number): boolean {
  const before = adwinMean(node.errors)
  const wrong = highest(leafShares(leafOf(node, x), x)) !== label
  return updateAdwin(node.errors, Number(wrong)) && adwinMean(node.errors) > before
}

function learnLeaf(leaf: Leaf, options: TreeOptions, x: ArrayLike<number>, label: number): Node {
  learnAtLeaf(leaf, x, label, options.nominal)
  const seen = sum(leaf.counts)
  if (seen - leaf.attemptedAt < options.gracePeriod) return leaf
  leaf.attemptedAt = seen
  const split = chooseSplit(leaf, options)
  if (!split) return leaf
  const { test, branches } = split
  const children = branches.map((counts) => createLeaf(counts, leaf.seen))
  return { kind: 'branch', test, children, errors: leaf.errors, alternate: null }
}

function chooseSplit(leaf: Leaf, options: TreeOptions): Split | null {
  if (leaf.counts.filter((count) => count > 0).length < 2) return null
  const splits = leaf.observers
    .map((observer, attribute) => bestSplit(observer, attribute, leaf.counts))
    .filter((split) => split !== null)
    .sort((a, b) => b.merit - a.merit)
  const [best, second] = splits
  if (!best || !(best.merit > 0)) return null
  // With two classes, the information gain is at most one bit.
  const bound = hoeffdingBound(1, options.delta, sum(leaf.counts))
  const lead = best.merit - Math.max(0, second?.merit ?? 0)
  return lead > bound || bound < options.tieThreshold ? best : null
}

/** Window with the lower error rate, or null if the windows are too short to decide. */
function compare(first: Adwin, second: Adwin): 'first' | 'second' | null {
  if (first.width <= LEAST_ERRORS || second.width <= LEAST_ERRORS) return null
  const rate = adwinMean(second)
  const spread = 2 * rate * (1 - rate) * Math.log(2 / SWITCH_DELTA)
  const bound = Math.sqrt(spread * (1 / first.width + 1 / second.width))
  const gain = rate - adwinMean(first)
  if (gain > bound) return 'first'
  return -gain > bound ? 'second' : null
}

function leafOf(node: Node, x: ArrayLike<number>): Leaf {
  let at = node
  while (at.kind === 'branch') at = at.children[branchOf(at, x, false)]
  return at
}

/**
 * Branch that `x` takes. A nominal value without a branch gets a new branch while learning; in a prediction, it takes
 * the branch with the most weight.
 */
function branchOf({ test, children }: Branch, x: ArrayLike<number>, learning: boolean): number {
  const value = x[test.attribute]
  if (test.kind === 'threshold') return value <= test.threshold ? 0 : 1
  if (test.kind === 'equals') return value === test.value ? 0 : 1
  const known = test.values.indexOf(value)
  if (known >= 0) return known
  if (!learning) return highest(children.map(weightOf))
  test.values.push(value)
  children.push(createLeaf())
  return children.length - 1
}

function weightOf(node: Node): number {
  return node.kind === 'leaf' ? sum(node.counts) : sum(node.children.map(weightOf))
}

export function createTreeLearner(nominal: ReadonlySet<number>): IncrementalLearner {
  const options = { ...TREE_DEFAULTS, nominal }
  const tree = createTree()
  return {
    predict(x) {
      const [no, yes] = treeShares(tree, x)
      return no + yes > 0 ? yes / (no + yes) : 0.5
    },
    learn(batch) {
      for (const { x, label } of batch) learnExample(tree, options, x, label)
    },
  }
}
