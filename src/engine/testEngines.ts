/** @module Test engines and adapters, healthy and broken, on a simulated clock. */
import type { Adapter, Gpu } from './adapter.ts'
import type { EngineEnvironment } from './choose.ts'
import type { Engine, EngineName } from './engine.ts'
import { createJsEngine } from './js.ts'

export const js = createJsEngine()
export const SIZE = { cases: 4, candidates: 6, parameters: 5, steps: 30 }

export interface TestEngine extends Engine {
  /** Makes every later fit fail with this error. */
  breakWith(error: Error): void
  readonly disposed: () => boolean
}

/** Simulated time in milliseconds; it advances only by steps of test engines. */
let time = 0
export const clock = () => time

/** @param pace milliseconds per step */
export function engineNamed(
  name: EngineName,
  answer: Engine['fit'] = js.fit,
  pace = name === 'wgsl' ? 1 : 2,
): TestEngine {
  let fault: Error | null = null
  let disposed = false
  return {
    ...js,
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

export function adapterNamed(info: Partial<GPUAdapterInfo>): Adapter {
  return { info, limits: {}, requestDevice: () => Promise.reject(new Error('not here')) } as Adapter
}

export const hardware = adapterNamed({ vendor: 'nvidia', architecture: 'lovelace' })
export const gpuWith = (adapter: Adapter | null): Gpu => ({ requestAdapter: async () => adapter })

/** Device on which every engine works, except for the `changes`. */
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
    clock,
    // Small, so that no real time passes.
    size: SIZE,
    load: {
      wgsl: async () => engines.webgpu,
      wasm: async () => engines.wasm,
      js: async () => js,
      ...load,
    },
  }
  return { environment, engines }
}
