/**
 * @module One matrix product in WebAssembly SIMD (`gemm.wat`): C += A·B on float32. Training spends nine tenths of its
 * time in this product, which runs about eight times as fast as the same loop in JavaScript.
 */
import { instantiate } from '@nearside/engine/wasm/instantiate.ts'
import { GEMM } from './gemm.wasm.ts'

/** Arguments are byte addresses and byte strides; `inner` ≥ 1, `columns` a positive multiple of 8. */
export type Gemm = (
  c: number,
  cRow: number,
  a: number,
  aRow: number,
  aInner: number,
  b: number,
  bRow: number,
  rows: number,
  inner: number,
  columns: number,
) => void

export const createGemm = (memory: WebAssembly.Memory): Gemm => instantiate<Gemm>(GEMM, memory)
