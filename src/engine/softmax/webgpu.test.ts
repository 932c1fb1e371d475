/**
 * @module The softmax over the catalogue on WebGPU in Node: right on llvmpipe, and by exact counts
 * there and on Dawn's null backend.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { countGpuCalls, type GpuCalls } from '../gpuCalls.ts'
import { countingRigs, nodeAdapter } from '../testGpu.ts'
import { createJsSoftmax } from './js.ts'
import { errorOf, type SoftmaxTest, softmaxTest } from './testFit.ts'
import { createWebgpuSoftmax } from './webgpu.ts'

const SHAPE: SoftmaxTest = { seed: 1, items: 2051, columns: 30, cases: 21, steps: 12, int8: false }

describe('on llvmpipe', async () => {
  const device = await (await nodeAdapter('software'))?.requestDevice()

  test.skipIf(!device).each<[string, SoftmaxTest]>([
    ['float32', SHAPE],
    ['int8', { ...SHAPE, int8: true }],
    ['one item, one case, one column', { ...SHAPE, items: 1, cases: 1, columns: 1 }],
    ['no case and no step', { ...SHAPE, items: 9, cases: 0, steps: 0 }],
    ['more items than chunks', { ...SHAPE, items: 20_001, columns: 8, cases: 64, int8: true }],
  ])('is as plain JavaScript: %s', async (_, shape) => {
    const { catalog, problem } = softmaxTest(shape)
    const softmax = await createWebgpuSoftmax(device as GPUDevice, catalog)
    const js = createJsSoftmax(catalog)
    const [own, oracle] = [
      await softmax.evaluate(problem, problem.mean),
      await js.evaluate(problem, problem.mean),
    ]
    const size = oracle.gradient.reduce((top, value) => Math.max(top, Math.abs(value)), 1)
    own.gradient.forEach((value, j) => {
      expect(Math.abs(value - oracle.gradient[j])).toBeLessThan(5e-6 * size)
    })
    expect(Math.abs(own.loss - oracle.loss)).toBeLessThan(5e-6 * (1 + oracle.loss))
    const [fit, reference] = [await softmax.fit(problem), await js.fit(problem)]
    fit.parameters.forEach((value, j) => {
      expect(Math.abs(value - reference.parameters[j])).toBeLessThan(1e-4)
    })
    expect(fit.lossAfter).toBeCloseTo(reference.lossAfter, 3)
    expect(await softmax.fit(problem)).toEqual(fit)
    softmax.dispose()
  })

  test.skipIf(!device)(
    'is within 1e-6 of plain JavaScript, relative to what is summed',
    async () => {
      const shapes: fc.Arbitrary<SoftmaxTest> = fc.record({
        seed: fc.integer({ min: 1, max: 1e6 }),
        items: fc.integer({ min: 1, max: 3000 }),
        columns: fc.integer({ min: 1, max: 64 }),
        cases: fc.integer({ min: 0, max: 40 }),
        steps: fc.constant(0),
        int8: fc.boolean(),
      })
      await fc.assert(
        fc.asyncProperty(shapes, async (shape) => {
          const { catalog, problem } = softmaxTest(shape)
          const softmax = await createWebgpuSoftmax(device as GPUDevice, catalog)
          const own = await softmax.evaluate(problem, problem.mean)
          const oracle = await createJsSoftmax(catalog).evaluate(problem, problem.mean)
          softmax.dispose()
          expect(errorOf(own, oracle, catalog, problem)).toBeLessThanOrEqual(1e-6)
        }),
        { numRuns: 20 },
      )
    },
  )

  test.skipIf(!device)('survives scores of thousands and items left out', async () => {
    const { catalog, problem } = softmaxTest({ ...SHAPE, items: 600 })
    const bias = catalog.bias.map((value, i) => (i % 5 === 2 ? -1e9 : Math.round(value * 2000)))
    const targets = problem.targets.map((target) => target - (target % 5))
    const given = { ...catalog, bias }
    const softmax = await createWebgpuSoftmax(device as GPUDevice, given)
    const own = await softmax.evaluate({ ...problem, targets }, problem.mean)
    const oracle = await createJsSoftmax(given).evaluate({ ...problem, targets }, problem.mean)
    expect(Math.abs(own.loss - oracle.loss)).toBeLessThan(1e-6 * oracle.loss)
    own.gradient.forEach((value, j) => {
      expect(Math.abs(value - oracle.gradient[j])).toBeLessThan(1e-3)
    })
    softmax.dispose()
  })
})

describe.each(countingRigs(10_000))('counts on %s', async (_, rig, steps) => {
  const device = await (await nodeAdapter(rig))?.requestDevice()

  test.skipIf(!device)(
    'many steps are five dispatches each and a submit for ten, and nothing else',
    async () => {
      const { catalog, problem } = softmaxTest({
        ...SHAPE,
        columns: 8,
        cases: 4,
        steps: steps + 10,
      })
      const softmax = await createWebgpuSoftmax(device as GPUDevice, catalog)
      const { calls, stop } = countGpuCalls()
      const marks: GpuCalls[] = []
      await softmax
        .fit(problem, { onProgress: () => marks.push({ ...calls }) })
        .catch((error) => {
          // Where nothing was computed, what is read is of no meaning, finite or not.
          expect(rig).toBe('null')
          expect(error).toMatchObject({ code: 'fit-diverged' })
        })
        .finally(stop)
      const [first, last] = [marks[0], marks[steps / 10]]
      const names = Object.keys(calls) as (keyof GpuCalls)[]
      expect(Object.fromEntries(names.map((name) => [name, last[name] - first[name]]))).toEqual({
        // And the last losses' two, and their one readback.
        dispatches: 5 * steps + 2,
        submits: steps / 10,
        bufferCreations: 0,
        bufferDestructions: 0,
        liveBytes: 0,
        bindGroupCreations: 0,
        pipelineCreations: 0,
        bufferWrites: 0,
        bytesWritten: 0,
        readbacks: 1,
      } satisfies GpuCalls)
      // What the fit made, it has destroyed.
      expect(calls.liveBytes).toBe(0)
      softmax.dispose()
    },
  )
})
