import { describe, expect, it } from 'vitest'
import { EVENT_WEIGHTS } from '../../core/features/strength.ts'
import { choose, confirm, type Judgement } from './choose.ts'

function judgement(values: Partial<Judgement>): Judgement {
  return {
    recipe: {
      taste: 0.1,
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
    ...values,
  }
}

describe('choose', () => {
  it('takes the lift that stands furthest above its error', () => {
    const sure = judgement({ ndcgLift: 0.02, ndcgError: 0.005 })
    const lucky = judgement({ ndcgLift: 0.03, ndcgError: 0.028 })
    expect(choose([lucky, sure]).best).toBe(sure)
  })

  it('takes more likelihood where the ranking is certainly not hurt', () => {
    const harmless = judgement({ ndcgLift: 0, ndcgError: 0.0005, nllGain: 0.1 })
    const harmful = judgement({ ndcgLift: -0.01, ndcgError: 0.0005, nllGain: 0.5 })
    expect(choose([harmful, harmless]).best).toBe(harmless)
  })

  it('chooses nothing where nothing certainly helps', () => {
    const noise = judgement({ ndcgLift: 0.004, ndcgError: 0.01, nllGain: 0.01 })
    const { best, reason } = choose([noise, judgement({ ndcgLift: -0.2 })])
    expect(best).toBeNull()
    expect(reason).toContain('λ = 0')
    expect(choose([]).best).toBeNull()
  })
})

describe('confirm', () => {
  const best = judgement({ ndcgLift: 0.02, ndcgError: 0.005 })
  const choice = { best, reason: 'helps' }

  it('keeps what other shoppers do not refute', () => {
    const again = judgement({ ndcgLift: -0.002, ndcgError: 0.006, nllGain: 0.01 })
    expect(confirm(choice, again)).toBe(choice)
    expect(confirm({ best: null, reason: 'none' }, undefined).best).toBeNull()
  })

  it('drops what hurts them', () => {
    const worse = judgement({ ndcgLift: -0.02, ndcgError: 0.006, nllGain: 0.01 })
    const lessLikely = judgement({ ndcgLift: 0.01, nllGain: -0.05 })
    expect(confirm(choice, worse).best).toBeNull()
    expect(confirm(choice, lessLikely).best).toBeNull()
  })
})
