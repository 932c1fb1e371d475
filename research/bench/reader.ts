/** @module Reads memory with SIMD and does nothing else: the lower bound of every scan over as many bytes. */
import { instantiate, PAGE } from '@nearside/engine/wasm/instantiate.ts'
import { READER } from './reader.wasm.ts'

/** Bytes for each iteration, over all four places. */
const TURN = 128

export function createReader(bytes: number): () => Promise<void> {
  const turns = Math.ceil(bytes / TURN)
  const memory = new WebAssembly.Memory({ initial: Math.ceil((turns * TURN) / PAGE) })
  new Uint32Array(memory.buffer).fill(7)
  const read = instantiate<(turns: number) => number>(READER, memory)
  return async () => void read(turns)
}
