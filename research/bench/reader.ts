/**
 * @module Reads memory with SIMD and does nothing else. Its time is a lower bound for every scan of as many bytes.
 */
import { instantiate, PAGE } from '@nearside/engine/wasm/instantiate.ts'
import { READER } from './reader.wasm.ts'

/** Number of bytes that an iteration reads: 32 at each of four positions. */
const TURN = 128

export function createReader(bytes: number): () => Promise<void> {
  const turns = Math.ceil(bytes / TURN)
  const memory = new WebAssembly.Memory({ initial: Math.ceil((turns * TURN) / PAGE) })
  new Uint32Array(memory.buffer).fill(7)
  const read = instantiate<(turns: number) => number>(READER, memory)
  return async () => void read(turns)
}
