/** @module A TensorFlow.js backend that cannot start leaves the others usable. */
import * as tf from '@tensorflow/tfjs-core'
import { expect, test, vi } from 'vitest'
import { runCanary } from '../canary.ts'
import { createTfjsCpuEngine } from './cpu.ts'
import { createTfjsWasmEngine } from './wasm.ts'

test('after WASM was refused, twice, the CPU backend computes rightly', async () => {
  // What a content security policy without 'wasm-unsafe-eval' does, and Emscripten's words about it.
  const refuse = () => Promise.reject(new WebAssembly.CompileError('refused by policy'))
  vi.spyOn(WebAssembly, 'instantiate').mockImplementation(refuse as never)
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  vi.spyOn(console, 'error').mockImplementation(() => {})
  const files = {
    'tfjs-backend-wasm.wasm': './missing.wasm',
    'tfjs-backend-wasm-simd.wasm': './missing.wasm',
  }
  for (let attempt = 0; attempt < 2; attempt++)
    await expect(createTfjsWasmEngine(files)).rejects.toMatchObject({
      code: 'engine-unavailable',
    })
  const engine = await createTfjsCpuEngine()
  await expect(runCanary(engine)).resolves.toBeUndefined()
  expect(tf.getBackend()).toBe('cpu')
  vi.restoreAllMocks()
})
