/** @module The choice of an engine on devices of every kind, healthy and broken. */
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { NearsideError } from '../protocol/error.ts'
import type { Adapter, Gpu } from './adapter.ts'
import { CALIBRATION_MS, type Calibration, calibrate } from './calibrate.ts'
import { canaryProblem } from './canary.ts'
import { chooseEngine, type EngineEnvironment } from './choose.ts'
import type { Engine, EngineName, FitResult } from './engine.ts'
import { createJsEngine } from './js.ts'
import { createResilientEngine } from './resilient.ts'
import { testProblem } from './testProblem.ts'

const js = createJsEngine()
const SIZE = { cases: 4, candidates: 6, parameters: 5, steps: 30 }
const larger = canaryProblem(SIZE)
const problem = testProblem({ seed: 1, cases: 3, candidates: 5, parameters: 4, steps: 6 })

interface TestEngine extends Engine {
  /** Makes every later fit fail like this. */
  breakWith(error: Error): void
  readonly disposed: () => boolean
}

/** Stands still but for the steps of test engines. */
let time = 0
const clock = () => time

/** @param pace milliseconds of a step */
function engineNamed(
  name: EngineName,
  answer: Engine['fit'] = js.fit,
  pace = name === 'wgsl' || name === 'tfjs-webgpu' ? 1 : 2,
): TestEngine {
  let fault: Error | null = null
  let disposed = false
  return {
    name,
    device: `the ${name} test device`,
    fit(given, options) {
      if (fault) return Promise.reject(fault)
      const onProgress = (done: number, steps: number) => {
        time += pace
        options?.onProgress?.(done, steps)
      }
      return answer(given, { ...options, onProgress })
    },
    dispose: () => {
      disposed = true
    },
    breakWith: (error) => {
      fault = error
    },
    disposed: () => disposed,
  }
}

function adapterNamed(info: Partial<GPUAdapterInfo>): Adapter {
  return { info, limits: {}, requestDevice: () => Promise.reject(new Error('not here')) } as Adapter
}

const hardware = adapterNamed({ vendor: 'nvidia', architecture: 'lovelace' })
const gpuWith = (adapter: Adapter | null): Gpu => ({ requestAdapter: async () => adapter })

/** A device on which every engine works, but for what `changes` says. */
function device(changes: Partial<EngineEnvironment['load']> & { gpu?: Gpu; patience?: number }) {
  const { gpu, patience = 60_000, ...load } = changes
  const engines = {
    webgpu: engineNamed('wgsl'),
    operations: engineNamed('tfjs-webgpu'),
    wasm: engineNamed('wasm'),
    'tfjs-wasm': engineNamed('tfjs-wasm'),
    cpu: engineNamed('tfjs-cpu'),
  }
  const environment: EngineEnvironment = {
    gpu,
    patience,
    clock,
    // Small, so that no real time passes.
    size: SIZE,
    load: {
      wgsl: async () => engines.webgpu,
      'tfjs-webgpu': async () => engines.operations,
      wasm: async () => engines.wasm,
      'tfjs-wasm': async () => engines['tfjs-wasm'],
      'tfjs-cpu': async () => engines.cpu,
      js: async () => js,
      ...load,
    },
  }
  return { environment, engines }
}

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

test('a device lost in the middle costs no fit: the next engine does it and says so', async () => {
  const { environment, engines } = device({ gpu: gpuWith(hardware) })
  const changes: string[] = []
  const { engine } = await chooseEngine('webgpu', environment, ({ reason }) => changes.push(reason))
  engines.webgpu.breakWith(new NearsideError('engine-failed', 'WebGPU: the device was lost (x)'))
  expect(await engine.fit(problem)).toEqual(await js.fit(problem))
  expect(engine.name).toBe('wasm')
  expect(engine.device).toBe('the wasm test device')
  expect(engines.webgpu.disposed()).toBe(true)
  engines.wasm.breakWith(new NearsideError('engine-failed', 'out of memory'))
  await engine.fit(problem)
  expect(changes).toEqual([
    'WebGPU: the device was lost (x); using WASM',
    'WASM: out of memory; using WASM of TensorFlow.js',
  ])
})

test('several fits that fail together change the engine once', async () => {
  const { environment, engines } = device({ gpu: gpuWith(hardware) })
  const onSwitch = vi.fn()
  const { engine } = await chooseEngine('webgpu', environment, onSwitch)
  engines.webgpu.breakWith(new NearsideError('engine-failed', 'lost'))
  const results = await Promise.all([1, 2, 3].map(() => engine.fit(problem)))
  const expected = await js.fit(problem)
  expect(results).toEqual([expected, expected, expected])
  expect(onSwitch).toHaveBeenCalledTimes(1)
  expect(engine.name).toBe('wasm')
})

