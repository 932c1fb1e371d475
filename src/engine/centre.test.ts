/** @module Tests that parameters with step size 0 stay at their mean and that engines don't compute with them. */

import type { FitProblem } from '@nearside/core/learning/problem.ts'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { centre } from './centre.ts'
import type { FitResult } from './engine.ts'
import { createJsEngine } from './js.ts'
import { nodeAdapter } from './testGpu.ts'
import { testProblem } from './testProblem.ts'
import { createWasmEngine } from './wasm/wasmEngine.ts'
import { createWebgpuEngine } from './webgpu/webgpuEngine.ts'

/** @param frozen whether a parameter gets step size 0; every second frozen parameter gets a mean of 0 */
function freeze(problem: FitProblem, frozen: readonly boolean[]): FitProblem {
  return {
    ...problem,
    stepSize: problem.stepSize.map((size, j) => (frozen[j] ? 0 : size)),
    mean: problem.mean.map((mean, j) => (frozen[j] && j % 2 ? 0 : mean)),
  }
}

/** The same problem without the frozen parameters; the offset contains their contribution to the scores. */
function without(problem: FitProblem, frozen: readonly boolean[]): FitProblem {
  const { parameters: P, design, mean } = problem
  const kept = [...frozen.keys()].filter((j) => !frozen[j])
  const pick = (values: Float32Array) => Float32Array.from(kept, (j) => values[j])
  return {
    ...problem,
    parameters: kept.length,
    design: Float32Array.from({ length: problem.offset.length * kept.length }, (_, i) => {
      const row = Math.floor(i / kept.length)
      return design[row * P + kept[i % kept.length]]
    }),
    offset: problem.offset.map((offset, row) =>
      mean.reduce((sum, m, j) => (frozen[j] ? sum + design[row * P + j] * m : sum), offset),
    ),
    mean: pick(mean),
    precision: pick(problem.precision),
    stepSize: pick(problem.stepSize),
  }
}

const engines = [createJsEngine(), await createWasmEngine()]
const adapter = await nodeAdapter('software')
if (adapter) engines.push(await createWebgpuEngine(adapter))
// TensorFlow.js allows one WebGPU backend per process.
afterAll(() => {
  for (const engine of engines) engine.dispose()
})

describe.each(engines.map((engine) => [engine.name, engine] as const))('%s', (_, engine) => {
  test('frozen parameters stay at their mean, and the other parameters get the same fit as without the frozen parameters', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 1e6 }),
        fc.array(fc.boolean(), { minLength: 11, maxLength: 11 }),
        async (seed, frozen) => {
          fc.pre(frozen.includes(false))
          const shape = { seed, cases: 4, candidates: 9, parameters: 11, steps: 8 }
          const problem = freeze(testProblem(shape), frozen)
          const { parameters, lossAfter } = await engine.fit(problem)
          const kept = [...frozen.keys()].filter((j) => !frozen[j])
          frozen.forEach((is, j) => {
            if (is) expect(parameters[j]).toBe(problem.mean[j])
          })
          const others = await engine.fit(without(problem, frozen))
          kept.forEach((j, k) => {
            expect(Math.abs(parameters[j] - others.parameters[k])).toBeLessThan(1e-4)
          })
          expect(lossAfter).toBeCloseTo(others.lossAfter, 3)
        },
      ),
      { numRuns: engine.name === 'wgsl' ? 10 : 60, endOnFailure: true },
    )
  })

  test.runIf(engine.name === 'js')(
    'freezing a parameter gives the same bits as a negligible step size',
    async () => {
      const problem = testProblem({ seed: 3, cases: 6, candidates: 9, parameters: 11, steps: 8 })
      const still = freeze(
        problem,
        Array.from(problem.stepSize, (_, j) => j % 3 > 0),
      )
      // With the smallest positive step size, a parameter takes part in the computation but doesn't move.
      const stepSize = still.stepSize.map((size) => size || 2 ** -149)
      const all = await engine.fit({ ...still, stepSize })
      const few = await engine.fit(still)
      const moved = ({ parameters }: FitResult) =>
        parameters.filter((_, j) => still.stepSize[j] > 0)
      expect(moved(all)).toEqual(moved(few))
      expect(all.lossAfter).toBe(few.lossAfter)
    },
  )

  test('if every parameter is frozen, a fit returns the mean and its loss', async () => {
    const problem = testProblem({ seed: 2, cases: 3, candidates: 5, parameters: 6, steps: 9 })
    const still = { ...problem, stepSize: new Float32Array(6) }
    const { parameters, lossBefore, lossAfter } = await engine.fit(still)
    expect(parameters).toEqual(problem.mean)
    expect(lossAfter).toBe(lossBefore)
  })
})

test('a centred problem has columns for the free parameters only', () => {
  const problem = testProblem({ seed: 2, cases: 3, candidates: 5, parameters: 6, steps: 9 })
  const { design, moving, parameters, stride } = centre(
    freeze(problem, [true, false, true, true, false, true]),
  )
  expect([...moving]).toEqual([1, 4])
  expect(parameters).toBe(2)
  expect(stride).toBe(4)
  expect(design).toHaveLength(3 * 5 * 4)
})
