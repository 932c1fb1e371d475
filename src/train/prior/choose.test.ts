import { EVENT_WEIGHTS } from '@nearside/core/events/strength.ts'
import { describe, expect, it } from 'vitest'
import { choose, type Judgement } from './choose.ts'

function judgement(values: Partial<Judgement>): Judgement {
  return {
    recipe: {
      taste: 0,
      features: 0.1,
      halfLifeDays: 90,
      eventWeights: EVENT_WEIGHTS,
      mean: 0,
    },
    fusionWeight: 0.5,
    ndcgLift: 0,
    ndcgError: 0.01,
    nllGain: 0,
    nllError: 0.01,
    nllGains: [],
    ...values,
  }
}

describe('choose', () => {
  it('choose takes the learning recipe whose gain in likelihood is most certain', () => {
    const sure = judgement({ ndcgError: 0.001, nllGain: 0.02, nllError: 0.005 })
    const lucky = judgement({ ndcgError: 0.001, nllGain: 0.04, nllError: 0.018 })
    expect(choose([lucky, sure]).best).toBe(sure)
  })

  it('choose rejects a learning recipe that could cost more than 0.3 % of NDCG@10', () => {
    const harmless = judgement({ ndcgLift: 0, ndcgError: 0.0014, nllGain: 0.1 })
    const unclear = judgement({ ndcgLift: 0, ndcgError: 0.0016, nllGain: 0.5 })
    expect(choose([unclear, harmless]).best).toBe(harmless)
    expect(choose([unclear]).best).toBeNull()
  })

  it('choose takes no learning recipe if no gain in likelihood is certain', () => {
    const ranks = judgement({ ndcgLift: 0.02, ndcgError: 0.005, nllGain: 0.01 })
    const { best, reason } = choose([ranks, judgement({ ndcgLift: -0.2 })])
    expect(best).toBeNull()
    expect(reason).toContain('λ = 0')
    expect(choose([]).best).toBeNull()
  })

  it('a recipe that learns the user vector u is chosen only if it is proven better than the best recipe without u', () => {
    const of = (taste: number, nllGains: readonly number[]) => {
      const nllGain = nllGains.reduce((sum, gain) => sum + gain, 0) / nllGains.length
      const { recipe } = judgement({})
      const numbers = { ndcgError: 0.001, nllGain, nllError: 0.01, nllGains }
      return judgement({ recipe: { ...recipe, taste }, ...numbers })
    }
    const without = of(0, [0.1, 0.3, 0.1, 0.3])
    const sometimes = of(1, [0.5, 0.1, 0.4, 0.1])
    const always = of(1, [0.15, 0.36, 0.16, 0.35])
    expect(choose([without, sometimes]).best).toBe(without)
    expect(choose([without, always]).best).toBe(always)
    expect(choose([sometimes]).best).toBe(sometimes)
    // `without` and `more` don't learn u; `more` gains more likelihood, but may harm NDCG. `always` learns u and must
    // beat even `more`, so it is not chosen.
    const more = { ...of(0, [0.2, 0.4, 0.2, 0.4]), ndcgError: 0.01 }
    expect(choose([without, always, more]).best).toBe(without)
  })
})
