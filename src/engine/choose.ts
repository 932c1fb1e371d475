/**
 * @module Which engine fits the personal model on this device, and why, in words for the console.
 *
 * Measured by fits of the size of training, 64 cases × 256 candidates × 88 parameters, 30 steps, as
 * `nearside bench train` does (Chromium 156 on two Zen 4 cores without a GPU; milliseconds a fit, the
 * best of some rounds, since the machine was shared; every engine within 1e-6 of the JS engine; tfjs-*
 * is `operations.ts`, which is faster than the plain TensorFlow.js of the benchmark):
 *
 * | engine | a fit | first fit with loading | download, gzip |
 * |---|---|---|---|
 * | wasm | 23 | 38 | 2 KB |
 * | js | 71 | 78 | 0 |
 * | tfjs-wasm | 68 | 150 | 213 KB |
 * | tfjs-cpu | 370 | 530 | 79 KB |
 * | wgsl, on SwiftShader | 705 | 810 | 40 KB |
 * | tfjs-webgpu, on SwiftShader | 23,700 | 24,600 | 123 KB |
 *
 * So without a GPU `auto` takes our WASM kernels. With a GPU the two are measured against each other
 * (`calibrate.ts`), and where the time for that does not tell, WASM it is.
 */
import { NearsideError } from '../core/error.ts'
import { type Adapter, describeAdapter, type Gpu, isSoftware } from './adapter.ts'
import {
  CALIBRATION_MS,
  type Calibration,
  type CalibrationMemory,
  calibrate,
  calibrationName,
  type ProblemSize,
  recall,
} from './calibrate.ts'
import { canaryProblem, PERSONAL_SIZE, runCanary } from './canary.ts'
import type { Engine, EngineName } from './engine.ts'
import { createJsEngine } from './js.ts'
import { createResilientEngine, type EngineChoice } from './resilient.ts'

export type { EngineChoice } from './resilient.ts'

/** As `EnginePreference` of the public surface. */
export type EngineRequest = 'auto' | 'webgpu' | 'wasm' | 'cpu' | 'js'

/** What a choice depends on, so that tests can put any device in its place. */
export interface EngineEnvironment {
  /** `navigator.gpu`; absent where the browser has no WebGPU. */
  readonly gpu?: Gpu
  readonly load: {
    readonly wgsl: (adapter: Adapter) => Promise<Engine>
    readonly 'tfjs-webgpu': (adapter: Adapter) => Promise<Engine>
    /** `degraded`: told in words when it goes on with less of the processor than it began with. */
    readonly wasm: (degraded: (reason: string) => void) => Promise<Engine>
    readonly 'tfjs-wasm': () => Promise<Engine>
    readonly 'tfjs-cpu': () => Promise<Engine>
    readonly js: () => Promise<Engine>
  }
  /** How long an engine may take to load and to pass its canary, in milliseconds. */
  readonly patience: number
  /** For durations, in milliseconds. */
  readonly clock: () => number
  /** Of the fits that the engine is for. */
  readonly size: ProblemSize
  /** Without one, a GPU is measured at every start. */
  readonly memory?: CalibrationMemory
}

/** Software adapters compile shaders for some 10 s, on a busy machine longer. */
const PATIENCE_MS = 60_000

const LABEL: Readonly<Record<EngineName, string>> = {
  wgsl: 'WebGPU',
  'tfjs-webgpu': 'WebGPU with the kernels of TensorFlow.js',
  wasm: 'WASM',
  'tfjs-wasm': 'WASM of TensorFlow.js',
  'tfjs-cpu': 'TensorFlow.js on the CPU',
  js: 'plain JavaScript',
}

/** Where each request looks, in this order. */
const ORDER: Readonly<Record<EngineRequest, readonly EngineName[]>> = {
  auto: ['wgsl', 'tfjs-webgpu', 'wasm', 'js'],
  webgpu: ['wgsl', 'tfjs-webgpu', 'wasm', 'tfjs-wasm', 'tfjs-cpu', 'js'],
  wasm: ['wasm', 'tfjs-wasm', 'tfjs-cpu', 'js'],
  cpu: ['tfjs-cpu', 'js'],
  js: ['js'],
}

type GpuEngineName = 'wgsl' | 'tfjs-webgpu'

function needsGpu(name: EngineName): name is GpuEngineName {
  return name === 'wgsl' || name === 'tfjs-webgpu'
}

/** This page or worker. TensorFlow.js is loaded only when one of its engines is tried. */
export function thisDevice(): EngineEnvironment {
  const { navigator } = globalThis as { navigator?: { gpu?: Gpu } }
  return {
    gpu: navigator?.gpu,
    load: {
      wgsl: async (adapter) =>
        (await import('./tfjs/webgpu.ts')).createTfjsWebgpuEngine(adapter, 'fused'),
      'tfjs-webgpu': async (adapter) =>
        (await import('./tfjs/webgpu.ts')).createTfjsWebgpuEngine(adapter, 'operations'),
      wasm: async (degraded) => {
        const { createWasmEngine } = await import('./wasm/wasmEngine.ts')
        return createWasmEngine(async () =>
          (await import('./threads/threads.ts')).threadsHere(degraded),
        )
      },
      'tfjs-wasm': async () => (await import('./tfjs/wasm.ts')).createTfjsWasmEngine(),
      'tfjs-cpu': async () => (await import('./tfjs/cpu.ts')).createTfjsCpuEngine(),
      js: async () => createJsEngine(),
    },
    patience: PATIENCE_MS,
    clock: () => performance.now(),
    size: PERSONAL_SIZE,
  }
}

