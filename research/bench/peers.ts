/** @module Starts the peers (other libraries): TensorFlow.js and jax-js, on the backends that this browser supports. */
import { init } from '@jax-js/jax'
import * as tf from '@tensorflow/tfjs'
import '@tensorflow/tfjs-backend-webgpu'
import { locateWasm } from './firstList/tfjsWasm.ts'
import type { JaxDevice } from './jax.ts'

interface Peers {
  readonly backends: readonly string[]
  readonly jax: readonly JaxDevice[]
}

/**
 * TensorFlow.js' WASM runs without threads, as under a strict content security policy. jax-js' WASM uses threads, which
 * the page's isolation allows.
 */
export async function startPeers(): Promise<Peers> {
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false)
  locateWasm()
  const backends: string[] = []
  for (const name of ['webgpu', 'webgl', 'wasm', 'cpu'])
    if (await tf.setBackend(name).catch(() => false)) backends.push(name)
  const started = await init('webgpu', 'wasm')
  return {
    backends,
    jax: (['webgpu', 'wasm'] satisfies JaxDevice[]).filter((device) => started.includes(device)),
  }
}
