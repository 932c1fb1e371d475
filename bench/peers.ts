/** @module The backends of TensorFlow.js that this browser has, beside our own WebGPU engine. */
import * as tf from '@tensorflow/tfjs'
import '@tensorflow/tfjs-backend-wasm'
import '@tensorflow/tfjs-backend-webgpu'
import { describeAdapter } from '../src/engine/adapter.ts'
import type { Engine } from '../src/engine/engine.ts'
import { createTfjsWasmEngine } from '../src/engine/tfjs/wasm.ts'
import { createTfjsWebgpuEngine } from '../src/engine/tfjs/webgpu.ts'

export interface Peers {
  readonly adapter: string
  readonly wgsl: Engine | null
  readonly backends: readonly string[]
}

/**
 * TensorFlow.js has room for one WebGPU backend, so its own kernels run on the device of our engine.
 * Its WASM runs without threads, as under the content security policy of a careful shop.
 */
export async function startPeers(): Promise<Peers> {
  const found = await navigator.gpu?.requestAdapter()
  const wgsl = found ? await createTfjsWebgpuEngine(found) : null
  await createTfjsWasmEngine()
  const backends: string[] = []
  for (const backend of ['webgpu', 'webgl', 'wasm', 'cpu']) {
    if (backend === 'webgpu' && !wgsl) continue
    if (await tf.setBackend(backend).catch(() => false)) backends.push(backend)
  }
  return { adapter: found ? describeAdapter(found) : 'none', wgsl, backends }
}
