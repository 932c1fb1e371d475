import { epsilonOf, substitutionMu } from '@nearside/aggregate/privacy/gaussianAccountant.ts'
import { DEMO_PARAMETERS } from '@nearside/aggregate/protocol/demoParameters.ts'
import { DAY } from '@nearside/core/time.ts'
import { describe, expect, it } from 'vitest'
import { edgesOf, planOf, type SimulationQuestion } from './plan.ts'

const question: SimulationQuestion = {
  ...{ shop: '', model: '', devices: 100_000, rounds: 5, seed: 1, drop: 0.1, malicious: 0.05 },
  ...{ attack: 'scale', epsilon: 4, terms: DEMO_PARAMETERS, now: 0 },
}

describe('the plan of a simulation', () => {
  it('planOf lets 100 devices per round report to the servers; the other devices’ updates are only added up', () => {
    const { whole, rest, restCounted, parameters } = planOf(question)
    expect(whole).toEqual({ all: 100, vanishing: 10, hostile: 5 })
    expect(rest).toEqual({ all: 99_900, vanishing: 9_990, hostile: 4_995 })
    expect(parameters.aggregationGoal).toBe(85)
    expect(planOf(question).refused).toBeNull()
    expect(planOf({ ...question, devices: 900 }).refused).toContain('1000')
    // Servers leave refused reports out of the sum, but count hostile reports that look honest.
    expect(restCounted).toBe(84_915)
    expect(planOf({ ...question, attack: 'flip' }).restCounted).toBe(89_910)
  })

  it('planOf computes noise and δ from ε, the number of reports per device and the number of devices', () => {
    const { parameters, reports } = planOf(question)
    const { delta, noiseMultiplier } = parameters
    expect(delta).toBe(1e-10)
    expect(reports).toBe(DEMO_PARAMETERS.maxParticipations)
    expect(epsilonOf(substitutionMu(4 / noiseMultiplier ** 2), delta)).toBeCloseTo(4, 3)
    expect(planOf({ ...question, rounds: 3 }).reports).toBe(3)
    expect(planOf({ ...question, devices: 900 }).parameters.delta).toBe(1e-6)
  })

  it('edgesOf splits the log into equal parts of whole days; the last part is for testing', () => {
    const edges = edgesOf(10 * DAY, 69.5 * DAY, 4)
    expect(edges.map((edge) => edge / DAY)).toEqual([10, 22, 34, 46, 58, 70])
    expect(() => edgesOf(10 * DAY, 12 * DAY, 4)).toThrow(/3 days .* too few for 4 rounds/)
    expect(() => edgesOf(10 * DAY, 2 * DAY, 4)).toThrow(/0 days/)
  })
})
