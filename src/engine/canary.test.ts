/** @module The canary accepts correct engines and rejects every kind of wrong engine. */
import { expect, test } from 'vitest'
import type { FitProblem } from '../core/personal/problem.ts'
import { CANARY_ANSWER, CANARY_TOLERANCE, canaryProblem, runCanary, TINY } from './canary.ts'
import type { Engine, FitResult } from './engine.ts'
import { createJsEngine } from './js.ts'

const js = createJsEngine()

/** Engine that fits a different problem than the given one, or returns a different result. */
function wrong(
  see: (problem: FitProblem) => FitProblem,
  say: (result: FitResult, problem: FitProblem) => FitResult = (result) => result,
): Engine {
  return {
    ...js,
    name: 'wgsl',
    device: 'a broken GPU',
    fit: async (problem) => say(await js.fit(see(problem)), problem),
    dispose: () => {},
  }
}

const isFullSize = (problem: FitProblem) => problem.cases === 64

test('the stored answer is what the JS engine computes', async () => {
  const result = await js.fit(canaryProblem(TINY))
  expect(result.lossBefore).toBeCloseTo(CANARY_ANSWER.lossBefore, 12)
  expect(result.lossAfter).toBeCloseTo(CANARY_ANSWER.lossAfter, 12)
  result.parameters.forEach((value, j) => {
    expect(value).toBeCloseTo(CANARY_ANSWER.parameters[j], 6)
  })
})

test('the fit moves every parameter far beyond the tolerance', () => {
  const { mean } = canaryProblem(TINY)
  mean.forEach((value, j) => {
    expect(Math.abs(CANARY_ANSWER.parameters[j] - value)).toBeGreaterThan(100 * CANARY_TOLERANCE)
  })
})

test('a right engine passes, whatever its name', async () => {
  await expect(runCanary(js)).resolves.toBeUndefined()
  await expect(runCanary(wrong((problem) => problem))).resolves.toBeUndefined()
})

const faults: [string, Engine][] = [
  ['gradients are zero', wrong((problem) => ({ ...problem, steps: 0 }))],
  [
    'gradients are zero at full size only',
    wrong((problem) => (isFullSize(problem) ? { ...problem, steps: 0 } : problem)),
  ],
  ['the prior is forgotten', wrong((p) => ({ ...p, precision: p.precision.map(() => 0) }))],
  ['weights are forgotten', wrong((p) => ({ ...p, weight: p.weight.map(() => 0.5) }))],
  [
    'the offset is forgotten',
    wrong((p) => ({ ...p, offset: p.offset.map((o) => (o < -9 ? o : 0)) })),
  ],
  ['padding takes part', wrong((p) => ({ ...p, offset: p.offset.map((o) => (o < -9 ? 0 : o)) }))],
  ['a step is missing', wrong((problem) => ({ ...problem, steps: problem.steps - 1 }))],
  [
    'the direction is reversed',
    wrong(
      (problem) => problem,
      (result, { mean }) => ({
        ...result,
        parameters: result.parameters.map((value, j) => 2 * mean[j] - value),
      }),
    ),
  ],
  [
    'a number is NaN',
    wrong(
      (problem) => problem,
      (result) => ({ ...result, parameters: result.parameters.with(2, Number.NaN) }),
    ),
  ],
  [
    'numbers are missing',
    wrong(
      (problem) => problem,
      (result) => ({ ...result, parameters: result.parameters.slice(1) }),
    ),
  ],
]

test.each(faults)('an engine is stopped when %s', async (_, engine) => {
  await expect(runCanary(engine)).rejects.toMatchObject({
    code: 'engine-failed',
    message: expect.stringMatching(/^wgsl computes wrongly: the (tiny|full-size) test/),
  })
})
