/** @module Reads memory with SIMD and does nothing else: no scan over as many bytes can be faster. */
import { instantiate, PAGE } from '@nearside/engine/wasm/instantiate.ts'
import { READER } from './reader.wasm.ts'

/** Bytes that an iteration reads, from all four positions together. */
const TURN = 128

export function createReader(bytes: number): () => Promise<void> {
  const turns = Math.ceil(bytes / TURN)
  const memory = new WebAssembly.Memory({ initial: Math.ceil((turns * TURN) / PAGE) })
  new Uint32Array(memory.buffer).fill(7)
  const read = instantiate<(turns: number) => number>(READER, memory)
  return async () => void read(turns)
}
