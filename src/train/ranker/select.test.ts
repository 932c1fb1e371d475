import { FEATURE_COUNT, FEATURES } from '@nearside/core/features/features.ts'
import { expect, it } from 'vitest'
import { recordsOf, untaught } from './select.ts'

const spread = {
  scale: new Float32Array(FEATURE_COUNT).fill(1),
  constant: new Set<number>(),
}

it('drops interaction features if the log has only purchases, and gives the reason', () => {
  const idle = untaught(true)
  expect([...idle].map((f) => FEATURES[f].group)).toEqual(Array(idle.size).fill('interaction'))
  expect(idle.size).toBeGreaterThan(0)
  const records = recordsOf(new Float64Array(FEATURE_COUNT), spread, idle, new Set())
  for (const [f, { kept, reason }] of records.entries()) {
    expect(kept).toBe(!idle.has(f))
    if (!kept) expect(reason).toContain('only purchases')
  }
})

it('keeps interaction features if the log has more than purchases', () => {
  expect(untaught(false).size).toBe(0)
})
