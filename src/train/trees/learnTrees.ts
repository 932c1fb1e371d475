/**
 * @module Grows the trees that re-rank the base model's candidates, and keeps them only if they rank better for new
 * shoppers. Each half of the shoppers is tested on its last months, with trees grown on the other half. The number of
 * trees is chosen on that other half, too: a choice on the tested half would inflate the gain. The encoder's scores are
 * left out, because they look too good on its training shoppers.
 */
import { FEATURE_COUNT } from '@nearside/core/features/features.ts'
import { firstTrees, treesScore } from '@nearside/core/model/trees.ts'
import { mean, standardError } from '../estimates.ts'
import { ndcgOfCases, partOf, type RankerDataset } from '../ranker/dataset.ts'
import { foldOf } from '../ranker/outOfFold.ts'
import { BOOST, boost } from './boost.ts'

const COUNTS = [50, 100, 150] as const

interface TreesOptions {
  /** Time of the first tested case, milliseconds since the epoch. */
  readonly askedFrom: number
  /** Selects the shoppers on whom the trees `unseen` must not be grown. */
  readonly isUnseen: (shopper: string) => boolean
  /** Columns that no split is allowed to use. */
  readonly untaught: ReadonlySet<number>
  readonly onProgress?: (step: string, done: number, total: number) => void
}

/** @param base `scale`: divisor of the raw features, [F]; `weights`: for scaled features, [F] */
export function learnTrees(
  candidates: RankerDataset,
  base: { readonly scale: Float32Array; readonly weights: Float32Array },
  options: TreesOptions,
) {
  const most = Math.max(...COUNTS)
  const grow = (step: string, trees: number, isIn: (shopper: string) => boolean) =>
    boost(
      scaledTable(
        partOf(candidates, ({ shopper }) => isIn(shopper)),
        base,
      ),
      {
        ...BOOST,
        trees,
        without: options.untaught,
        onTree: (done, total) => options.onProgress?.(step, done, total),
      },
    )
  const halves = [0, 1].map((half) => {
    const isHalf = (shopper: string) => foldOf(shopper, 2) === half
    const trees = grow(`half ${half + 1} of 2`, most, (shopper) => !isHalf(shopper))
    const asked = partOf(
      candidates,
      ({ shopper, time }) => isHalf(shopper) && time >= options.askedFrom,
    )
    const table = scaledTable(asked, base)
    const without = ndcgOfCases(asked, table.offset)
    const lifts = COUNTS.map((count) => {
      const some = firstTrees(trees, count)
      const scores = table.offset.map(
        (score, row) => score + treesScore(some, table.features, row * FEATURE_COUNT),
      )
      return ndcgOfCases(asked, scores).map((value, c) => value - without[c])
    })
    return { without, lifts }
  })
  const without = halves.flatMap((half) => half.without)
  const { lift, error, best } = judge(halves.map((half) => half.lifts))
  const count = COUNTS[best]
  const ships = lift > error
  /** Trees grown on all shoppers; null if the gain is not above its standard error. */
  const trees = ships ? grow('all', count, () => true) : null
  /** Same number of trees, grown without the shoppers that `isUnseen` selects, for unbiased tests on them. */
  const unseen = ships ? grow('some unseen', count, (shopper) => !options.isUnseen(shopper)) : null
  const metrics = {
    trees: trees?.roots.length ?? 0,
    'trees.cases': without.length,
    'trees.base.ndcg@10': mean(without),
    'trees.lift.ndcg@10': lift,
    'trees.lift.ndcg@10.error': error,
  }
  return { trees, unseen, metrics }
}

/**
 * Judges several candidates on two halves of cases.
 * @param halves lifts by half, candidate and case
 * @returns `lift` and `error`: mean lift and its standard error, where each half is measured with the candidate that is
 *   best in the other half; `best`: index of the best candidate over both halves, the first of equals
 */
export function judge(halves: readonly (readonly (readonly number[])[])[]) {
  const bestOf = (lifts: readonly (readonly number[])[]) => {
    const means = lifts.map(mean)
    return means.indexOf(Math.max(...means))
  }
  const [first, second] = halves
  const own = [...first[bestOf(second)], ...second[bestOf(first)]]
  const all = first.map((lifts, candidate) => [...lifts, ...second[candidate]])
  return { lift: mean(own), error: standardError(own), best: bestOf(all) }
}

/** Table for `boost`, with features scaled as on a device, and the score w·f as the initial score. */
function scaledTable(
  { start, features, item, target }: RankerDataset,
  { scale, weights }: { readonly scale: Float32Array; readonly weights: Float32Array },
) {
  const inverse = Float32Array.from(scale, (value) => (value > 0 ? 1 / value : 1))
  const scaled = features.map((value, at) => value * inverse[at % FEATURE_COUNT])
  const offset = Float64Array.from(item, (_, row) => {
    let sum = 0
    for (let f = 0, at = row * FEATURE_COUNT; f < FEATURE_COUNT; f++, at++)
      sum += weights[f] * scaled[at]
    return sum
  })
  return { start, columns: FEATURE_COUNT, features: scaled, offset, target }
}
