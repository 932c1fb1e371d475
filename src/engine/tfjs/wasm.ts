/** @module TensorFlow.js on its WASM backend (XNNPACK, SIMD where the browser has it). */
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import { engine, env } from '@tensorflow/tfjs-core'
import type { Engine } from '../engine.ts'
import { lazyJobs } from '../lazyJobs.ts'
import { nextTask } from '../pause.ts'
import { startOperations } from './operations.ts'
import { initialise } from './runtime.ts'
import { createTfjsEngine } from './tfjsEngine.ts'

/** Names by which TensorFlow.js asks for its binaries. */
export interface WasmFiles {
  readonly 'tfjs-backend-wasm.wasm': string
  readonly 'tfjs-backend-wasm-simd.wasm': string
}

/** TensorFlow.js refuses a second call after a failed start, though that may well be tried again. */
let located = false

function locate(files: WasmFiles): void {
  if (located) return
  located = true
  // Threads start workers from blobs, which a strict content security policy forbids, and their sums
  // depend on how many there are. A path for their binary is asked for all the same.
  env().set('WASM_HAS_MULTITHREAD_SUPPORT', false)
  setWasmPaths({
    ...files,
    'tfjs-backend-wasm-threaded-simd.wasm': files['tfjs-backend-wasm-simd.wasm'],
  })
}

/**
 * @param files URL or path of each binary; by default those that the bundler put beside our scripts
 * @throws NearsideError `engine-unavailable`
 */
export async function createTfjsWasmEngine(files?: WasmFiles): Promise<Engine> {
  // A page that uses this backend itself has located it already.
  if (!('wasm' in engine().registry)) locate(files ?? (await import('./wasmFiles.ts')).wasmFiles)
  await initialise('wasm')
  const simd = await env().getAsync('WASM_HAS_SIMD_SUPPORT')
  return createTfjsEngine({
    name: 'tfjs-wasm',
    device: `this processor (TensorFlow.js in WebAssembly${simd ? ' with SIMD' : ''})`,
    start: (problem, centred) => startOperations('wasm', problem, centred),
    stepsPerDrain: 1,
    drain: nextTask,
    guard: (work) => work,
    jobs: lazyJobs(async () => (await import('../processorJobs.ts')).wasmJobs(null)),
    release: () => {},
  })
}