test('what is the caller’s fault changes no engine', async () => {
  const { environment, engines } = device({ gpu: gpuWith(hardware) })
  const onSwitch = vi.fn()
  const { engine } = await chooseEngine('auto', environment, onSwitch)
  await expect(engine.fit({ ...problem, cases: 9 })).rejects.toMatchObject({
    code: 'input-invalid',
  })
  const signal = AbortSignal.abort()
  await expect(engine.fit(problem, { signal })).rejects.toMatchObject({ code: 'aborted' })
  expect(onSwitch).not.toHaveBeenCalled()
  expect(engines.webgpu.disposed()).toBe(false)
})

test('a problem that diverges in double precision too is refused and changes no engine', async () => {
  const { environment } = device({ gpu: gpuWith(hardware) })
  const { engine } = await chooseEngine('auto', environment)
  const wild = { ...problem, design: problem.design.map((value) => Math.sign(value) * 3e38) }
  await expect(engine.fit(wild)).rejects.toMatchObject({ code: 'fit-diverged' })
  expect(engine.name).toBe('wgsl')
})

test('an engine that diverges where double precision does not is replaced', async () => {
  const { environment, engines } = device({ gpu: gpuWith(hardware) })
  const { engine } = await chooseEngine('auto', environment)
  engines.webgpu.breakWith(new NearsideError('fit-diverged', 'NaN'))
  expect(await engine.fit(problem)).toEqual(await js.fit(problem))
  expect(engine.name).toBe('wasm')
})

test.each<[string, (result: FitResult) => FitResult]>([
  ['a parameter', (r) => ({ ...r, parameters: r.parameters.with(1, Number.NaN) })],
  ['the loss', (r) => ({ ...r, lossAfter: Number.POSITIVE_INFINITY })],
])('an engine that hands out %s that is no number is replaced', async (_, spoil) => {
  const spoiling = engineNamed('wgsl', async (given, options) => {
    const result = await js.fit(given, options)
    // Right in its test fits.
    return given === problem ? spoil(result) : result
  })
  const { environment } = device({ gpu: gpuWith(hardware), wgsl: async () => spoiling })
  const { engine } = await chooseEngine('auto', environment)
  expect(engine.name).toBe('wgsl')
  expect(await engine.fit(problem)).toEqual(await js.fit(problem))
  expect(engine.name).toBe('wasm')
  const onlyJs = engineNamed('js', async (given) => spoil(await js.fit(given)))
  const last = createResilientEngine(onlyJs, async () => null)
  await expect(last.fit(problem)).rejects.toMatchObject({ code: 'fit-diverged' })
})

test('disposing ends the engine in use', async () => {
  const { environment, engines } = device({ gpu: gpuWith(hardware) })
  const { engine } = await chooseEngine('auto', environment)
  engine.dispose()
  expect(engines.webgpu.disposed()).toBe(true)
})

