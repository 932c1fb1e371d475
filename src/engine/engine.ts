/**
 * @module What an engine is: everything that is computed on the device, on fixed shapes, from plain
 * arrays to plain arrays. It is not a tensor library and keeps no state between calls but what its
 * jobs were set up with. Implementations: `engine/js`, `engine/wasm`, `engine/tfjs`;
 * `engine/choose.ts` picks one. The objective of the fit is in `learning/problem.ts`.
 */

import type { EncoderModel } from '../core/model/encoder.ts'
import type { FitProblem } from '../core/personal/problem.ts'
import type { HistoryEncoder } from './encoder/historyEncoder.ts'
import type { HistoryRanking } from './encoder/historyRanking.ts'
import type { NetworkTrainer } from './mlp/networkTrainer.ts'
import type { CatalogSoftmax, SoftmaxCatalog } from './softmax/softmax.ts'
import type { ItemTable, TopKSearch } from './topk/table.ts'
import type { TowerEngine, TowerProblem } from './tower/tower.ts'

/** `wasm`, `wgsl`: our own kernels, the latter on the device of the TensorFlow.js WebGPU backend. */
export type EngineName = 'js' | 'wasm' | 'tfjs-cpu' | 'tfjs-wasm' | 'tfjs-webgpu' | 'wgsl'

export interface FitResult {
  /** p after `steps` Adam steps (β₁ .9, β₂ .999, ε 1e-8), [P], finite. */
  readonly parameters: Float32Array
  /** L before the first and after the last step. */
  readonly lossBefore: number
  readonly lossAfter: number
}

export interface FitOptions {
  readonly signal?: AbortSignal
  /** Called with the number of steps done; never more often than every step. */
  readonly onProgress?: (done: number, steps: number) => void
}

/**
 * What is set up once, with data that stays, and asked as often as wanted. What the hardware has no
 * room for is done on the processor instead.
 * @throws NearsideError each `input-invalid`; `engine-failed` where its hardware fails
 */
export interface EngineJobs {
  /** Scores a table and takes the top k. */
  topK(table: ItemTable): Promise<TopKSearch>
  /** The softmax over a whole catalogue, and fits of u against it. */
  softmax(catalog: SoftmaxCatalog): Promise<CatalogSoftmax>
  /** Trains a shared head: a user tower against frozen items. `maxSteps`: the most of one call. */
  tower(problem: TowerProblem, maxSteps: number): Promise<TowerEngine>
  /** Encodes histories; states are cached from call to call. */
  encoder(model: EncoderModel): Promise<HistoryEncoder>
  /** From a history to the top k: h stays where it was computed, if table and device allow. */
  ranking(model: EncoderModel, table: ItemTable): Promise<HistoryRanking>
  /** Trains the incremental network 64-32-1 and predicts with it. */
  network(inputs: number): Promise<NetworkTrainer>
}

export interface Engine extends EngineJobs {
  readonly name: EngineName
  /** What it runs on, in words, e.g. "google swiftshader (software)". */
  readonly device: string
  /**
   * Fits the personal head.
   * Rejects with `aborted`, `engine-failed` or `fit-diverged`; never returns a non-finite number.
   */
  fit(problem: FitProblem, options?: FitOptions): Promise<FitResult>
  /** Ends its jobs too. */
  dispose(): void
}
