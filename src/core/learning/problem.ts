/**
 * @module Defines the personal fit as arrays of fixed shape. The objective is a multinomial logit with offset, convex
 * in p: L(p) = Σ_t weight_t · −Σ_k target_tk · log softmax_k(offset_t + X_t p) + ½ Σ_j precision_j (p_j − mean_j)²
 */

export interface FitProblem {
  /** Number of cases T, including padding (weight 0). */
  readonly cases: number
  /** Number of candidates K per case, including padding (offset PADDING_OFFSET, target 0). */
  readonly candidates: number
  /** Number of parameters P. */
  readonly parameters: number
  /** Design matrix X, row-major [T, K, P]. */
  readonly design: Float32Array
  /** Base scores, row-major [T, K]; PADDING_OFFSET for padding. */
  readonly offset: Float32Array
  /** Target shares, row-major [T, K]; they sum to one for each case with weight > 0. */
  readonly target: Float32Array
  /** Weight of each case, [T], ≥ 0. */
  readonly weight: Float32Array
  /** Prior mean, [P]; the descent starts at this mean. */
  readonly mean: Float32Array
  /** Prior precision (1 / variance), [P], ≥ 0. */
  readonly precision: Float32Array
  /** Adam step size of each parameter, [P]; a step size of 0 freezes the parameter. */
  readonly stepSize: Float32Array
  readonly steps: number
}

/** Base score of a padding candidate. It is finite, because WGSL leaves infinities unspecified. */
export const PADDING_OFFSET = -1e9
