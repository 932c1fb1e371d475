/** @module Tests the engine on the browser's WebGPU, which is a software adapter in tests. */
import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeAdapter } from '../adapter.ts'
import type { Engine } from '../engine.ts'
import {
  expectReference,
  fitInWorker,
  isTensorflow,
  js,
  problem,
  SHAPE,
  watchedAdapter,
} from '../testBrowserFit.ts'
import { countGpuCalls } from '../testGpuCalls.ts'
import { PERSONAL_SHAPE, type TestShape, testProblem } from '../testProblem.ts'
import { createWebgpuEngine } from './webgpuEngine.ts'

const allocatedBytes = () =>
  (tf.engine().registry.webgpu.memory() as { numBytesAllocatedInGPU?: number })
    .numBytesAllocatedInGPU

test('WebGPU fits correctly, and its memory stays constant', async () => {
  const { adapter } = await watchedAdapter()
  const engine = await createWebgpuEngine(adapter)
  expect(engine.name).toBe('wgsl')
  expect(engine.device).toBe(describeAdapter(adapter))
  const done: number[] = []
  await expectReference(await engine.fit(problem, { onProgress: (n) => done.push(n) }))
  expect(done).toEqual([10, 12])
  const bytes = allocatedBytes()
  expect(bytes).toBeGreaterThan(0)
  for (let seed = 2; seed < 10; seed++) {
    await engine.fit(testProblem({ ...SHAPE, seed }))
    expect(tf.engine().state.numTensors).toBe(0)
    expect(allocatedBytes()).toBe(bytes)
  }
  engine.dispose()
})

describe('the fused kernels', () => {
  let engine: Engine
  let device: GPUDevice
  beforeAll(async () => {
    const { adapter, devices } = await watchedAdapter()
    engine = await createWebgpuEngine(adapter)
    device = devices[0]
  })
  afterAll(() => engine.dispose())

  test.each<[string, TestShape]>([
    [
      'one case, two candidates, one parameter',
      { ...SHAPE, cases: 2, candidates: 3, parameters: 1 },
    ],
    ['sizes that fill no chunk or block', { ...SHAPE, cases: 7, candidates: 37, parameters: 5 }],
    ['soft targets at the size of training', { ...PERSONAL_SHAPE, steps: 5, soft: true }],
  ])('the fused kernels are correct for %s', async (_, shape) => {
    const given = testProblem(shape)
    const { parameters } = await engine.fit(given)
    const reference = await js.fit(given)
    parameters.forEach((value, j) => {
      expect(Math.abs(value - reference.parameters[j])).toBeLessThan(1e-4)
    })
  })

  test('the fused kernels make five dispatches per step and one readback per fit', async () => {
    const during = async (steps: number) => {
      const { calls, stop } = countGpuCalls()
      await engine.fit({ ...problem, steps }).finally(stop)
      return calls
    }
    const short = await during(10)
    const long = await during(60)
    expect(long.dispatches - short.dispatches).toBe(5 * 50)
    // Ten steps per submit.
    expect(long.submits - short.submits).toBe(5)
    expect(long.bindGroupCreations).toBe(5)
    expect(long.pipelineCreations).toBe(0)
    expect(long.bufferWrites).toBe(0)
    expect(long.readbacks).toBe(1)
    // The table of step sizes grows with the number of steps, so a fit of more steps creates new buffers for this table
    // alone.
    expect(long.bufferCreations).toBeLessThanOrEqual(short.bufferCreations + 4)
    const again = await during(60)
    await during(10)
    const shortAgain = await during(10)
    expect(again.bufferCreations).toBe(shortAgain.bufferCreations)
  })

  test('the fused kernels give the same bits for the same problem', async () => {
    expect(await engine.fit(problem)).toEqual(await engine.fit(problem))
  })

  test('the fused kernels stop on an abort and serve the next fit', async () => {
    const controller = new AbortController()
    const fit = engine.fit(problem, {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    })
    await expect(fit).rejects.toMatchObject({ code: 'aborted' })
    await expectReference(await engine.fit(problem))
  })

  test('a fit on the fused kernels rejects if the device is destroyed', async () => {
    const fit = engine.fit(problem, { onProgress: () => device.destroy() })
    await expect(fit).rejects.toMatchObject({
      code: 'engine-failed',
      message: expect.stringContaining('the device was lost'),
    })
    await expect(engine.fit(problem)).rejects.toMatchObject({ code: 'engine-failed' })
    expect(tf.engine().state.numTensors).toBe(0)
  })

  test('after a device is lost, the fused kernels work on a new device', async () => {
    engine.dispose()
    const { adapter } = await watchedAdapter()
    engine = await createWebgpuEngine(adapter)
    await expectReference(await engine.fit(problem))
  })

  test('the engine refuses to start if TensorFlow.js already has a WebGPU backend', async () => {
    const { adapter } = await watchedAdapter()
    await expect(createWebgpuEngine(adapter)).rejects.toMatchObject({
      code: 'engine-unavailable',
      message: expect.stringContaining('already has a WebGPU backend'),
    })
    await expectReference(await engine.fit(problem))
  })
})

test('WebGPU works in a dedicated worker', async () => {
  const { name, result, fetched } = await fitInWorker('webgpu')
  expect(name).toBe('wgsl')
  await expectReference(result)
  expect(fetched.some(isTensorflow)).toBe(true)
})
