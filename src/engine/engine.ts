/**
 * @module Interface of an engine, which computes the personal fit (`core/learning/problem.ts`). An engine has no state
 * between two fits. Implementations: `js.ts`, `wasm`, `webgpu`; `choose.ts` chooses one.
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
  /** Called with the number of completed steps, at most once per step. */
  readonly onProgress?: (done: number, steps: number) => void
}

export interface Engine {
  readonly name: EngineName
  /** Description of the hardware, e.g. "google swiftshader (software)". */
  readonly device: string
  /**
   * Fits the personal parameters. Rejects with `aborted`, `engine-failed` or `fit-diverged`; never returns a non-finite
   * number.
   */
  fit(problem: FitProblem, options?: FitOptions): Promise<FitResult>
  dispose(): void
}
