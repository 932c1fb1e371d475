import { FEATURE_COUNT, FEATURES } from '@nearside/core/features/features.ts'
import { expect, it } from 'vitest'
import { lentWeights, recordsOf, untaught } from './select.ts'

const spread = {
  scale: new Float32Array(FEATURE_COUNT).fill(1),
  constant: new Set<number>(),
}

it('the selection drops interaction features if the log has only purchases, and gives the reason', () => {
  const idle = untaught(true)
  expect([...idle].map((f) => FEATURES[f].group)).toEqual(Array(idle.size).fill('interaction'))
  expect(idle.size).toBeGreaterThan(0)
  const records = recordsOf(new Float64Array(FEATURE_COUNT), spread, idle, new Map(), new Set())
  for (const [f, { kept, reason }] of records.entries()) {
    expect(kept).toBe(!idle.has(f))
    if (!kept) expect(reason).toContain('only purchases')
  }
})

it('the selection keeps interaction features if the log has other events than purchases, too', () => {
  expect(untaught(false).size).toBe(0)
})

it('for a log of purchases, the weights of the intent features come from another log, and the manifest records state this', () => {
  const lent = lentWeights(true)
  expect([...lent.keys()].map((f) => FEATURES[f].name)).toEqual(['peersRecent', 'peersLast'])
  const constant = new Set(lent.keys())
  const of = (weights: Float64Array) =>
    recordsOf(weights, { ...spread, constant }, new Set(), lent, new Set())
  const records = of(new Float64Array(FEATURE_COUNT).map((_, f) => lent.get(f) ?? 0))
  for (const [f, weight] of lent) expect(records[f]).toMatchObject({ kept: true, weight })
  expect(lentWeights(false).size).toBe(0)
})
