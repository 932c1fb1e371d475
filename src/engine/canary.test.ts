/** @module Tests that the canary (a fit with a known answer) accepts correct engines and rejects many wrong ones. */

import type { FitProblem } from '@nearside/core/learning/problem.ts'
import { expect, test } from 'vitest'
import { CANARY_ANSWER, CANARY_SIZE, CANARY_TOLERANCE, canaryProblem, runCanary } from './canary.ts'
import type { Engine, FitResult } from './engine.ts'
import { createJsEngine } from './js.ts'
import { createWasmEngine } from './wasm/wasmEngine.ts'

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

test('the canary’s stored answer equals the JS engine’s result', async () => {
  const { parameters } = await js.fit(canaryProblem(CANARY_SIZE))
  expect(parameters).toHaveLength(CANARY_ANSWER.length)
  parameters.forEach((value, j) => {
    expect(value).toBeCloseTo(CANARY_ANSWER[j], 6)
  })
})

test('the canary’s fit moves every parameter far beyond the tolerance', () => {
  const { mean } = canaryProblem(CANARY_SIZE)
  mean.forEach((value, j) => {
    expect(Math.abs(CANARY_ANSWER[j] - value)).toBeGreaterThan(38 * CANARY_TOLERANCE)
  })
})

test('a correct engine passes the canary, whatever its name', async () => {
  for (const engine of [js, await createWasmEngine(), wrong((problem) => problem)])
    await expect(runCanary(engine)).resolves.toBeUndefined()
})

const faults: [string, Engine][] = [
  ['gradients are zero', wrong((problem) => ({ ...problem, steps: 0 }))],
  ['it ignores the prior', wrong((p) => ({ ...p, precision: p.precision.map(() => 0) }))],
  ['weights are forgotten', wrong((p) => ({ ...p, weight: p.weight.map(() => 0.5) }))],
  ['it ignores the last case', wrong((p) => ({ ...p, weight: p.weight.with(62, 0) }))],
  [
    'it ignores the offset',
    wrong((p) => ({ ...p, offset: p.offset.map((o) => (o < -9 ? o : 0)) })),
  ],
  ['padding takes part', wrong((p) => ({ ...p, offset: p.offset.map((o) => (o < -9 ? 0 : o)) }))],
  ['a step is missing', wrong((problem) => ({ ...problem, steps: problem.steps - 1 }))],
  [
    'it leaves the last parameter where it was',
    wrong((p) => ({ ...p, stepSize: p.stepSize.with(30, 0) })),
  ],
  [
    'it moves in the opposite direction',
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

test.each(faults)('the canary rejects an engine if %s', async (_, engine) => {
  await expect(runCanary(engine)).rejects.toMatchObject({ code: 'engine-failed' })
})
