/**
 * @module What an engine is: the personal fit, on plain arrays of fixed shape. It is not a tensor library
 * and keeps nothing between two fits. Implementations: `engine/js.ts`, `engine/wasm`, `engine/webgpu`;
 * `engine/choose.ts` picks one. The objective is in `core/personal/problem.ts`.
 */

import type { FitProblem } from '../core/personal/problem.ts'

/** `wasm`, `wgsl`: our own kernels, the latter on the device of the TensorFlow.js WebGPU backend. */
export type EngineName = 'js' | 'wasm' | 'wgsl'

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

export interface Engine {
  readonly name: EngineName
  /** What it runs on, in words, e.g. "google swiftshader (software)". */
  readonly device: string
  /**
   * Fits the personal head. Parameters whose step size is 0 stay at their mean and cost next to nothing.
   * Rejects with `aborted`, `engine-failed` or `fit-diverged`; never returns a non-finite number.
   */
  fit(problem: FitProblem, options?: FitOptions): Promise<FitResult>
  dispose(): void
}
