import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { History } from '../features/history.ts'
import { createRandom } from '../model/random.ts'
import { chooseCandidates } from './candidates.ts'

function historyOf(items: readonly number[]): History {
  return items.map((item, k) => ({ item, name: 'purchase', time: k, session: `s${k}` }))
}

describe('chooseCandidates', () => {
  it('gives distinct items, targets first, never more than there is room for', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 4, max: 40 }),
        fc.array(fc.nat(1000), { minLength: 1, maxLength: 60 }),
        fc.array(fc.nat(1000), { maxLength: 60 }),
        fc.nat(),
        (items, places, rawTargets, rawHistory, seed) => {
          const targets = [...new Set(rawTargets.map((item) => item % items))]
          const history = historyOf(rawHistory.map((item) => item % items))
          const chosen = chooseCandidates(items, targets, history, places, createRandom(seed))
          expect(new Set(chosen.items).size).toBe(chosen.items.length)
          expect(chosen.items.length).toBeLessThanOrEqual(Math.min(items, places))
          expect(chosen.targets).toBeGreaterThan(0)
          for (let k = 0; k < chosen.items.length; k++)
            expect(targets.includes(chosen.items[k])).toBe(k < chosen.targets)
          if (items <= places) expect(chosen.items).toHaveLength(items)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('takes every item where all fit, with no correction', () => {
    const chosen = chooseCandidates(20, [3, 4], historyOf([1, 2]), 64, createRandom(1))
    expect([...chosen.items].sort((a, b) => a - b)).toEqual([...Array(20).keys()])
    expect(chosen.correction).toBe(0)
  })

  it('stands for the whole softmax: the corrected sum has the full sum as its mean', () => {
    const items = 500
    const random = createRandom(7)
    const scores = Float64Array.from({ length: items }, () => 1.5 * random.normal())
    const full = scores.reduce((sum, score) => sum + Math.exp(score), 0)
    const draws = 4000
    const sums = Array.from({ length: draws }, () => {
      const chosen = chooseCandidates(items, [1, 2], historyOf([5, 9]), 48, random)
      return chosen.items.reduce(
        (sum, item, k) =>
          sum + Math.exp(scores[item] + (k < chosen.certain ? 0 : chosen.correction)),
        0,
      )
    })
    const mean = sums.reduce((a, b) => a + b) / draws
    const deviation = Math.sqrt(sums.reduce((a, b) => a + (b - mean) ** 2, 0) / draws)
    expect(Math.abs(mean - full)).toBeLessThan((4 * deviation) / Math.sqrt(draws))
  })
})
