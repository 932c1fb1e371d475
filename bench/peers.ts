/** @module The peers that this browser has: TensorFlow.js and jax-js. */
import { init } from '@jax-js/jax'
import * as tf from '@tensorflow/tfjs'
import '@tensorflow/tfjs-backend-webgpu'
import { locateWasm } from './firstList/tfjsWasm.ts'
import type { JaxDevice } from './jax.ts'

interface Peers {
  /** Backends of TensorFlow.js. */
  readonly backends: readonly string[]
  readonly jax: readonly JaxDevice[]
}

/**
 * TensorFlow.js' WASM runs without threads, as under the content security policy of a careful shop; that
 * of jax-js takes threads, since the page is isolated.
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
