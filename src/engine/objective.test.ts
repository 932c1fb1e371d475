/** @module Compares the objective with its definition, and its gradient with finite differences. */

import { type FitProblem, PADDING_OFFSET } from '@nearside/core/learning/problem.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { centre } from './centre.ts'
import { lossAndGradient } from './objective.ts'
import { type TestShape, testProblem } from './testProblem.ts'

const shapes: fc.Arbitrary<TestShape> = fc.record({
  seed: fc.integer({ min: 1, max: 1e6 }),
  cases: fc.integer({ min: 2, max: 6 }),
  candidates: fc.integer({ min: 2, max: 12 }),
  parameters: fc.integer({ min: 1, max: 9 }),
  steps: fc.constant(1),
  paddedCases: fc.integer({ min: 0, max: 1 }),
  paddedCandidates: fc.integer({ min: 0, max: 1 }),
  soft: fc.boolean(),
})

/** The formula in `core/learning/problem.ts` as it stands: without centring, displacement or skipped cases. */
function definition(problem: FitProblem, p: Float64Array): number {
  const { cases, candidates: K, parameters: P } = problem
  let loss = 0
  for (let t = 0; t < cases; t++) {
    const scores: number[] = []
    for (let i = t * K; i < (t + 1) * K; i++) {
      let score = problem.offset[i]
      for (let j = 0; j < P; j++) score += problem.design[i * P + j] * p[j]
      scores.push(score)
    }
    const top = Math.max(...scores)
    const normalizer = top + Math.log(scores.reduce((sum, s) => sum + Math.exp(s - top), 0))
    for (let k = 0; k < K; k++)
      if (problem.offset[t * K + k] > PADDING_OFFSET)
        loss -= problem.weight[t] * problem.target[t * K + k] * (scores[k] - normalizer)
  }
  for (let j = 0; j < P; j++) loss += 0.5 * problem.precision[j] * (p[j] - problem.mean[j]) ** 2
  return loss
}

function displaced(problem: FitProblem, size: number): Float64Array {
  return Float64Array.from({ length: problem.parameters }, (_, j) => size * Math.sin(1 + 3 * j))
}

test('the loss that engines use equals the definition of the objective', () => {
  fc.assert(
    fc.property(shapes, (shape) => {
      const problem = testProblem(shape)
      const centred = centre(problem)
      const q = displaced(problem, 0.7)
      const p = q.map((value, j) => value + problem.mean[j])
      const loss = lossAndGradient(centred, q)
      // The centred design is rounded to single precision; everything else is computed in double precision.
      expect(loss).toBeCloseTo(definition(problem, p), 4)
    }),
  )
})

test('the gradient of the objective agrees with central differences', () => {
  fc.assert(
    fc.property(shapes, (shape) => {
      const problem = testProblem(shape)
      const centred = centre(problem)
      const q = displaced(problem, 0.7)
      const gradient = new Float64Array(problem.parameters)
      lossAndGradient(centred, q, gradient)
      const h = 1e-5
      for (let j = 0; j < problem.parameters; j++) {
        const up = q.slice()
        const down = q.slice()
        up[j] += h
        down[j] -= h
        const slope = (lossAndGradient(centred, up) - lossAndGradient(centred, down)) / (2 * h)
        expect(Math.abs(gradient[j] - slope)).toBeLessThan(1e-6 * (1 + Math.abs(slope)))
      }
    }),
  )
})

test('a feature with equal values for all candidates has a gradient of exactly zero', () => {
  const problem = testProblem({ seed: 4, cases: 3, candidates: 7, parameters: 3, steps: 1 })
  for (let i = 0; i < 21; i++) problem.design[i * 3 + 1] = 0.1
  const centred = centre(problem)
  const gradient = new Float64Array(3)
  lossAndGradient(centred, new Float64Array(3), gradient)
  expect(gradient[1]).toBe(0)
  expect(Math.abs(gradient[0])).toBeGreaterThan(0)
})
