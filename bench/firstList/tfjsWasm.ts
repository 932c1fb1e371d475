/** @module Where the WASM backend finds its binaries: beside our own scripts, so that no CDN is asked. */
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url&no-inline'
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url&no-inline'

export function locateWasm(): void {
  setWasmPaths({
    'tfjs-backend-wasm.wasm': plain,
    'tfjs-backend-wasm-simd.wasm': simd,
    // Never fetched, since it runs without threads, but it must have a path.
    'tfjs-backend-wasm-threaded-simd.wasm': simd,
  })
}
