import { FEATURE_COUNT } from '@nearside/core/features/features.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import { firstTrees, treesScore } from '@nearside/core/model/trees.ts'
import { describe, expect, it } from 'vitest'
import type { RankerDataset } from '../ranker/dataset.ts'
import { judge, learnTrees } from './learnTrees.ts'

const ROWS = 16

/** One case per shopper. With `odds` of 0 no feature predicts the target. */
function simulate(cases: number, odds: number, seed: number): RankerDataset {
  const random = createRandom(seed)
  const features = Float32Array.from({ length: cases * ROWS * FEATURE_COUNT }, () =>
    random.normal(),
  )
  const target = new Float32Array(cases * ROWS)
  for (let c = 0; c < cases; c++) {
    const shares = Array.from({ length: ROWS }, (_, k) => {
      const at = (c * ROWS + k) * FEATURE_COUNT
      return Math.exp(features[at] > 0 && features[at + 1] > 0 ? odds : 0)
    })
    let left = random.next() * shares.reduce((a, b) => a + b)
    const drawn = shares.findIndex((share) => {
      left -= share
      return left <= 0
    })
    target[c * ROWS + Math.max(0, drawn)] = 1
  }
  return {
    cases: Array.from({ length: cases }, (_, c) => ({
      shopper: `shopper ${c}`,
      time: c,
      history: [],
      targets: [0],
      weight: 1,
    })),
    start: Int32Array.from({ length: cases + 1 }, (_, c) => ROWS * c),
    item: new Int32Array(cases * ROWS),
    columns: FEATURE_COUNT,
    features,
    correction: new Float32Array(cases * ROWS),
    target,
  }
}

const base = {
  scale: new Float32Array(FEATURE_COUNT).fill(2),
  weights: new Float32Array(FEATURE_COUNT),
}
/** Only a few columns can be split, because each column costs time. Only the first two columns carry the signal. */
const untaught = new Set(Array.from({ length: FEATURE_COUNT - 8 }, (_, k) => 8 + k))
const options = { askedFrom: 200, isUnseen: () => false, untaught }

describe('learnTrees', () => {
  it('learnTrees returns trees that find the signal in scaled features, and measures their lift', () => {
    const { trees, unseen, metrics } = learnTrees(simulate(600, 3, 1), base, options)
    expect(trees).not.toBeNull()
    expect(unseen).toEqual(trees)
    expect(metrics['trees.cases']).toBe(400)
    expect(metrics.trees).toBe(trees?.roots.length)
    expect(metrics['trees.lift.ndcg@10']).toBeGreaterThan(metrics['trees.lift.ndcg@10.error'])
    const row = new Float32Array(FEATURE_COUNT)
    const neither = trees ? treesScore(trees, row.fill(-0.5, 0, 2), 0) : 0
    const both = trees ? treesScore(trees, row.fill(0.5, 0, 2), 0) : 0
    expect(both - neither).toBeGreaterThan(1)
  })

  it('trees for unseen shoppers don’t depend on those shoppers’ choices', () => {
    const data = simulate(600, 3, 1)
    const isUnseen = (shopper: string) => shopper.endsWith('7')
    const { trees, unseen } = learnTrees(data, base, { ...options, isUnseen })
    expect(unseen).not.toEqual(trees)
    // Reversing the choices of the unseen shoppers must not change the trees that are tested on them.
    const other = data.target.slice()
    data.cases.forEach(({ shopper }, c) => {
      if (isUnseen(shopper)) other.subarray(c * ROWS, (c + 1) * ROWS).reverse()
    })
    const changed = learnTrees({ ...data, target: other }, base, { ...options, isUnseen })
    const count = Math.min(unseen?.roots.length ?? 0, changed.unseen?.roots.length ?? 0)
    expect(count).toBeGreaterThan(0)
    expect(changed.unseen && firstTrees(changed.unseen, count)).toEqual(
      unseen && firstTrees(unseen, count),
    )
    expect(changed.trees).not.toEqual(trees)
  })

  it('learnTrees mostly returns no trees if the features carry no signal', () => {
    const shipped = [1, 2, 3, 4, 5, 6].filter(
      (seed) =>
        learnTrees(simulate(400, 0, seed), base, {
          ...options,
          askedFrom: 0,
          // All columns can be split, so that any column can mislead.
          untaught: new Set(),
        }).trees,
    )
    expect(shipped.length).toBeLessThanOrEqual(2)
  })
})

describe('judge', () => {
  it('judge reports the lift of a candidate on the half of the cases that did not choose it', () => {
    // Each half prefers the candidate that has no lift on the other half.
    const halves = [
      [
        [3, 1],
        [0, 0],
      ],
      [
        [0, 0],
        [1, 1],
      ],
    ]
    expect(judge(halves)).toEqual({ lift: 0, error: 0, best: 0 })
    expect(judge(halves.map((half) => half.toReversed())).best).toBe(1)
  })

  it('without cases, judge chooses the first candidate and reports no lift', () => {
    expect(
      judge([
        [[], []],
        [[], []],
      ]),
    ).toEqual({ lift: 0, error: 0, best: 0 })
  })
})
