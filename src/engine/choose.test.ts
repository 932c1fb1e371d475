/** @module Tests the choice of an engine on many kinds of devices, healthy and broken. */
import { expect, test, vi } from 'vitest'
import type { Gpu } from './adapter.ts'
import { chooseEngine } from './choose.ts'
import type { Engine } from './engine.ts'
import { device, engineNamed, gpuWith, hardware, js } from './testEngines.ts'

test('auto chooses WASM, without a search for a GPU and without loading WebGPU', async () => {
  const requestAdapter = vi.fn(async () => hardware)
  const wgsl = vi.fn(async () => engineNamed('wgsl'))
  const { environment } = device({ gpu: { requestAdapter }, wgsl })
  const { engine, reason } = await chooseEngine('auto', environment)
  expect(engine.name).toBe('wasm')
  expect(reason).toBe('WASM: the wasm test device passed its test fit')
  expect(requestAdapter).not.toHaveBeenCalled()
  expect(wgsl).not.toHaveBeenCalled()
})

test.each([
  ['webgpu', 'wgsl', 'WebGPU, as asked for: the wgsl test device passed its test fit'],
  ['wasm', 'wasm', 'WASM, as asked for: the wasm test device passed its test fit'],
  ['js', 'js', expect.stringMatching(/^plain JavaScript, as asked for: /)],
] as const)('if the engine %s is requested, it does the fits', async (request, name, why) => {
  const { environment } = device({ gpu: gpuWith(hardware) })
  const { engine, reason } = await chooseEngine(request, environment)
  expect(engine.name).toBe(name)
  expect(reason).toEqual(why)
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
    const { engine, reason } = await chooseEngine('webgpu', device({ gpu }).environment)
    expect(engine.name).toBe('wasm')
    expect(reason).toBe(expected)
  },
)

test('without WASM, plain JavaScript does the fits', async () => {
  const wasm = () => Promise.reject(new Error('compilation refused by policy'))
  const { environment } = device({ gpu: gpuWith(hardware), wasm })
  const { engine, reason } = await chooseEngine('auto', environment)
  expect(engine.name).toBe('js')
  expect(reason).toBe('WASM: compilation refused by policy; using plain JavaScript')
})

test('the reason of a choice lists every engine that failed before the chosen engine', async () => {
  const { environment } = device({
    wasm: () => Promise.reject(new Error('compilation refused by policy')),
  })
  const { engine, reason } = await chooseEngine('webgpu', environment)
  expect(engine.name).toBe('js')
  expect(reason).toBe(
    'WebGPU: this browser has none; WASM: compilation refused by policy; using plain JavaScript',
  )
})

test('an engine whose GPU returns zero gradients is rejected and disposed of', async () => {
  const silent = engineNamed('wgsl', (given) => js.fit({ ...given, steps: 0 }))
  const { environment } = device({ gpu: gpuWith(hardware), wgsl: async () => silent })
  const { engine, reason } = await chooseEngine('webgpu', environment)
  expect(engine.name).toBe('wasm')
  expect(reason).toMatch(/^WebGPU: wgsl computes wrongly: .*; using WASM$/)
  expect(silent.disposed()).toBe(true)
})

test('an adapter request that is never answered is abandoned', async () => {
  const gpu = { requestAdapter: () => new Promise<never>(() => {}) }
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const choosing = chooseEngine('webgpu', device({ gpu, patience: 1_000 }).environment)
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
    const choosing = chooseEngine('webgpu', environment)
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
  await expect(chooseEngine('js', environment)).rejects.toMatchObject({
    code: 'engine-unavailable',
    message: expect.stringMatching(/^No engine works here\. plain JavaScript: js computes wrongly/),
  })
})
