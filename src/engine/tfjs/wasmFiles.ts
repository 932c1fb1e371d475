/**
 * @module Where the bundler put the WASM binaries: beside our own scripts, so that nothing is asked
 * of a CDN. Only browsers load this module.
 */

import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url&no-inline'
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url&no-inline'
import type { WasmFiles } from './wasm.ts'

export const wasmFiles: WasmFiles = {
  'tfjs-backend-wasm.wasm': plain,
  'tfjs-backend-wasm-simd.wasm': simd,
}
