/**
 * @module The personal fit as numbers of fixed shape. Objective (multinomial logit with offset,
 * convex in p):
 *   L(p) = Σ_t weight_t · −Σ_k target_tk · log softmax_k(offset_t + X_t p) + ½ Σ_j precision_j (p_j − mean_j)²
 */

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
