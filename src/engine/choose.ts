/**
 * @module Chooses the engine of the personal fit: the first that passes its canary (a test fit). If that engine fails
 * later, the next engine replaces it.
 */
import { NearsideError } from '@nearside/core/error.ts'
import type { Adapter, Gpu } from './adapter.ts'
import { runCanary } from './canary.ts'
import type { Engine, EngineName } from './engine.ts'
import { createJsEngine } from './js.ts'
import { createResilientEngine, type EngineChoice } from './resilient.ts'

/** Requested engine, as `EnginePreference` of the public API. */
export type EngineRequest = 'auto' | 'webgpu' | 'wasm' | 'js'

/**
 * Engines to try in sequence. `auto` doesn't try WebGPU: on software adapters, an empty WebGPU step takes longer than
 * WASM's largest step; real GPUs are not measured (docs/ENGINE.md).
 */
const TRIED: Readonly<Record<EngineRequest, readonly EngineName[]>> = {
  auto: ['wasm', 'js'],
  webgpu: ['wgsl', 'wasm', 'js'],
  wasm: ['wasm', 'js'],
  js: ['js'],
}

/** Engines and GPU of a device; tests pass simulated devices. */
export interface EngineEnvironment {
  /** `navigator.gpu`; absent if the browser has no WebGPU. */
  readonly gpu?: Gpu
  readonly load: {
    readonly wgsl: (adapter: Adapter) => Promise<Engine>
    readonly wasm: () => Promise<Engine>
    readonly js: () => Promise<Engine>
  }
  /** Maximum milliseconds for an engine to load, and again for its canary. */
  readonly patience: number
}

/** Software adapters need 10 s or more to compile the shaders. */
const PATIENCE_MS = 60_000

const LABEL: Readonly<Record<EngineName, string>> = {
  wgsl: 'WebGPU',
  wasm: 'WASM',
  js: 'plain JavaScript',
}

/** TensorFlow.js loads only when WebGPU is tried. */
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
  }
}

function unavailable(why: string): never {
  throw new NearsideError('engine-unavailable', why)
}

/** Resolves as `work` does, but rejects after `milliseconds`, because some drivers never answer. */
async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    const why = `no answer within ${milliseconds / 1000} s`
    timer = setTimeout(() => reject(new NearsideError('engine-unavailable', why)), milliseconds)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

async function findAdapter(gpu: Gpu | undefined): Promise<Adapter> {
  if (!gpu) unavailable('this browser has none')
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
  return adapter ?? unavailable('no adapter')
}

/** Loads an engine and runs its canary; disposes of an engine that fails the canary or loads too late. */
async function tested(loading: Promise<Engine>, patience: number): Promise<Engine> {
  try {
    const engine = await within(patience, loading)
    await within(patience, runCanary(engine))
    return engine
  } catch (error) {
    loading.then((engine) => engine.dispose()).catch(() => {})
    throw error
  }
}

function troubleWith(name: EngineName, error: unknown): string {
  const words = error instanceof Error ? error.message : String(error)
  return `${LABEL[name]}: ${words.replace(/^WebGPU: /, '')}`
}

/**
 * Finds an engine for `request`. If a later fit fails, the returned engine goes on with the next engine.
 * @param onSwitch called at every later change of engine, with the reason
 * @throws NearsideError `engine-unavailable` if not even plain JavaScript computes correctly
 */
export async function chooseEngine(
  request: EngineRequest,
  environment: EngineEnvironment = thisDevice(),
  onSwitch?: (choice: EngineChoice) => void,
): Promise<EngineChoice> {
  const { gpu, load, patience } = environment
  const waiting = [...TRIED[request]]

  const start = async (name: EngineName): Promise<Engine> =>
    name === 'wgsl' ? load.wgsl(await findAdapter(gpu)) : load[name]()

  /** First engine of `waiting` that works; its reason includes `troubles`, the failures of earlier engines. */
  async function next(troubles: string[]): Promise<EngineChoice | null> {
    for (let name = waiting.shift(); name; name = waiting.shift()) {
      try {
        const engine = await tested(start(name), patience)
        const asked = request === 'auto' ? '' : ', as asked for'
        const why =
          troubles.length > 0
            ? `${troubles.join('; ')}; using ${LABEL[name]}`
            : `${LABEL[name]}${asked}: ${engine.device} passed its test fit`
        return { engine, reason: why }
      } catch (error) {
        troubles.push(troubleWith(name, error))
      }
    }
    return null
  }

  const troubles: string[] = []
  const first = await next(troubles)
  if (!first) unavailable(`No engine works here. ${troubles.join('; ')}`)
  const afterFailure = (failure: NearsideError, { name }: Engine) =>
    next([troubleWith(name, failure)])
  return { ...first, engine: createResilientEngine(first.engine, afterFailure, onSwitch) }
}
