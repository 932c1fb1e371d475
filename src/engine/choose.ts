/**
 * @module Chooses the engine that fits the personal model on this device, with a reason for the console.
 *
 * On a device with a GPU, calibration compares it with WASM (`calibrate.ts`); if the time is too short to
 * decide, WASM is chosen. A software adapter is never faster (docs/ENGINE.md has the figures).
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

/** Requested engine; same as `EnginePreference` of the public API. */
export type EngineRequest = 'auto' | 'webgpu' | 'wasm' | 'js'

/** Inputs of the choice, so that tests can simulate any device. */
export interface EngineEnvironment {
  /** `navigator.gpu`; absent if the browser has no WebGPU. */
  readonly gpu?: Gpu
  readonly load: {
    readonly wgsl: (adapter: Adapter) => Promise<Engine>
    readonly wasm: () => Promise<Engine>
    readonly js: () => Promise<Engine>
  }
  /** Maximum time for an engine to load and to pass its canary, in milliseconds. */
  readonly patience: number
  /** Clock for durations, in milliseconds. */
  readonly clock: () => number
  /** Size of the fits that the engine is for. */
  readonly size: ProblemSize
  /** Storage of the calibration; without it, a GPU is measured at every start. */
  readonly memory?: CalibrationMemory
}

/** Software adapters compile shaders for about 10 s, longer on a busy machine. */
const PATIENCE_MS = 60_000

const LABEL: Readonly<Record<EngineName, string>> = {
  wgsl: 'WebGPU',
  wasm: 'WASM',
  js: 'plain JavaScript',
}

/** Engines to try for each request, in order. */
const ORDER: Readonly<Record<EngineRequest, readonly EngineName[]>> = {
  auto: ['wgsl', 'wasm', 'js'],
  webgpu: ['wgsl', 'wasm', 'js'],
  wasm: ['wasm', 'js'],
  js: ['js'],
}

/** Environment of this page or worker. TensorFlow.js loads only when WebGPU is tried. */
export function thisDevice(): EngineEnvironment {
  const { navigator } = globalThis as { navigator?: { gpu?: Gpu } }
  return {
    gpu: navigator?.gpu,
    load: {
      wgsl: async (adapter) =>
        (await import('./webgpu/webgpuEngine.ts')).createWebgpuEngine(adapter),
      wasm: async () => (await import('./wasm/wasmEngine.ts')).createWasmEngine(),
      js: async () => createJsEngine(),
    },
    patience: PATIENCE_MS,
    clock: () => performance.now(),
    size: PERSONAL_SIZE,
  }
}

/** Rejects after `milliseconds`, because some drivers never answer. */
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

/** Engine that has passed its canary. */
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
    // An engine that loads too late must release its device.
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
 * Finds an engine for `request`: tests it on problems with known answers, and falls back if it is missing or
 * wrong. The returned engine switches to the next one if it fails later.
 * @param onSwitch called at every later change of engine, with the reason
 * @throws NearsideError `engine-unavailable` if not even plain JavaScript computes correctly
 */
export async function chooseEngine(
  request: EngineRequest,
  environment: EngineEnvironment = thisDevice(),
  onSwitch?: (choice: EngineChoice) => void,
): Promise<EngineChoice> {
  let waiting = ORDER[request]

  async function loadOnGpu(): Promise<Engine> {
    const adapter = await findAdapter(environment, request === 'webgpu')
    const load = () => tried(environment.load.wgsl(adapter), environment)
    if (request !== 'auto') return load()
    const device = calibrationName(`wgsl on ${describeAdapter(adapter)}`, environment.size)
    const known = await recall(environment.memory, device)
    if (known) requireFaster(known)
    const gpu = await load()
    if (known) return gpu
    try {
      await compare(device, gpu)
      return gpu
    } catch (error) {
      gpu.dispose()
      throw error
    }
  }

  /** @throws NearsideError `engine-unavailable` unless the GPU is faster than WASM */
  async function compare(device: string, gpu: Engine): Promise<void> {
    const wasm = await tried(environment.load.wasm(), environment).catch(() => null)
    // Without WASM, the GPU has no competitor.
    if (!wasm) return
    const problem = canaryProblem(environment.size)
    const measured = await calibrate(device, gpu, wasm, problem, environment.clock)
    wasm.dispose()
    if (!measured) unavailable(`not seen to be faster than WASM within ${CALIBRATION_MS} ms`)
    // If it can't be stored, the next start measures again.
    await environment.memory?.write(measured).catch(() => {})
    requireFaster(measured)
  }

  /** First engine of `waiting` that works; its reason includes the `troubles` so far. */
  async function next(troubles: string[]): Promise<EngineChoice | null> {
    while (waiting.length > 0) {
      const [name, ...others] = waiting
      waiting = others
      try {
        const engine = await (name === 'wgsl'
          ? loadOnGpu()
          : tried(environment.load[name](), environment))
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
  const afterFailure = (failure: NearsideError, { name }: Engine) =>
    next([`${LABEL[name]}: ${wordsOf(failure)}`])
  const engine = createResilientEngine(first.engine, afterFailure, onSwitch)
  return { engine, reason: first.reason }
}

function requireFaster({ gpu, wasm }: Calibration): void {
  if (gpu >= wasm)
    unavailable(`a fit takes ${Math.round(gpu)} ms, with WASM ${Math.round(wasm)} ms`)
}

function reasonFor(engine: Engine, request: EngineRequest, troubles: readonly string[]): string {
  const label = LABEL[engine.name]
  if (troubles.length > 0) return `${troubles.join('; ')}; using ${label}`
  const asked = request === 'auto' ? '' : ', as asked for'
  return `${label}${asked}: ${engine.device} passed its test fits`
}
