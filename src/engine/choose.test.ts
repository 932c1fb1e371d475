/** @module Tests the choice of an engine on many kinds of devices, healthy and broken. */
import { expect, test, vi } from 'vitest'
import type { Gpu } from './adapter.ts'
import { chooseEngine } from './choose.ts'
import type { Engine } from './engine.ts'
import {
  adapterNamed,
  device,
  engineNamed,
  gpuWith,
  hardware,
  js,
  LARGE,
  LARGEST_FIT,
} from './testEngines.ts'

test('auto chooses WASM for the largest fit that Nearside makes, without a search for a GPU and without loading WebGPU', async () => {
  const requestAdapter = vi.fn(async () => hardware)
  const wgsl = vi.fn(async () => engineNamed('wgsl'))
  const { environment } = device({ gpu: { requestAdapter }, wgsl })
  const { engine, reason } = await chooseEngine('auto', LARGEST_FIT, environment)
  expect(engine.name).toBe('wasm')
  expect(reason).toBe('WASM: the wasm test device passed its test fit')
  expect(requestAdapter).not.toHaveBeenCalled()
  expect(wgsl).not.toHaveBeenCalled()
})

test('auto chooses WebGPU on a hardware adapter, for fits larger than any that Nearside makes', async () => {
  const { environment } = device({ gpu: gpuWith(hardware) })
  const { engine, reason } = await chooseEngine('auto', LARGE, environment)
  expect(engine.name).toBe('wgsl')
  expect(reason).toBe('WebGPU: the wgsl test device passed its test fit')
})

test.each([
  ['webgpu', 'wgsl'],
  ['wasm', 'wasm'],
  ['js', 'js'],
] as const)('if the engine %s is requested, it does fits of any size', async (request, name) => {
  for (const work of [0, LARGEST_FIT, LARGE]) {
    const { environment } = device({ gpu: gpuWith(hardware) })
    expect((await chooseEngine(request, work, environment)).engine.name).toBe(name)
  }
})

test.each([
  [{ vendor: 'google', architecture: 'swiftshader' }],
  [{ vendor: 'mesa', device: 'llvmpipe (LLVM 19.1, 256 bits)' }],
  [{ description: 'Microsoft Basic Render Driver' }],
  [{ vendor: 'somebody', isFallbackAdapter: true }],
])('auto skips a software adapter %o; a request for WebGPU uses it', async (info) => {
  const { environment } = device({ gpu: gpuWith(adapterNamed(info)) })
  const free = await chooseEngine('auto', LARGE, environment)
  expect(free.engine.name).toBe('wasm')
  expect(free.reason).toMatch(/^WebGPU: only a software adapter \(.*\); using WASM$/)
  const forced = await chooseEngine('webgpu', LARGE, environment)
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
])(
  'with %s, a request for WebGPU gives WASM, and the reason says why',
  async (_, gpu, expected) => {
    const { engine, reason } = await chooseEngine('webgpu', LARGE, device({ gpu }).environment)
    expect(engine.name).toBe('wasm')
    expect(reason).toBe(expected)
    expect((await chooseEngine('auto', LARGE, device({ gpu }).environment)).reason).toBe(expected)
  },
)

test('without WASM, plain JavaScript does the fits', async () => {
  const wasm = () => Promise.reject(new Error('compilation refused by policy'))
  const { environment } = device({ gpu: gpuWith(hardware), wasm })
  const { engine, reason } = await chooseEngine('auto', LARGEST_FIT, environment)
  expect(engine.name).toBe('js')
  expect(reason).toBe('WASM: compilation refused by policy; using plain JavaScript')
})

test('the reason of a choice lists every engine that failed before the chosen engine', async () => {
  const { environment } = device({
    wasm: () => Promise.reject(new Error('compilation refused by policy')),
  })
  const { engine, reason } = await chooseEngine('webgpu', LARGE, environment)
  expect(engine.name).toBe('js')
  expect(reason).toBe(
    'WebGPU: this browser has none; WASM: compilation refused by policy; using plain JavaScript',
  )
})

test('an engine whose GPU returns zero gradients is rejected and disposed of', async () => {
  const silent = engineNamed('wgsl', (given) => js.fit({ ...given, steps: 0 }))
  const { environment } = device({ gpu: gpuWith(hardware), wgsl: async () => silent })
  const { engine, reason } = await chooseEngine('auto', LARGE, environment)
  expect(engine.name).toBe('wasm')
  expect(reason).toMatch(/^WebGPU: wgsl computes wrongly: .*; using WASM$/)
  expect(silent.disposed()).toBe(true)
})

test('an adapter request that is never answered is abandoned', async () => {
  const gpu = { requestAdapter: () => new Promise<never>(() => {}) }
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const choosing = chooseEngine('webgpu', LARGE, device({ gpu, patience: 1_000 }).environment)
    await vi.advanceTimersByTimeAsync(1_000)
    expect((await choosing).reason).toBe('WebGPU: no answer within 1 s; using WASM')
  } finally {
    vi.useRealTimers()
  }
})

test('a driver that does not answer in time is abandoned, and its device is disposed of if the driver answers late', async () => {
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
    const choosing = chooseEngine('auto', LARGE, environment)
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

test('if no engine computes correctly, the error lists the failures', async () => {
  const wrong = engineNamed('js', (given) => js.fit({ ...given, steps: 0 }))
  const { environment } = device({ js: async () => wrong })
  await expect(chooseEngine('js', LARGE, environment)).rejects.toMatchObject({
    code: 'engine-unavailable',
    message: expect.stringMatching(/^No engine works here\. plain JavaScript: js computes wrongly/),
  })
})
