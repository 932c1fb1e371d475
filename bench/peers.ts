/** @module The peers that this browser has, beside our own WebGPU engine. */
import { init } from '@jax-js/jax'
import * as tf from '@tensorflow/tfjs'
import '@tensorflow/tfjs-backend-wasm'
import '@tensorflow/tfjs-backend-webgpu'
import { type Adapter, describeAdapter } from '../src/engine/adapter.ts'
import { createTfjsWasmEngine } from '../src/engine/tfjs/wasm.ts'
import { createTfjsWebgpuEngine } from '../src/engine/tfjs/webgpu.ts'
import { threadsHere } from '../src/engine/threads/threads.ts'
import type { JaxDevice, Machine } from './workload.ts'

/** With room for the largest table, of 128 MB. */
export async function deviceOf(adapter: Adapter): Promise<GPUDevice> {
  const { maxStorageBufferBindingSize, maxBufferSize } = adapter.limits
  return adapter.requestDevice({ requiredLimits: { maxStorageBufferBindingSize, maxBufferSize } })
}

/** Those of `names` that TensorFlow.js can start. */
export async function startBackends(names: readonly string[]): Promise<string[]> {
  const backends: string[] = []
  for (const backend of names)
    if (await tf.setBackend(backend).catch(() => false)) backends.push(backend)
  return backends
}

/**
 * TensorFlow.js has room for one WebGPU backend, so its own kernels run on the device of our engine.
 * Its WASM runs without threads, as under the content security policy of a careful shop; that of
 * jax-js takes threads, since the page is isolated.
 */
export async function startPeers(): Promise<Machine> {
  const found = await navigator.gpu?.requestAdapter()
  const other = await navigator.gpu?.requestAdapter()
  const wgsl = found ? await createTfjsWebgpuEngine(found) : null
  await createTfjsWasmEngine()
  const started = await init('webgpu', 'wasm')
  return {
    adapter: found ? describeAdapter(found) : 'none',
    wgsl,
    device: other ? await deviceOf(other) : null,
    threads: threadsHere(),
    backends: await startBackends([...(wgsl ? ['webgpu'] : []), 'webgl', 'wasm', 'cpu']),
    jax: (['webgpu', 'wasm'] satisfies JaxDevice[]).filter((device) => started.includes(device)),
  }
}
