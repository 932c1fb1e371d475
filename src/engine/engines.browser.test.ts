/**
 * @module The engines in a real browser: WebGPU on its software adapter, TensorFlow.js' WASM from
 * our own origin, in the page and in a dedicated worker.
 */
import * as tf from '@tensorflow/tfjs-core'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { encode } from '../model/encoder.ts'
import { tinyModel } from '../model/tinyModel.ts'
import type { Adapter } from './adapter.ts'
import { chooseEngine, thisDevice } from './choose.ts'
import { createFastEncoder } from './encoder/encoder.ts'
import type { Engine, FitOptions, FitResult } from './engine.ts'
import { countGpuCalls } from './gpuCalls.ts'
import { createJsEngine } from './js.ts'
import { PERSONAL_SHAPE, type TestShape, testProblem } from './testProblem.ts'
import type { WorkerReply, WorkerRequest } from './testWorker.ts'
import { createTfjsWasmEngine } from './tfjs/wasm.ts'
import { createTfjsWebgpuEngine } from './tfjs/webgpu.ts'
import { createWasmEngine } from './wasm/wasmEngine.ts'

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

const allocatedBytes = () =>
  (tf.engine().registry.webgpu.memory() as { numBytesAllocatedInGPU?: number })
    .numBytesAllocatedInGPU

test.each([
  ['operations', 'tfjs-webgpu', 2],
  ['fused', 'wgsl', 8],
] as const)('WebGPU by %s: right, and constant in memory', async (kernels, name, fits) => {
  const { adapter } = await watchedAdapter()
  const engine = await createTfjsWebgpuEngine(adapter, kernels)
  expect(engine.name).toBe(name)
  expect(engine.device).toMatch(/swiftshader.*\(software\)/)
  const done: number[] = []
  await expectReference(await engine.fit(problem, { onProgress: (n) => done.push(n) }))
  expect(done).toEqual([10, 12])
  const bytes = allocatedBytes()
  expect(bytes).toBeGreaterThan(0)
  for (let seed = 2; seed < 2 + fits; seed++) {
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
    engine = await createTfjsWebgpuEngine(adapter)
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
  ])('are right for %s', async (_, shape) => {
    const given = testProblem(shape)
    const { parameters } = await engine.fit(given)
    const reference = await js.fit(given)
    parameters.forEach((value, j) => {
      expect(Math.abs(value - reference.parameters[j])).toBeLessThan(1e-4)
    })
  })

  test('need five dispatches a step and nothing else, and one readback a fit', async () => {
    const during = async (steps: number) => {
      const { calls, stop } = countGpuCalls()
      await engine.fit({ ...problem, steps }).finally(stop)
      return calls
    }
    const short = await during(10)
    const long = await during(60)
    expect(long.dispatches - short.dispatches).toBe(5 * 50)
    // Ten steps a submit.
    expect(long.submits - short.submits).toBe(5)
    expect(long.bindGroupCreations).toBe(5)
    expect(long.pipelineCreations).toBe(0)
    expect(long.bufferWrites).toBe(0)
    expect(long.readbacks).toBe(1)
    // The step-size table grows with the steps, so at most its buffers are new.
    expect(long.bufferCreations).toBeLessThanOrEqual(short.bufferCreations + 4)
    const again = await during(60)
    await during(10)
    const shortAgain = await during(10)
    expect(again.bufferCreations).toBe(shortAgain.bufferCreations)
  })

  test('give the same bits again', async () => {
    expect(await engine.fit(problem)).toEqual(await engine.fit(problem))
  })

  test('stop when asked to and serve the next fit', async () => {
    const controller = new AbortController()
    const fit = engine.fit(problem, {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    })
    await expect(fit).rejects.toMatchObject({ code: 'aborted' })
    await expectReference(await engine.fit(problem))
  })

  test('report a device destroyed in the middle of a fit, instead of waiting without end', async () => {
    const fit = engine.fit(problem, { onProgress: () => device.destroy() })
    await expect(fit).rejects.toMatchObject({
      code: 'engine-failed',
      message: expect.stringContaining('the device was lost'),
    })
    await expect(engine.fit(problem)).rejects.toMatchObject({ code: 'engine-failed' })
    expect(tf.engine().state.numTensors).toBe(0)
  })

  test('work again on a new device after that', async () => {
    engine.dispose()
    const { adapter } = await watchedAdapter()
    engine = await createTfjsWebgpuEngine(adapter)
    await expectReference(await engine.fit(problem))
  })

  test('leave a WebGPU backend that is there already to its owner', async () => {
    const { adapter } = await watchedAdapter()
    await expect(createTfjsWebgpuEngine(adapter)).rejects.toMatchObject({
      code: 'engine-unavailable',
      message: expect.stringContaining('already has a WebGPU backend'),
    })
    await expectReference(await engine.fit(problem))
  })
})

