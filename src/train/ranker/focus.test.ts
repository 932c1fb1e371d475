import { describe, expect, it } from 'vitest'
import type { RankerDataset } from './dataset.ts'
import { focusTargets } from './trainRanker.ts'

const data: RankerDataset = {
  cases: [{ shopper: '', time: 0, history: [], targets: [0, 1], weight: 1 }],
  start: Int32Array.of(0, 3),
  item: Int32Array.of(0, 1, 2),
  columns: 1,
  features: Float32Array.of(2, 0, 8),
  correction: new Float32Array(3),
  target: Float32Array.of(0.5, 0.5, 0),
}
const scale = Float32Array.of(2)
const weights = Float64Array.of(1)

describe('focusTargets', () => {
  it('focusTargets gives targets equal shares with focus 0, and shares proportional to exp(score) with focus 1', () => {
    expect([...focusTargets(data, scale, weights, 0).target]).toEqual([0.5, 0.5, 0])
    const { target } = focusTargets(data, scale, weights, 1)
    expect(target[0] / target[1]).toBeCloseTo(Math.E, 5)
    expect(target[0] + target[1]).toBeCloseTo(1, 6)
    expect(target[2]).toBe(0)
  })
})
