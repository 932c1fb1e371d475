/**
 * @module Interface of an engine, which computes the personal fit on plain arrays of fixed shape. An engine has no
 * state between two fits. Implementations: `engine/js.ts`, `engine/wasm`, `engine/webgpu`; `engine/choose.ts` chooses
 * one. The objective is in `core/learning/problem.ts`.
 */

import type { FitProblem } from '@nearside/core/learning/problem.ts'

/** `js`: plain JavaScript; `wasm` and `wgsl`: own kernels, `wgsl` on the device of TensorFlow.js's WebGPU backend. */
export type EngineName = 'js' | 'wasm' | 'wgsl'

export interface FitResult {
  /** Parameters p after `steps` Adam steps (β₁ .9, β₂ .999, ε 1e-8), [P], finite. */
  readonly parameters: Float32Array
  /** Objective L before the first step. */
  readonly lossBefore: number
  /** Objective L after the last step. */
  readonly lossAfter: number
}

export interface FitOptions {
  readonly signal?: AbortSignal
  /** Callback for the number of completed steps, called at most once per step. */
  readonly onProgress?: (done: number, steps: number) => void
}

export interface Engine {
  readonly name: EngineName
  /** Description of the hardware, e.g. "google swiftshader (software)". */
  readonly device: string
  /**
   * Fits the personal parameters. Parameters with step size 0 stay at their mean and cost almost nothing.
   * Rejects with `aborted`, `engine-failed` or `fit-diverged`; never returns a non-finite number.
   */
  fit(problem: FitProblem, options?: FitOptions): Promise<FitResult>
  dispose(): void
}
