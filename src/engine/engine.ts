/**
 * @module What an engine is: it minimises the personal objective on fixed shapes and returns plain
 * arrays. It is not a tensor library, knows nothing of items or events, and keeps no state between
 * calls. Implementations: `engine/js`, `engine/tfjs`; `engine/choose.ts` picks one.
 *
 * Objective (multinomial logit with offset, convex in p):
 *   L(p) = Σ_t weight_t · −Σ_k target_tk · log softmax_k(offset_t + X_t p) + ½ Σ_j precision_j (p_j − mean_j)²
 */

/** `wasm`, `wgsl`: our own kernels, the latter on the device of the TensorFlow.js WebGPU backend. */
export type EngineName = 'js' | 'wasm' | 'tfjs-cpu' | 'tfjs-wasm' | 'tfjs-webgpu' | 'wgsl'

export interface FitProblem {
  /** T: number of cases, including padding (weight 0). */
  readonly cases: number
  /** K: candidates of each case, including padding (offset PADDING_OFFSET, target 0). */
  readonly candidates: number
  /** P: length of p. */
  readonly parameters: number
  /** X, row-major [T, K, P]. */
  readonly design: Float32Array
  /** Base scores plus the sampling correction, row-major [T, K]. */
  readonly offset: Float32Array
  /** Each row of a case with weight > 0 sums to one, row-major [T, K]. */
  readonly target: Float32Array
  /** [T], ≥ 0. */
  readonly weight: Float32Array
  /** Prior mean, [P]; also where the descent starts. */
  readonly mean: Float32Array
  /** Prior precision (1 / variance), [P]; ≥ 0. */
  readonly precision: Float32Array
  /** Adam step size of each parameter, [P]; 0 freezes it. */
  readonly stepSize: Float32Array
  readonly steps: number
}

/** Finite, so that no engine meets an infinity (WGSL leaves infinities unspecified). */
export const PADDING_OFFSET = -1e9

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
  /** Rejects with `aborted`, `engine-failed` or `fit-diverged`; never returns a non-finite number. */
  fit(problem: FitProblem, options?: FitOptions): Promise<FitResult>
  dispose(): void
}