describe('with a real adapter, GPU and WASM are measured against each other', () => {
  /** @param paces milliseconds of a step */
  function measured(paces: { gpu: number; wasm: number }, found: unknown = undefined) {
    const gpu = engineNamed('wgsl', js.fit, paces.gpu)
    const wasm = engineNamed('wasm', js.fit, paces.wasm)
    const loaded: string[] = []
    const load = (engine: TestEngine) => async () => {
      loaded.push(engine.name)
      return engine
    }
    const { environment } = device({ gpu: gpuWith(hardware), wgsl: load(gpu), wasm: load(wasm) })
    const memory = { read: vi.fn(async () => found), write: vi.fn(async (_: Calibration) => {}) }
    return { environment: { ...environment, memory }, memory, loaded, gpu, wasm }
  }

  test('the faster one is taken and the outcome kept', async () => {
    const { environment, memory, wasm } = measured({ gpu: 0.4, wasm: 0.9 })
    const { engine, reason } = await chooseEngine('auto', environment)
    expect(engine.name).toBe('wgsl')
    expect(reason).toBe('WebGPU: the wgsl test device passed its test fits')
    expect(memory.write).toHaveBeenCalledTimes(1)
    const [{ device: name, ...kept }] = memory.write.mock.calls[0]
    expect(name).toContain('nvidia lovelace')
    expect(kept.gpu).toBeCloseTo(30 * 0.4, 6)
    expect(kept.wasm).toBeCloseTo(30 * 0.9, 6)
    expect(wasm.disposed()).toBe(true)
  })

  test('a GPU that is slower is left, and the reason has both figures', async () => {
    const { environment, gpu, loaded } = measured({ gpu: 0.9, wasm: 0.4 })
    const { engine, reason } = await chooseEngine('auto', environment)
    expect(engine.name).toBe('wasm')
    expect(reason).toBe('WebGPU: a fit takes 27 ms, with WASM 12 ms; using WASM')
    expect(gpu.disposed()).toBe(true)
    expect(loaded).not.toContain('tfjs-webgpu')
  })

  test('what was kept is not measured again, and a slower GPU is not even loaded', async () => {
    const first = measured({ gpu: 0.9, wasm: 0.4 })
    await chooseEngine('auto', first.environment)
    const [kept] = first.memory.write.mock.calls[0]
    const second = measured({ gpu: 0.4, wasm: 0.9 }, kept)
    expect((await chooseEngine('auto', second.environment)).engine.name).toBe('wasm')
    expect(second.loaded).toEqual(['wasm'])
    const third = measured({ gpu: 0.9, wasm: 0.4 }, { ...kept, gpu: kept.wasm, wasm: kept.gpu })
    expect((await chooseEngine('auto', third.environment)).engine.name).toBe('wgsl')
    expect(third.loaded).toEqual(['wgsl'])
    for (const { memory } of [second, third]) expect(memory.write).not.toHaveBeenCalled()
  })

  test('another adapter or size is measured anew', async () => {
    const first = measured({ gpu: 0.4, wasm: 0.9 })
    await chooseEngine('auto', first.environment)
    const [kept] = first.memory.write.mock.calls[0]
    const other = measured({ gpu: 0.4, wasm: 0.9 }, kept)
    const size = { ...SIZE, cases: SIZE.cases + 1 }
    await chooseEngine('auto', { ...other.environment, size })
    const gpu = gpuWith(adapterNamed({ vendor: 'amd', architecture: 'rdna-3' }))
    await chooseEngine('auto', { ...other.environment, gpu })
    expect(other.memory.write).toHaveBeenCalledTimes(2)
  })

  test.each<unknown>([
    null,
    'junk',
    7,
    {},
    { device: 'x' },
    { gpu: Number.NaN, wasm: 1 },
    { gpu: -1, wasm: 1 },
    { gpu: '1', wasm: 2 },
  ])('a memory that holds %o is measured over', async (found) => {
    const known = measured({ gpu: 0.4, wasm: 0.9 })
    await chooseEngine('auto', known.environment)
    const [{ device: name }] = known.memory.write.mock.calls[0]
    const junk = typeof found === 'object' && found !== null ? { device: name, ...found } : found
    const { environment, memory } = measured({ gpu: 0.4, wasm: 0.9 }, junk)
    expect((await chooseEngine('auto', environment)).engine.name).toBe('wgsl')
    expect(memory.write).toHaveBeenCalledTimes(1)
  })

  test('a memory that fails costs a measurement and no more', async () => {
    const { environment, memory } = measured({ gpu: 0.4, wasm: 0.9 })
    memory.read.mockRejectedValue(new Error('storage is gone'))
    memory.write.mockRejectedValue(new Error('storage is gone'))
    expect((await chooseEngine('auto', environment)).engine.name).toBe('wgsl')
  })

  test('it takes 20 ms of the device at most', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: 0.05, max: 40, noNaN: true }),
        fc.double({ min: 0.05, max: 40, noNaN: true }),
        async (gpu, wasm) => {
          time = 0
          const on = (name: EngineName, pace: number) => engineNamed(name, js.fit, pace)
          const known = await calibrate('x', on('wgsl', gpu), on('wasm', wasm), larger, clock)
          // A step that has begun is finished.
          expect(time).toBeLessThanOrEqual(CALIBRATION_MS + gpu + wasm)
          if (!known) return
          expect(known.gpu).toBeCloseTo(30 * gpu, 6)
          expect(known.wasm).toBeCloseTo(30 * wasm, 6)
        },
      ),
    )
  })

  test('where it does not tell, WASM is used, and nothing is kept', async () => {
    for (const paces of [
      { gpu: 25, wasm: 0.4 },
      // A clock that is held back for privacy.
      { gpu: 0, wasm: 0 },
    ]) {
      const { environment, memory } = measured(paces)
      const { engine, reason } = await chooseEngine('auto', environment)
      expect(engine.name).toBe('wasm')
      expect(reason).toBe('WebGPU: not seen to be faster than WASM within 20 ms; using WASM')
      expect(memory.write).not.toHaveBeenCalled()
    }
  })

  test('a GPU that does not answer is not waited for', async () => {
    const silent = engineNamed('wgsl', (given, options) =>
      given.steps === SIZE.steps ? new Promise(() => {}) : js.fit(given, options),
    )
    const { environment } = measured({ gpu: 1, wasm: 1 })
    const load = { ...environment.load, wgsl: async () => silent }
    expect((await chooseEngine('auto', { ...environment, load })).engine.name).toBe('wasm')
    expect(silent.disposed()).toBe(true)
  })

  test('who asks for WebGPU gets it unmeasured', async () => {
    const { environment, loaded } = measured({ gpu: 0.9, wasm: 0.4 })
    expect((await chooseEngine('webgpu', environment)).engine.name).toBe('wgsl')
    expect(loaded).toEqual(['wgsl'])
  })

  test('without WASM the GPU has no rival', async () => {
    const { environment } = measured({ gpu: 0.9, wasm: 0.4 })
    const wasm = () => Promise.reject(new Error('forbidden by policy'))
    const load = { ...environment.load, wasm }
    expect((await chooseEngine('auto', { ...environment, load })).engine.name).toBe('wgsl')
  })
})
