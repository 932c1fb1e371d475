import type { FitProblem } from '@nearside/core/learning/problem.ts'
import { lossAndGradient } from '@nearside/core/learning/testLogit.ts'
import { createRandom, type Random } from '@nearside/core/model/random.ts'
import { createJsEngine } from '@nearside/engine/js.ts'
import { describe, expect, it } from 'vitest'
import { informationOf, learnSpread, withVariance } from './spread.ts'
import type { Trial } from './trial.ts'

const P = 3
const K = 10
/** Three parameters: the first varies much between shoppers, the second little, the third has no effect. */
const DEVIATION = [1.2, 0.1, 0.5]

function simulate(cases: number, random: Random): FitProblem {
  const own = DEVIATION.map((deviation) => deviation * random.normal())
  const design = new Float32Array(cases * K * P)
  const target = new Float32Array(cases * K)
  for (let t = 0; t < cases; t++) {
    const odds: number[] = []
    for (let k = 0; k < K; k++) {
      let score = 0
      for (let j = 0; j < P; j++) {
        const value = j === 2 ? 0 : random.normal()
        design[(t * K + k) * P + j] = value
        score += value * own[j]
      }
      odds.push(Math.exp(score))
    }
    let left = random.next() * odds.reduce((a, b) => a + b)
    const drawn = odds.findIndex((value) => {
      left -= value
      return left <= 0
    })
    target[t * K + (drawn < 0 ? K - 1 : drawn)] = 1
  }
  return {
    cases,
    candidates: K,
    parameters: P,
    design,
    offset: new Float32Array(cases * K),
    target,
    weight: new Float32Array(cases).fill(1),
    mean: new Float32Array(P),
    precision: new Float32Array(P).fill(1),
    stepSize: new Float32Array(P).fill(0.1),
    steps: 40,
  }
}

function trialOf(problem: FitProblem, k: number): Trial {
  return {
    shopper: `s${k}`,
    problem,
    ageDays: new Float32Array(problem.cases),
    ofSeveralKinds: false,
    weightings: [{ freshWeight: problem.weight, target: problem.target }],
    terms: { base: new Float32Array(0), features: new Float32Array(0) },
    targets: [],
    part: null,
    baseNdcg: 0,
    baseNll: 0,
  }
}

describe('learnSpread', () => {
  it('the spread is the variance between shoppers, not the noise of a few cases', async () => {
    const random = createRandom(2)
    const trials = Array.from({ length: 150 }, (_, k) => trialOf(simulate(12, random), k))
    const start = withVariance(
      {
        mean: new Float32Array(P),
        variance: new Float32Array(P),
        stepSize: new Float32Array(P),
        steps: 40,
        fusionWeight: 1,
        halfLifeDays: 1e6,
      },
      new Float32Array(P).fill(0.3),
    )
    const { variance, mean } = await learnSpread(trials, start, createJsEngine(), 8, () => {})
    expect(Math.sqrt(variance[0])).toBeGreaterThan(0.9)
    expect(Math.sqrt(variance[0])).toBeLessThan(1.5)
    expect(Math.sqrt(variance[1])).toBeLessThan(0.35)
    expect(variance[2]).toBe(0)
    expect(Math.abs(mean[0])).toBeLessThan(0.35)
  })
})

describe('informationOf', () => {
  it('informationOf equals the curvature of the loss', () => {
    const problem = simulate(6, createRandom(9))
    const at = new Float64Array([0.3, -0.2, 0])
    const information = informationOf(problem, Float32Array.from(at))
    const h = 1e-4
    for (let j = 0; j < P; j++) {
      const slopes = [h, -h].map((step) => {
        const gradient = new Float64Array(P)
        lossAndGradient(
          problem,
          at.map((value, k) => (k === j ? value + step : value)),
          gradient,
        )
        return gradient[j]
      })
      expect(information[j]).toBeCloseTo((slopes[0] - slopes[1]) / (2 * h), 4)
    }
  })
})
