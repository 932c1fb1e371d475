/** @module Path of the WASM backend's binaries: beside our own scripts, so that no CDN is contacted. */
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url&no-inline'
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url&no-inline'

export function locateWasm(): void {
  setWasmPaths({
    'tfjs-backend-wasm.wasm': plain,
    'tfjs-backend-wasm-simd.wasm': simd,
    // Never fetched, because it runs without threads, but a path is required.
    'tfjs-backend-wasm-threaded-simd.wasm': simd,
  })
}
