/**
 * @module The TensorFlow.js engines in a real browser: WebGPU on its software adapter and WASM from
 * our own origin, in the page and in a dedicated worker.
 */
import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Adapter } from './adapter.ts'
import { chooseEngine, thisDevice } from './choose.ts'
import type { Engine, FitResult } from './engine.ts'
import { createJsEngine } from './js.ts'
import { PERSONAL_SHAPE, type TestShape, testProblem } from './testProblem.ts'
import type { WorkerReply, WorkerRequest } from './testWorker.ts'
import { createTfjsWebgpuEngine } from './tfjs/webgpu.ts'

const SHAPE: TestShape = {
  ...PERSONAL_SHAPE,
  cases: 32,
  candidates: 64,
  steps: 12,
  paddedCases: 3,
  paddedCandidates: 5,
}
const problem = testProblem(SHAPE)
const js = createJsEngine()

async function expectReference(result: FitResult): Promise<void> {
  const reference = await js.fit(problem)
  result.parameters.forEach((value, j) => {
    expect(Math.abs(value - reference.parameters[j])).toBeLessThan(1e-4)
  })
  expect(result.lossAfter).toBeCloseTo(reference.lossAfter, 3)
}

/** An adapter like the browser's, that keeps the devices which it gave. */
async function watchedAdapter(): Promise<{ adapter: Adapter; devices: GPUDevice[] }> {
  const real = await navigator.gpu.requestAdapter()
  if (!real) throw new Error('This browser gives no adapter: is --enable-unsafe-webgpu set?')
  const devices: GPUDevice[] = []
  const adapter: Adapter = {
    info: real.info,
    limits: real.limits,
    requestDevice: async (descriptor) => {
      const device = await real.requestDevice(descriptor)
      devices.push(device)
      return device
    },
  }
  return { adapter, devices }
}

describe('tfjs-webgpu in the page', () => {
  let engine: Engine
  let device: GPUDevice
  beforeAll(async () => {
    const { adapter, devices } = await watchedAdapter()
    engine = await createTfjsWebgpuEngine(adapter)
    device = devices[0]
  })
  afterAll(() => engine.dispose())

  test('ends a whole fit where the JS engine ends it, and reports progress as it is done', async () => {
    const done: number[] = []
    await expectReference(await engine.fit(problem, { onProgress: (n) => done.push(n) }))
    expect(done).toEqual([10, 12])
    expect(engine.device).toMatch(/swiftshader.*\(software\)/)
  })

  test('keeps no tensor and no more GPU memory over fits of one shape', async () => {
    const allocated = () =>
      (tf.engine().registry.webgpu.memory() as { numBytesAllocatedInGPU?: number })
        .numBytesAllocatedInGPU
    await engine.fit(problem)
    const tensors = tf.memory().numTensors
    const bytes = allocated()
    expect(bytes).toBeGreaterThan(0)
    for (let seed = 2; seed < 6; seed++) {
      await engine.fit(testProblem({ ...SHAPE, seed }))
      expect(tf.memory().numTensors).toBe(tensors)
      expect(allocated()).toBe(bytes)
    }
  })

  test('reads back once, at the end', async () => {
    let reads = 0
    const original = GPUBuffer.prototype.mapAsync
    GPUBuffer.prototype.mapAsync = function (...args) {
      reads++
      return original.apply(this, args)
    }
    try {
      await engine.fit(problem)
    } finally {
      GPUBuffer.prototype.mapAsync = original
    }
    expect(reads).toBe(1)
  })

  test('stops when asked to and serves the next fit', async () => {
    const controller = new AbortController()
    const fit = engine.fit(problem, {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    })
    await expect(fit).rejects.toMatchObject({ code: 'aborted' })
    await expectReference(await engine.fit(problem))
  })

  test('a device destroyed in the middle of a fit is an error, not a fit without end', async () => {
    const fit = engine.fit({ ...problem }, { onProgress: () => device.destroy() })
    await expect(fit).rejects.toMatchObject({
      code: 'engine-failed',
      message: expect.stringContaining('the device was lost'),
    })
    await expect(engine.fit(problem)).rejects.toMatchObject({ code: 'engine-failed' })
  })

  test('after that a new engine can be made', async () => {
    engine.dispose()
    expect(tf.engine().state.numTensors).toBe(0)
    const { adapter } = await watchedAdapter()
    engine = await createTfjsWebgpuEngine(adapter)
    await expectReference(await engine.fit(problem))
    expect(tf.engine().state.numTensors).toBe(0)
  })
})

describe('the choice on this browser', () => {
  test('goes past the software adapter unless it is asked for', async () => {
    const { engine, reason } = await chooseEngine('auto')
    expect(engine.name).toBe('js')
    expect(reason).toMatch(/only a software adapter \(.*swiftshader/)
  })

  test('WASM comes from our own origin and keeps no tensor over 100 fits', async () => {
    const { engine, reason } = await chooseEngine('wasm')
    expect(reason).toMatch(/^WASM, as asked for/)
    await expectReference(await engine.fit(problem))
    const small = testProblem({ ...SHAPE, cases: 6, candidates: 9, steps: 5 })
    await engine.fit(small)
    const before = tf.memory().numTensors
    for (let i = 0; i < 100; i++) await engine.fit(small)
    expect(tf.memory().numTensors).toBe(before)
    const files = performance
      .getEntriesByType('resource')
      .map(({ name }) => new URL(name))
      .filter(({ pathname }) => pathname.endsWith('.wasm'))
    expect(files.length).toBeGreaterThan(0)
    for (const { origin } of files) expect(origin).toBe(location.origin)
    engine.dispose()
  })

  test('a GPU lost during a fit hands over to WASM, which does that fit', async () => {
    const { adapter, devices } = await watchedAdapter()
    const changes: string[] = []
    const environment = { ...thisDevice(), gpu: { requestAdapter: async () => adapter } }
    const { engine } = await chooseEngine('webgpu', environment, ({ reason }) =>
      changes.push(reason),
    )
    expect(engine.name).toBe('tfjs-webgpu')
    const result = await engine.fit(problem, {
      onProgress: () => {
        if (engine.name === 'tfjs-webgpu') devices[0].destroy()
      },
    })
    await expectReference(result)
    expect(engine.name).toBe('tfjs-wasm')
    expect(changes).toEqual([expect.stringMatching(/^WebGPU: the device was lost .*; using WASM$/)])
    engine.dispose()
  })
})

test.each(['webgpu', 'wasm', 'js'] as const)('%s works in a dedicated worker', async (request) => {
  const worker = new Worker(new URL('./testWorker.ts', import.meta.url), { type: 'module' })
  try {
    const reply = await new Promise<WorkerReply>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<WorkerReply>) => resolve(data)
      worker.onerror = ({ message }) => reject(new Error(message))
      worker.postMessage({ request, problem } satisfies WorkerRequest)
    })
    if ('error' in reply) throw new Error(reply.error)
    expect(reply.name).toBe(request === 'js' ? 'js' : `tfjs-${request}`)
    await expectReference(reply.result)
  } finally {
    worker.terminate()
  }
})
