/** @module Choice of an engine on all kinds of devices, healthy and broken. */
import { expect, test, vi } from 'vitest'
import type { Gpu } from './adapter.ts'
import { chooseEngine } from './choose.ts'
import type { Engine } from './engine.ts'
import { adapterNamed, device, engineNamed, gpuWith, hardware, js } from './testEngines.ts'

test('a real adapter is used when nothing else is asked for', async () => {
  const { environment } = device({ gpu: gpuWith(hardware) })
  const { engine, reason } = await chooseEngine('auto', environment)
  expect(engine.name).toBe('wgsl')
  expect(reason).toBe('WebGPU: the wgsl test device passed its test fits')
})

test.each([
  [{ vendor: 'google', architecture: 'swiftshader' }],
  [{ vendor: 'mesa', device: 'llvmpipe (LLVM 19.1, 256 bits)' }],
  [{ description: 'Microsoft Basic Render Driver' }],
  [{ vendor: 'somebody', isFallbackAdapter: true }],
])('a software adapter %o is passed by, but used when WebGPU is asked for', async (info) => {
  const { environment } = device({ gpu: gpuWith(adapterNamed(info)) })
  const free = await chooseEngine('auto', environment)
  expect(free.engine.name).toBe('wasm')
  expect(free.reason).toMatch(/^WebGPU: only a software adapter \(.*\); using WASM$/)
  const forced = await chooseEngine('webgpu', environment)
  expect(forced.engine.name).toBe('wgsl')
  expect(forced.reason).toMatch(/^WebGPU, as asked for: /)
})

test.each<[string, Gpu | undefined, string]>([
  ['no WebGPU', undefined, 'WebGPU: this browser has none; using WASM'],
  ['no adapter', gpuWith(null), 'WebGPU: no adapter; using WASM'],
  [
    'an adapter request that throws',
    { requestAdapter: () => Promise.reject(new Error('blocked by policy')) },
    'WebGPU: blocked by policy; using WASM',
  ],
])('with %s a request for WebGPU ends at WASM and says why', async (_, gpu, expected) => {
  const { engine, reason } = await chooseEngine('webgpu', device({ gpu }).environment)
  expect(engine.name).toBe('wasm')
  expect(reason).toBe(expected)
  expect((await chooseEngine('auto', device({ gpu }).environment)).reason).toBe(expected)
})

test('every trouble on the way down is said', async () => {
  const { environment } = device({
    wasm: () => Promise.reject(new Error('compilation refused by policy')),
  })
  const { engine, reason } = await chooseEngine('webgpu', environment)
  expect(engine.name).toBe('js')
  expect(reason).toBe(
    'WebGPU: this browser has none; WASM: compilation refused by policy; using plain JavaScript',
  )
})

test('a GPU that returns zero gradients is caught, disposed of and not used', async () => {
  const silent = engineNamed('wgsl', (given) => js.fit({ ...given, steps: 0 }))
  const { environment } = device({ gpu: gpuWith(hardware), wgsl: async () => silent })
  const { engine, reason } = await chooseEngine('auto', environment)
  expect(engine.name).toBe('wasm')
  expect(reason).toMatch(/^WebGPU: wgsl computes wrongly: .*; using WASM$/)
  expect(silent.disposed()).toBe(true)
})

test('a driver that never answers is given up, and disposed of if it answers late', async () => {
  let answer: (engine: Engine) => void = () => {}
  const late = new Promise<Engine>((resolve) => {
    answer = resolve
  })
  const { environment, engines } = device({
    gpu: gpuWith(hardware),
    wgsl: () => late,
    patience: 1_000,
  })
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const choosing = chooseEngine('auto', environment)
    await vi.advanceTimersByTimeAsync(1_000)
    const { engine, reason } = await choosing
    expect(engine.name).toBe('wasm')
    expect(reason).toBe('WebGPU: no answer within 1 s; using WASM')
  } finally {
    vi.useRealTimers()
  }
  answer(engines.webgpu)
  await vi.waitFor(() => expect(engines.webgpu.disposed()).toBe(true))
})

test('without any engine that computes rightly, an error says all', async () => {
  const wrong = engineNamed('js', (given) => js.fit({ ...given, steps: 0 }))
  const { environment } = device({ js: async () => wrong })
  await expect(chooseEngine('js', environment)).rejects.toMatchObject({
    code: 'engine-unavailable',
    message: expect.stringMatching(/^No engine works here\. plain JavaScript: js computes wrongly/),
  })
})
