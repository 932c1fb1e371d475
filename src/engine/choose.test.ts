/** @module The choice of an engine on devices of every kind, healthy and broken. */
import { expect, test, vi } from 'vitest'
import type { Gpu } from './adapter.ts'
import { chooseEngine } from './choose.ts'
import type { Engine, EngineName } from './engine.ts'
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
    'tfjs-wasm': () => Promise.reject(new Error('not served')),
    'tfjs-cpu': () => Promise.reject(new Error('chunk not found')),
  })
  const { engine, reason } = await chooseEngine('webgpu', environment)
  expect(engine.name).toBe('js')
  expect(reason).toBe(
    'WebGPU: this browser has none; WASM: compilation refused by policy; ' +
      'WASM of TensorFlow.js: not served; TensorFlow.js on the CPU: chunk not found; using plain JavaScript',
  )
})

test('a GPU that returns zero gradients is caught, disposed of and not used', async () => {
  const silent = (name: EngineName) => engineNamed(name, (given) => js.fit({ ...given, steps: 0 }))
  const ours = silent('wgsl')
  const theirs = silent('tfjs-webgpu')
  const first = device({ gpu: gpuWith(hardware), wgsl: async () => ours })
  const second = await chooseEngine('auto', first.environment)
  expect(second.engine.name).toBe('tfjs-webgpu')
  expect(second.reason).toMatch(
    /^WebGPU: wgsl computes wrongly: .*; using WebGPU with the kernels of TensorFlow.js$/,
  )
  const load = { ...first.environment.load, 'tfjs-webgpu': async () => theirs }
  const third = await chooseEngine('auto', { ...first.environment, load })
  expect(third.engine.name).toBe('wasm')
  expect(third.reason).toMatch(/wgsl computes wrongly.*tfjs-webgpu computes wrongly/)
  expect(ours.disposed() && theirs.disposed()).toBe(true)
})

test('a driver that never answers is given up, and disposed of if it answers late', async () => {
  let answer: (engine: Engine) => void = () => {}
  const late = new Promise<Engine>((resolve) => {
    answer = resolve
  })
  const { environment, engines } = device({
    gpu: gpuWith(hardware),
    wgsl: () => late,
    'tfjs-webgpu': () => Promise.reject(new Error('none either')),
    patience: 1_000,
  })
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const choosing = chooseEngine('auto', environment)
    await vi.advanceTimersByTimeAsync(1_000)
    const { engine, reason } = await choosing
    expect(engine.name).toBe('wasm')
    expect(reason).toBe(
      'WebGPU: no answer within 1 s; WebGPU with the kernels of TensorFlow.js: none either; ' +
        'using WASM',
    )
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

test('that WASM goes on without its threads is said, with the engine in use', async () => {
  let degraded: (reason: string) => void = () => {}
  const { environment } = device({
    wasm: async (say) => {
      degraded = say
      return engineNamed('wasm')
    },
  })
  const said = vi.fn()
  const { engine } = await chooseEngine('wasm', environment, said)
  degraded('a thread failed')
  expect(said.mock.calls).toEqual([[{ engine, reason: 'a thread failed' }]])
})
