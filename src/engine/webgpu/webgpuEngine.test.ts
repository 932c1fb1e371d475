/**
 * @module Tests the fused WGSL fit in Node: its results on Mesa's llvmpipe, and its exact number of GPU calls on
 * llvmpipe and on Dawn's null backend, which validates every call and computes nothing.
 */

import type { FitProblem } from '@nearside/core/learning/problem.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Engine, FitOptions } from '../engine.ts'
import { createJsEngine } from '../js.ts'
import { countingRigs, nodeAdapter } from '../testGpu.ts'
import { countGpuCalls, type GpuCalls, NO_CALLS } from '../testGpuCalls.ts'
import { PERSONAL_SHAPE, type TestShape, testProblem } from '../testProblem.ts'
import { createWebgpuEngine } from './webgpuEngine.ts'

const SMALL: TestShape = { seed: 1, cases: 4, candidates: 16, parameters: 8, steps: 10 }

describe.each(countingRigs(10_000))('GPU calls on %s', async (_, rig, steps) => {
  const adapter = await nodeAdapter(rig)
  let engine: Engine
  beforeAll(async () => {
    if (adapter) engine = await createWebgpuEngine(adapter)
  })
  afterAll(() => engine?.dispose())

  /** On the null backend, the final values have no meaning and can be non-finite. */
  async function descend(problem: FitProblem, options?: FitOptions): Promise<void> {
    const fit = engine.fit(problem, options)
    if (rig === 'software') await fit
    else await fit.catch((error) => expect(error).toMatchObject({ code: 'fit-diverged' }))
  }

  /** GPU calls of a fit's steps, and of the whole fit. */
  async function during(shape: TestShape): Promise<{ loop: GpuCalls; whole: GpuCalls }> {
    const { calls, stop } = countGpuCalls()
    const marks: GpuCalls[] = []
    await descend(testProblem(shape), { onProgress: () => marks.push({ ...calls }) }).finally(stop)
    const [first, last] = [marks[0], marks[marks.length - 1]]
    const names = Object.keys(calls) as (keyof GpuCalls)[]
    const loop = Object.fromEntries(names.map((name) => [name, last[name] - first[name]]))
    return { loop: loop as unknown as GpuCalls, whole: calls }
  }

  test.skipIf(!adapter)(
    'a step makes five dispatches, ten steps make one submit, and the steps make no other GPU calls',
    async () => {
      const { loop } = await during({ ...SMALL, steps: steps + 10 })
      expect(loop).toEqual({ ...NO_CALLS, dispatches: 5 * steps, submits: steps / 10 })
    },
  )

  test.skipIf(!adapter)('a fit creates five bind groups and reads back once', async () => {
    const { whole } = await during({ ...PERSONAL_SHAPE, cases: 8 })
    expect(whole).toMatchObject({
      dispatches: 5 * 30,
      bindGroupCreations: 5,
      pipelineCreations: 0,
      readbacks: 1,
    })
  })

  test.skipIf(!adapter)(
    'further fits of the same shape allocate no further GPU memory',
    async () => {
      for (let i = 0; i < 3; i++) await descend(testProblem(SMALL))
      const { calls, stop } = countGpuCalls()
      try {
        for (let i = 0; i < steps / 30; i++) {
          await descend(testProblem(SMALL))
          expect(calls.liveBytes).toBe(0)
        }
      } finally {
        stop()
      }
    },
  )
})

describe('the WebGPU engine on llvmpipe', async () => {
  const adapter = await nodeAdapter('software')
  const js = createJsEngine()
  let engine: Engine
  beforeAll(async () => {
    if (adapter) engine = await createWebgpuEngine(adapter)
  })
  afterAll(() => engine?.dispose())

  test.skipIf(!adapter).each<[string, TestShape]>([
    [
      'one case, three candidates, one parameter',
      { ...SMALL, cases: 1, candidates: 3, parameters: 1 },
    ],
    ['sizes that fill no chunk or block', { ...SMALL, cases: 7, candidates: 37, parameters: 5 }],
    ['padded cases and candidates', { ...SMALL, paddedCases: 1, paddedCandidates: 5, steps: 30 }],
    ['soft targets at the size of training', { ...PERSONAL_SHAPE, soft: true }],
  ])('the WebGPU engine ends close to the JS engine: %s', async (_, shape) => {
    const problem = testProblem(shape)
    const { parameters, lossAfter } = await engine.fit(problem)
    const reference = await js.fit(problem)
    parameters.forEach((value, j) => {
      expect(Math.abs(value - reference.parameters[j])).toBeLessThan(1e-4)
    })
    expect(lossAfter).toBeCloseTo(reference.lossAfter, 3)
  })

  test.skipIf(!adapter)('the WebGPU engine gives the same bits for the same problem', async () => {
    const problem = testProblem(PERSONAL_SHAPE)
    expect(await engine.fit(problem)).toEqual(await engine.fit(problem))
  })
})
