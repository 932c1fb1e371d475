/** @module Where the WASM backend finds its binaries. */
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import { wasmFiles } from '../../src/engine/tfjs/wasmFiles.ts'

export function locateWasm(): void {
  setWasmPaths({
    ...wasmFiles,
    // Never fetched, since the page is not isolated, but it must have a path.
    'tfjs-backend-wasm-threaded-simd.wasm': wasmFiles['tfjs-backend-wasm-simd.wasm'],
  })
}
