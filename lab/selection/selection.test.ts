import { expect, test } from 'vitest'
import { createRandom } from '../../src/core/model/random.ts'
import { lassoPath } from '../../src/train/selection/lasso.ts'
import { NAMES, planted } from '../../src/train/selection/testPlanted.ts'
import { judgeSelections } from './judge.ts'
import { eigen, principalComponents, projectOnto } from './principal.ts'

const ONES = new Float32Array(NAMES.length).fill(1)

test('principal components rebuild the matrix they come from', () => {
  const random = createRandom(6)
  const n = 7
  const matrix = new Float64Array(n * n)
  for (let f = 0; f < n; f++)
    for (let g = 0; g <= f; g++) {
      matrix[f * n + g] = random.normal()
      matrix[g * n + f] = matrix[f * n + g]
    }
  const { variances, directions } = eigen(matrix.slice(), n)
  for (let f = 0; f < n; f++)
    for (let g = 0; g < n; g++) {
      let sum = 0
      for (let k = 0; k < n; k++)
        sum += variances[k] * directions[k * n + f] * directions[k * n + g]
      expect(sum).toBeCloseTo(matrix[f * n + g], 9)
    }
  expect([...variances]).toEqual([...variances].sort((a, b) => b - a))
})

test('components see only what differs inside a case, and projected ones are uncorrelated', () => {
  const data = planted(200, 7)
  const components = principalComponents(data, ONES)
  // `constant` and `of the case` leave two directions without variance.
  expect(components.variances[4]).toBeCloseTo(0, 9)
  expect(components.variances[3]).toBeGreaterThan(0.01)
  const again = principalComponents(projectOnto(data, ONES, components, 3), ONES.slice(0, 3))
  for (const variance of again.variances) expect(variance).toBeCloseTo(1, 1)
})

test('nothing is lost without what carries nothing', () => {
  const fitted = planted(400, 1)
  const idle = new Set([2, 4])
  const path = lassoPath(fitted, ONES, [0.1])
  const { outcomes } = judgeSelections(fitted, planted(200, 2), ONES, path, idle, 60)
  const [all, kept] = outcomes
  expect(Math.abs(kept.difference)).toBeLessThan(0.01)
  expect(all.difference).toBe(0)
  expect(all['ndcg@10']).toBeGreaterThan(0.3)
})