test('tfjs-wasm comes from our own origin and keeps no tensor over 100 fits', async () => {
  const engine = await createTfjsWasmEngine()
  await expectReference(await engine.fit(problem))
  const small = testProblem({ ...SHAPE, cases: 6, candidates: 9, steps: 5 })
  await engine.fit(small)
  const before = tf.engine().state.numTensors
  for (let i = 0; i < 100; i++) await engine.fit(small)
  expect(tf.engine().state.numTensors).toBe(before)
  const files = performance
    .getEntriesByType('resource')
    .map(({ name }) => new URL(name))
    .filter(({ pathname }) => pathname.endsWith('.wasm'))
  expect(files.length).toBeGreaterThan(0)
  for (const { origin } of files) expect(origin).toBe(location.origin)
  engine.dispose()
})

describe('the choice on this browser', () => {
  test('goes past the software adapter unless it is asked for', async () => {
    const { engine, reason } = await chooseEngine('auto')
    expect(engine.name).toBe('wasm')
    expect(reason).toMatch(/only a software adapter \(.*swiftshader/)
  })

  test('a GPU lost during a fit hands over to WASM, which does that fit', async () => {
    const { adapter, devices } = await watchedAdapter()
    const changes: string[] = []
    const environment = { ...thisDevice(), gpu: { requestAdapter: async () => adapter } }
    const { engine } = await chooseEngine('webgpu', environment, ({ reason }) =>
      changes.push(reason),
    )
    expect(engine.name).toBe('wgsl')
    const result = await engine.fit(problem, {
      onProgress: () => {
        if (engine.name === 'wgsl') devices[0].destroy()
      },
    })
    await expectReference(result)
    expect(engine.name).toBe('wasm')
    expect(changes).toEqual([expect.stringMatching(/^WebGPU: the device was lost .*; using WASM$/)])
    engine.dispose()
  })
})

describe('a GPU that is lost at any step', () => {
  const small = testProblem({ ...SHAPE, cases: 6, candidates: 20, steps: 25 })
  type Moment = (device: GPUDevice) => { readonly undo?: () => void; readonly during?: FitOptions }

  /** Destroys the device when it is handed its n-th command buffer of the fit, or right after. */
  const atSubmit =
    (n: number, when: 'before' | 'after'): Moment =>
    (device) => {
      const { queue } = device
      const submit = queue.submit
      let seen = 0
      queue.submit = (buffers) => {
        const handed = [...buffers]
        if (handed.length > 0) seen++
        if (seen === n && when === 'before') device.destroy()
        submit.call(queue, handed)
        if (seen === n && when === 'after') device.destroy()
      }
      return {}
    }
  const atReadback: Moment = (device) => {
    const { mapAsync } = GPUBuffer.prototype
    GPUBuffer.prototype.mapAsync = function (...args) {
      device.destroy()
      return mapAsync.apply(this, args)
    }
    return {
      undo: () => {
        GPUBuffer.prototype.mapAsync = mapAsync
      },
    }
  }
  const atProgress =
    (step: number): Moment =>
    (device) => ({ during: { onProgress: (done) => done === step && device.destroy() } })
  const beforehand: Moment = (device) => {
    device.destroy()
    return {}
  }

  test.each<[string, Moment]>([
    ['before the fit', beforehand],
    // Upload, three handovers of at most ten steps, and the copy that is read back.
    ...[1, 2, 3, 4, 5].flatMap((n): [string, Moment][] => [
      [`before submit ${n}`, atSubmit(n, 'before')],
      [`after submit ${n}`, atSubmit(n, 'after')],
    ]),
    ...[10, 20, 25].map((n): [string, Moment] => [`after step ${n}`, atProgress(n)]),
    ['at the readback', atReadback],
  ])('%s: WASM does the fit, as if nothing had happened', async (_, moment) => {
    const { adapter, devices } = await watchedAdapter()
    const changes: string[] = []
    const environment = {
      ...thisDevice(),
      gpu: { requestAdapter: async () => adapter },
      size: { cases: 4, candidates: 8, parameters: 6, steps: 2 },
    }
    const onSwitch = ({ reason }: { readonly reason: string }) => changes.push(reason)
    const { engine } = await chooseEngine('webgpu', environment, onSwitch)
    expect(engine.name).toBe('wgsl')
    const { undo, during } = moment(devices[0])
    try {
      expect(await engine.fit(small, during)).toEqual(await (await createWasmEngine()).fit(small))
    } finally {
      undo?.()
    }
    expect(engine.name).toBe('wasm')
    expect(changes).toEqual([expect.stringMatching(/^WebGPU: .*; using WASM$/)])
    engine.dispose()
  })

  test('a fit has those five submits and no more', async () => {
    const { adapter } = await watchedAdapter()
    const engine = await createTfjsWebgpuEngine(adapter)
    const { calls, stop } = countGpuCalls()
    await engine.fit(small).finally(stop)
    expect(calls.submits).toBe(5)
    engine.dispose()
  })
})

test('a software adapter in disguise is found out by the calibration, in 20 ms', async () => {
  const { adapter } = await watchedAdapter()
  const info = { vendor: 'nvidia', architecture: 'lovelace' } as GPUAdapterInfo
  const requestAdapter = async () => ({ ...adapter, info })
  const { engine, reason } = await chooseEngine('auto', {
    ...thisDevice(),
    gpu: { requestAdapter },
  })
  expect(engine.name).toBe('wasm')
  expect(reason).toMatch(/^WebGPU: (not seen to be faster|a fit takes \d+ ms).*; using WASM$/)
  engine.dispose()
})

describe('with things taken away from this page', () => {
  afterEach(() => void vi.unstubAllGlobals())

  test.each<[string, string, () => void]>([
    [
      'WebGPU',
      'wasm',
      () => vi.stubGlobal('navigator', { userAgent: navigator.userAgent, gpu: undefined }),
    ],
    ['WebAssembly', 'js', () => vi.stubGlobal('WebAssembly', undefined)],
    [
      'SIMD',
      'js',
      () => {
        const real = WebAssembly
        // As an engine without SIMD answers: 0xfd is no opcode to it.
        const refuse = async () => {
          throw new real.CompileError('invalid opcode 0xfd')
        }
        vi.stubGlobal('WebAssembly', { ...real, Memory: real.Memory, compile: refuse })
      },
    ],
    ['workers', 'wasm', () => vi.stubGlobal('Worker', undefined)],
    [
      'all of it',
      'js',
      () => {
        vi.stubGlobal('navigator', { userAgent: navigator.userAgent, gpu: undefined })
        vi.stubGlobal('WebAssembly', undefined)
        vi.stubGlobal('Worker', undefined)
      },
    ],
  ])('without %s, %s fits and encodes rightly', async (_, name, takeAway) => {
    const model = tinyModel(20)
    const time = 1_700_000_000_000
    const history = Array.from({ length: 60 }, (__, i) => ({
      item: (7 * i) % 20,
      name: 'view_item' as const,
      time: time + 3_600_000 * i,
      session: 's',
    }))
    takeAway()
    const { engine } = await chooseEngine('auto')
    expect(engine.name).toBe(name)
    await expectReference(await engine.fit(problem))
    const encoder = createFastEncoder(model)
    for (const length of [1, 20, 50, 60]) {
      const part = history.slice(0, length)
      expect(encoder(part, time)).toEqual(encode(model, part, time))
    }
    engine.dispose()
  })
})

test.each(['webgpu', 'wasm', 'cpu', 'js'] as const)(
  '%s works in a dedicated worker',
  async (request) => {
    const worker = new Worker(new URL('./testWorker.ts', import.meta.url), { type: 'module' })
    try {
      const reply = await new Promise<WorkerReply>((resolve, reject) => {
        worker.onmessage = ({ data }: MessageEvent<WorkerReply>) => resolve(data)
        worker.onerror = ({ message }) => reject(new Error(message))
        worker.postMessage({ request, problem } satisfies WorkerRequest)
      })
      if ('error' in reply) throw new Error(reply.error)
      expect(reply.name).toBe({ webgpu: 'wgsl', wasm: 'wasm', cpu: 'tfjs-cpu', js: 'js' }[request])
      await expectReference(reply.result)
      // TensorFlow.js is fetched where it is used, and nowhere else.
      if (request === 'wasm')
        expect(reply.fetched.some((path) => path.endsWith('/wasmEngine.ts'))).toBe(true)
      const theirs = reply.fetched.filter((path) => /tensorflow|tfjs/i.test(path))
      if (request === 'webgpu' || request === 'cpu')
        expect(theirs.some((path) => path.includes('tfjs-core'))).toBe(true)
      else expect(theirs).toEqual([])
    } finally {
      worker.terminate()
    }
  },
)
