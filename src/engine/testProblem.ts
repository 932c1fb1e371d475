/** @module Makes random fit problems of any shape from a seed, for tests and benchmarks. */

import { type FitProblem, PADDING_OFFSET } from '@nearside/core/learning/problem.ts'
import { createRandom } from '@nearside/core/model/random.ts'

export interface TestShape {
  readonly seed: number
  readonly cases: number
  readonly candidates: number
  readonly parameters: number
  readonly steps: number
  /** Number of cases of weight 0 at the end. */
  readonly paddedCases?: number
  /** Number of padded candidates at the end of every case. */
  readonly paddedCandidates?: number
  /** Whether targets are spread over several candidates. */
  readonly soft?: boolean
}

/**
 * Shape of a problem that is larger than a fit of the demo shop, which has 64 candidates per case and 27 free
 * parameters.
 */
export const PERSONAL_SHAPE: TestShape = {
  seed: 1,
  cases: 64,
  candidates: 256,
  parameters: 88,
  steps: 30,
}

/** Makes a problem whose targets follow hidden parameters, so that a fit can learn them. */
export function testProblem(shape: TestShape): FitProblem {
  const { cases: T, candidates: K, parameters: P, steps, soft = false } = shape
  const random = createRandom(shape.seed)
  const liveCases = T - (shape.paddedCases ?? 0)
  const liveCandidates = K - (shape.paddedCandidates ?? 0)
  const design = new Float32Array(T * K * P)
  const offset = new Float32Array(T * K).fill(PADDING_OFFSET)
  const target = new Float32Array(T * K)
  const weight = new Float32Array(T)
  const hidden = Float32Array.from({ length: P }, () => random.normal() * 0.5)
  for (let t = 0; t < liveCases; t++) {
    weight[t] = 0.25 + random.next()
    let best = t * K
    let bestScore = Number.NEGATIVE_INFINITY
    for (let i = t * K; i < t * K + liveCandidates; i++) {
      offset[i] = random.normal()
      let score = offset[i] + random.normal()
      for (let j = 0; j < P; j++) {
        const value = random.normal() * 0.4
        design[i * P + j] = value
        score += value * hidden[j]
      }
      if (score > bestScore) {
        bestScore = score
        best = i
      }
    }
    target[best] = 1
    if (soft && liveCandidates > 1) {
      const other = t * K + ((best - t * K + 1) % liveCandidates)
      target[best] = 0.75
      target[other] = 0.25
    }
  }
  return {
    cases: T,
    candidates: K,
    parameters: P,
    design,
    offset,
    target,
    weight,
    mean: Float32Array.from({ length: P }, () => random.normal() * 0.05),
    precision: Float32Array.from({ length: P }, () => 0.5 + random.next()),
    stepSize: Float32Array.from({ length: P }, () => 0.01 + 0.04 * random.next()),
    steps,
  }
}