/** Rejects after `milliseconds`: drivers have been seen never to answer. */
async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const message = `no answer within ${milliseconds / 1000} s`
      reject(new NearsideError('engine-unavailable', message))
    }, milliseconds)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

function unavailable(why: string): never {
  throw new NearsideError('engine-unavailable', why)
}

async function findAdapter(environment: EngineEnvironment, anyAdapter: boolean): Promise<Adapter> {
  if (!environment.gpu) unavailable('this browser has none')
  const adapter = await environment.gpu.requestAdapter({ powerPreference: 'high-performance' })
  if (!adapter) unavailable('no adapter')
  if (isSoftware(adapter) && !anyAdapter)
    unavailable(`only a software adapter (${describeAdapter(adapter)})`)
  return adapter
}

/** An engine that has passed its canary. */
async function tried(
  loading: Promise<Engine>,
  { patience, size }: EngineEnvironment,
): Promise<Engine> {
  let given: Engine | undefined
  try {
    given = await within(patience, loading)
    await within(patience, runCanary(given, size))
    return given
  } catch (error) {
    if (given) given.dispose()
    // One that arrives too late must not keep its device.
    else
      void loading.then(
        (late) => late.dispose(),
        () => {},
      )
    throw error
  }
}

function wordsOf(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error)
  return words.replace(/^WebGPU: /, '')
}

/**
 * Finds the engine for `request`, tries it on problems with known answers, and falls back where it
 * is missing or wrong. The engine that is returned goes on with the next one when it fails later.
 * @param onSwitch told of every later change of engine or of its threads, with the reason in words
 * @throws NearsideError `engine-unavailable` if not even plain JavaScript computes rightly
 */
export async function chooseEngine(
  request: EngineRequest,
  environment: EngineEnvironment = thisDevice(),
  onSwitch?: (choice: EngineChoice) => void,
): Promise<EngineChoice> {
  let waiting = ORDER[request]
  let lasting: Engine | null = null
  const degraded = (reason: string) => {
    if (lasting) onSwitch?.({ engine: lasting, reason })
  }
  const anyAdapter = request === 'webgpu'
  const withoutGpu = () => {
    waiting = waiting.filter((name) => !needsGpu(name))
  }

  async function loadOnGpu(name: GpuEngineName): Promise<Engine> {
    const adapter = await findAdapter(environment, anyAdapter).catch((error) => {
      // The same adapter would be missing for the other kernels.
      withoutGpu()
      throw error
    })
    if (request !== 'auto') return tried(environment.load[name](adapter), environment)
    const device = calibrationName(`${name} on ${describeAdapter(adapter)}`, environment.size)
    const known = await recall(environment.memory, device)
    if (known && known.gpu >= known.wasm) giveUpSlow(known)
    const gpu = await tried(environment.load[name](adapter), environment)
    if (known) return gpu
    try {
      await compare(device, gpu)
      return gpu
    } catch (error) {
      gpu.dispose()
      throw error
    }
  }

  /** @throws NearsideError `engine-unavailable` unless the GPU is the faster one */
  async function compare(device: string, gpu: Engine): Promise<void> {
    const wasm = await tried(environment.load.wasm(degraded), environment).catch(() => null)
    // Without WASM there is nothing that could be faster.
    if (!wasm) return
    const problem = canaryProblem(environment.size)
    const measured = await calibrate(device, gpu, wasm, problem, environment.clock)
    wasm.dispose()
    if (!measured) {
      withoutGpu()
      unavailable(`not seen to be faster than WASM within ${CALIBRATION_MS} ms`)
    }
    // Where it can't be kept, the next start measures again.
    await environment.memory?.write(measured).catch(() => {})
    if (measured.gpu >= measured.wasm) giveUpSlow(measured)
  }

  function giveUpSlow({ gpu, wasm }: Calibration): never {
    withoutGpu()
    unavailable(`a fit takes ${Math.round(gpu)} ms, with WASM ${Math.round(wasm)} ms`)
  }

  /** The first of `waiting` that works; `troubles` become part of its reason. */
  async function next(troubles: string[]): Promise<EngineChoice | null> {
    while (waiting.length > 0) {
      const [name, ...others] = waiting
      waiting = others
      try {
        const engine = needsGpu(name)
          ? await loadOnGpu(name)
          : await tried(environment.load[name](degraded), environment)
        return { engine, reason: reasonFor(engine, request, troubles) }
      } catch (error) {
        troubles.push(`${LABEL[name]}: ${wordsOf(error)}`)
      }
    }
    return null
  }

  const troubles: string[] = []
  const first = await next(troubles)
  if (!first) unavailable(`No engine works here. ${troubles.join('; ')}`)
  const afterFailure = (failure: NearsideError, { name }: Engine) => {
    // A GPU that died is left alone; other kernels on it would not live longer.
    if (needsGpu(name)) withoutGpu()
    return next([`${LABEL[name]}: ${wordsOf(failure)}`])
  }
  lasting = createResilientEngine(first.engine, afterFailure, onSwitch)
  return { engine: lasting, reason: first.reason }
}

function reasonFor(engine: Engine, request: EngineRequest, troubles: readonly string[]): string {
  const label = LABEL[engine.name]
  if (troubles.length > 0) return `${troubles.join('; ')}; using ${label}`
  const asked = request === 'auto' ? '' : ', as asked for'
  return `${label}${asked}: ${engine.device} passed its test fits`
}
