import { describe, expect, it } from 'vitest'
import { DIMENSION } from '../model/baseModel.ts'
import { PARAMETERS } from './fitProblem.ts'
import { evidenceOf, fuse } from './fuse.ts'

const prior = {
  mean: new Float32Array(PARAMETERS),
  variance: new Float32Array(PARAMETERS).fill(0.1),
  stepSize: new Float32Array(PARAMETERS).fill(0.1),
  steps: 30,
  fusionWeight: 0.8,
  halfLifeDays: 30,
}
const parameters = Float32Array.from({ length: PARAMETERS }, (_, j) => j / 10)

describe('fuse', () => {
  it('`fuse` splits p into u and w, and with much evidence uses the prior’s full fusion weight λ', () => {
    const fused = fuse(parameters, prior, 1e9)
    expect(fused.u).toEqual(parameters.slice(0, DIMENSION))
    expect(fused.w).toEqual(parameters.slice(DIMENSION))
    expect(fused.fusionWeight).toBeCloseTo(0.8, 6)
  })

  it('the fusion weight λ grows with the evidence of a shopper, and is 0 without evidence', () => {
    const weights = [0, 0.1, 0.5, 2, 10].map((e) => fuse(parameters, prior, e).fusionWeight)
    expect(weights[0]).toBe(0)
    for (let k = 1; k < weights.length; k++) expect(weights[k]).toBeGreaterThan(weights[k - 1])
    expect(weights[4]).toBeLessThan(0.8)
  })

  it('the fusion weight is 0 if the prior’s fusion weight is 0', () => {
    expect(fuse(parameters, { ...prior, fusionWeight: 0 }, 50).fusionWeight).toBe(0)
  })

  it('evidence is counted in fresh purchases: the sum of the case weights divided by 3', () => {
    expect(evidenceOf({ weight: new Float32Array([3, 1, 2, 0]) })).toBe(2)
  })

  it('`fuse` refuses a fit with a non-finite parameter', () => {
    expect(() => fuse(parameters.with(7, Number.NaN), prior, 1)).toThrow(
      expect.objectContaining({ code: 'fit-diverged' }),
    )
  })
})
