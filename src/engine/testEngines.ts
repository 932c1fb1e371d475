/** @module Makes engines and adapters for tests, healthy and broken. */
import type { Adapter, Gpu } from './adapter.ts'
import type { EngineEnvironment } from './choose.ts'
import type { Engine, EngineName } from './engine.ts'
import { createJsEngine } from './js.ts'

export const js = createJsEngine()

export interface TestEngine extends Engine {
  /** Error with which every later fit fails. */
  breakWith(error: Error): void
  readonly disposed: () => boolean
}

export function engineNamed(name: EngineName, answer: Engine['fit'] = js.fit): TestEngine {
  let fault: Error | null = null
  let disposed = false
  return {
    ...js,
    name,
    device: `the ${name} test device`,
    fit: (given, options) => (fault ? Promise.reject(fault) : answer(given, options)),
    dispose: () => {
      disposed = true
    },
    breakWith: (error) => {
      fault = error
    },
    disposed: () => disposed,
  }
}

export const hardware: Adapter = {
  info: { vendor: 'nvidia', architecture: 'lovelace' } as GPUAdapterInfo,
  limits: {} as GPUSupportedLimits,
  requestDevice: () => Promise.reject(new Error('not here')),
}
export const gpuWith = (adapter: Adapter | null): Gpu => ({ requestAdapter: async () => adapter })

/** Simulated device: every engine works, unless `changes` replaces it. */
export function device(
  changes: Partial<EngineEnvironment['load']> & { gpu?: Gpu; patience?: number },
) {
  const { gpu, patience = 60_000, ...load } = changes
  const engines = {
    webgpu: engineNamed('wgsl'),
    wasm: engineNamed('wasm'),
  }
  const environment: EngineEnvironment = {
    gpu,
    patience,
    load: {
      wgsl: async () => engines.webgpu,
      wasm: async () => engines.wasm,
      js: async () => js,
      ...load,
    },
  }
  return { environment, engines }
}
