import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FEATURE_COUNT } from '../features/features.ts'
import { DAY } from '../time.ts'
import { linearTerms, scoreTerms } from './score.ts'
import { tinyModel, tinyTrees } from './testModel.ts'
import { CANDIDATES, firstTrees, LEAF, type Trees, treesParts, treesScore } from './trees.ts'

/** Trees with a single inner node: the value is −1 if feature 3 is below 2, otherwise 4. */
const one: Trees = {
  roots: Uint16Array.of(0),
  feature: Uint8Array.of(3, LEAF, LEAF),
  threshold: Float32Array.of(2, 0, 0),
  next: Uint16Array.of(1, 0, 0),
  value: Float32Array.of(0, -1, 4),
}

const features = fc
  .array(fc.float({ min: -3, max: 3, noNaN: true }), {
    minLength: FEATURE_COUNT,
    maxLength: FEATURE_COUNT,
  })
  .map((values) => Float32Array.from(values))

describe('treesScore', () => {
  it('a feature value equal to the threshold takes the branch of higher values', () => {
    const row = new Float32Array(2 * FEATURE_COUNT)
    row[3] = 1.99
    row[FEATURE_COUNT + 3] = 2
    expect(treesScore(one, row, 0)).toBe(-1)
    expect(treesScore(one, row, FEATURE_COUNT)).toBe(4)
  })

  it('the features’ contributions add up to the score, and a feature that no tree tests contributes 0', () => {
    fc.assert(
      fc.property(fc.nat(1000), features, (seed, row) => {
        const trees = tinyTrees(seed)
        const parts = treesParts(trees, row, 0)
        const sum = parts.reduce((total, part) => total + part, 0)
        expect(sum).toBeCloseTo(treesScore(trees, row, 0), 6)
        for (const [feature, part] of parts.entries())
          if (!trees.feature.includes(feature)) expect(part).toBe(0)
      }),
    )
  })

  it('the first 0 trees give the score 0, and all trees together give the full score', () => {
    fc.assert(
      fc.property(fc.nat(1000), features, (seed, row) => {
        const trees = tinyTrees(seed)
        const upTo = [...trees.roots.keys(), trees.roots.length].map((count) =>
          treesScore(firstTrees(trees, count), row, 0),
        )
        expect(upTo[0]).toBe(0)
        expect(upTo.at(-1)).toBe(treesScore(trees, row, 0))
      }),
    )
  })
})

describe('a model with trees', () => {
  const model = tinyModel(200)
  const trees = tinyTrees()
  const now = Date.UTC(2024, 2, 1)
  const history = [3, 5, 8].map((item, k) => ({
    item,
    name: 'purchase' as const,
    time: now - (9 - k) * DAY,
    session: `${k}`,
  }))

  it('the trees of a model change only the scores of the candidates, which are its highest items', () => {
    const without = linearTerms(model, history, now)
    const { base, candidates, features } = scoreTerms({ ...model, trees }, history, now)
    expect(candidates).toHaveLength(CANDIDATES)
    const least = Math.min(...candidates.map((item) => without.base[item]))
    base.forEach((score, item) => {
      const isCandidate = candidates.includes(item)
      if (!isCandidate) expect(without.base[item]).toBeLessThanOrEqual(least)
      const added = isCandidate ? treesScore(trees, features, item * FEATURE_COUNT) : 0
      expect(score).toBe(Math.fround(without.base[item] + added))
    })
    expect(base).not.toEqual(without.base)
  })

  it('the trees of a model add nothing for a cold-start shopper', () => {
    const { base, candidates } = scoreTerms({ ...model, trees }, [], now)
    expect(candidates).toEqual([])
    expect(base).toEqual(linearTerms(model, [], now).base)
  })
})
