/** @module The jobs on the processor: in plain loops, or on WebAssembly with SIMD. */

import { createEncoder } from '../core/model/encoder.ts'
import { createRandom } from '../core/model/random.ts'
import { createMlp } from '../core/personal/learners/mlp.ts'
import { createFastEncoder } from './encoder/encoder.ts'
import { createProcessorEncoder } from './encoder/historyEncoder.ts'
import { createRanking } from './encoder/historyRanking.ts'
import type { EngineJobs } from './engine.ts'
import { createFastMlp } from './mlp/mlp.ts'
import { createProcessorTrainer } from './mlp/networkTrainer.ts'
import { createJsSoftmax } from './softmax/js.ts'
import { createWasmSoftmax } from './softmax/wasm.ts'
import { ownedThreads, type Threads } from './threads/threads.ts'
import { createJsTopK } from './topk/js.ts'
import { createWasmTopK } from './topk/wasm.ts'
import { createJsTower } from './tower/js.ts'
import { createWasmTower } from './tower/wasm.ts'

/** A learner begins with weights of its own; the trainer puts others in their place. */
const anyWeights = () => createRandom(1)

export const jsJobs: EngineJobs = {
  topK: async (table) => createJsTopK(table),
  softmax: async (catalog) => createJsSoftmax(catalog),
  tower: async (problem) => createJsTower(problem),
  encoder: async (model) => createProcessorEncoder(createEncoder(model)),
  ranking: async (model, table) =>
    createRanking(await jsJobs.encoder(model), await jsJobs.topK(table)),
  network: async (inputs) => createProcessorTrainer(createMlp(inputs, anyWeights())),
}

/** @param threads for large tables; the answers are the same without */
export const wasmJobs = (threads: Threads | null): EngineJobs => ({
  ranking: async (model, table) =>
    createRanking(
      createProcessorEncoder(createFastEncoder(model)),
      await createWasmTopK(table, threads),
    ),
  topK: (table) => createWasmTopK(table, threads),
  softmax: (catalog) => createWasmSoftmax(catalog, threads),
  tower: createWasmTower,
  encoder: async (model) => createProcessorEncoder(createFastEncoder(model)),
  network: async (inputs) => createProcessorTrainer(createFastMlp(inputs, anyWeights())),
})

/** With what must be done when they are needed no more. */
export function ownedWasmJobs(threads: Threads | null): {
  readonly jobs: EngineJobs
  end(): void
} {
  const owned = threads && ownedThreads(threads)
  return { jobs: wasmJobs(owned?.threads ?? null), end: () => owned?.end() }
}
