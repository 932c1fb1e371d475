import { createRandom } from '@nearside/core/model/random.ts'
import { firstTrees, LEAF, treesScore } from '@nearside/core/model/trees.ts'
import { describe, expect, it } from 'vitest'
import { BOOST, type BoostTable, boost } from './boost.ts'

const COLUMNS = 10

/** Added log-odds of a row in which both of the first two features are high. */
const BOTH = 3

/** A score that no weighted sum of features can express. */
function truth({ features }: Pick<BoostTable, 'features'>, row: number): number {
  const at = row * COLUMNS
  return features[at] > 0 && features[at + 1] > 0 ? BOTH : 0
}

/** Cases of 8 rows. One row is drawn as target; rows in which both features are high have the best odds. */
function crossed(cases: number, seed: number): BoostTable {
  const random = createRandom(seed)
  const rows = 8 * cases
  const features = Float32Array.from({ length: rows * COLUMNS }, () => random.normal())
  const target = new Float32Array(rows)
  for (let c = 0; c < cases; c++) {
    const odds = Array.from({ length: 8 }, (_, k) => Math.exp(truth({ features }, 8 * c + k)))
    let left = random.next() * odds.reduce((a, b) => a + b)
    const drawn = odds.findIndex((value) => {
      left -= value
      return left <= 0
    })
    target[8 * c + Math.max(0, drawn)] = 1
  }
  return {
    start: Int32Array.from({ length: cases + 1 }, (_, c) => 8 * c),
    columns: COLUMNS,
    features,
    offset: new Float64Array(rows),
    target,
  }
}

/** Mean −log softmax of the target. */
function lossOf(table: BoostTable, scoreOf: (row: number) => number): number {
  let loss = 0
  for (let c = 0; c + 1 < table.start.length; c++) {
    const scores: number[] = []
    let wanted = 0
    for (let row = table.start[c]; row < table.start[c + 1]; row++) {
      const score = table.offset[row] + scoreOf(row)
      scores.push(score)
      wanted += table.target[row] * score
    }
    loss += Math.log(scores.reduce((sum, score) => sum + Math.exp(score), 0)) - wanted
  }
  return loss / (table.start.length - 1)
}

const options = { ...BOOST, leastRows: 40, rate: 0.2, trees: 40, without: new Set<number>() }

describe('boost', () => {
  const seen = crossed(3000, 1)
  const unseen = crossed(2000, 2)
  const trees = boost(seen, options)
  const withTrees = (table: BoostTable, count: number) => {
    const some = firstTrees(trees, count)
    return lossOf(table, (row) => treesScore(some, table.features, row * COLUMNS))
  }

  it('boosted trees learn an interaction that no weighted sum expresses, and predict unseen cases', () => {
    const best = lossOf(unseen, (row) => truth(unseen, row))
    const without = lossOf(unseen, () => 0)
    expect(without - withTrees(unseen, 40)).toBeGreaterThan(0.8 * (without - best))
  })

  it('each boosted tree lowers the loss', () => {
    const losses = [0, 1, 2, 5, 10, 20, 40].map((count) => withTrees(seen, count))
    for (let k = 1; k < losses.length; k++) expect(losses[k]).toBeLessThan(losses[k - 1])
  })

  it('boost gives the same trees for the same table', () => {
    expect(boost(crossed(3000, 1), options)).toEqual(trees)
  })

  it('boosted trees have at most the allowed number of leaves and test no excluded column', () => {
    const small = boost(seen, { ...options, trees: 3, leaves: 2, without: new Set([0]) })
    expect(small.roots).toHaveLength(3)
    expect(small.feature).toHaveLength(9)
    expect(small.feature).not.toContain(0)
    expect([...small.feature].filter((feature) => feature === LEAF)).toHaveLength(6)
  })

  it('boost grows no tree if no split leaves enough rows on both sides', () => {
    expect(boost(crossed(10, 3), { ...options, leastRows: 50 }).roots).toHaveLength(0)
  })

  it('boost starts from the given scores', () => {
    const told = { ...seen, offset: seen.offset.map((_, row) => truth(seen, row)) }
    const gained = (table: BoostTable) => {
      const one = boost(table, { ...options, trees: 1 })
      return (
        lossOf(table, () => 0) -
        lossOf(table, (row) => treesScore(one, table.features, row * COLUMNS))
      )
    }
    expect(gained(told)).toBeLessThan(0.1 * gained(seen))
  })
})
