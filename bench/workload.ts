/** @module What `bench train` measures, and on what: the same in a browser's page and in Node. */
import type { Engine } from '../src/engine/engine.ts'
import type { Threads } from '../src/engine/threads/threads.ts'
import type { Contender } from './interleave.ts'

/** Devices of jax-js that are measured. */
export type JaxDevice = 'webgpu' | 'wasm'

export interface Machine {
  /** In words. */
  readonly adapter: string
  /** Our engine on the device of TensorFlow.js' WebGPU backend. */
  readonly wgsl: Engine | null
  /** A device for kernels that stand alone. */
  readonly device: GPUDevice | null
  /** Beside the one that asks; null where this machine or page has none. */
  readonly threads: Threads | null
  /** Backends of TensorFlow.js. */
  readonly backends: readonly string[]
  readonly jax: readonly JaxDevice[]
}

export interface Workload {
  readonly name: string
  /** Each leaves its parameters in `last`. */
  readonly contenders: readonly Contender[]
  readonly last: ReadonlyMap<string, ArrayLike<number>>
  /** Steps of one run: times are given a step where `perStep`. */
  readonly steps: number
  readonly perStep: boolean
  readonly note: string
  dispose(): void
}

export const WORKLOADS = ['T', 'fit-10k', 'softmax-10k', 'softmax-100k'] as const
export type WorkloadName = (typeof WORKLOADS)[number]

/** Collects contenders with what they last came to. */
export function contenders() {
  const last = new Map<string, ArrayLike<number>>()
  const list: Contender[] = []
  return {
    last,
    list,
    add(engine: string, run: () => Promise<ArrayLike<number>>): void {
      list.push({
        engine,
        async run() {
          last.set(engine, await run())
        },
      })
    },
  }
}
