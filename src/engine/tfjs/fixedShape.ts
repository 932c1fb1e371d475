/**
 * @module A centred problem put back into its fixed shape, in single precision, for hardware: equal
 * shapes spare GPU backends new buffers and new shaders for every fit.
 */

import { type FitProblem, PADDING_OFFSET } from '../../learning/problem.ts'
import { BETA1, BETA2, EPSILON } from '../adam.ts'
import type { CentredProblem } from '../objective.ts'

export interface FixedShape {
  /** X̃, row-major [T·K, P]; zero where there is padding. */
  readonly design: Float32Array
  /** Scores at q = 0 relative to the target's, [T·K]; PADDING_OFFSET where there is padding. */
  readonly offset: Float32Array
  /** [T] */
  readonly weight: Float32Array
}

export function fixedShape(problem: FitProblem, centred: CentredProblem): FixedShape {
  const { cases: T, candidates: K, parameters: P } = problem
  const design = new Float32Array(T * K * P)
  const offset = new Float32Array(T * K).fill(PADDING_OFFSET)
  const weight = new Float32Array(T)
  for (let l = 0; l < centred.cases.length; l++) {
    const t = centred.cases[l]
    weight[t] = centred.weight[l]
    for (let r = centred.start[l]; r < centred.start[l + 1]; r++) {
      const row = centred.rows[r]
      // Relative to the target's score: keeps single precision where it matters.
      offset[row] = centred.offset[r] - centred.targetOffset[l]
      design.set(centred.design.subarray(r * centred.stride, r * centred.stride + P), row * P)
    }
  }
  return { design, offset, weight }
}

/**
 * Adam's step size and ε with the bias corrections inside. With M_t = Σ β₁^(t−i) g_i and V_t
 * likewise for g², m̂/(√v̂ + ε) is k_t M/(√V + ε_t), where r_t = √((1−β₂)/(1−β₂ᵗ)),
 * k_t = (1−β₁)/((1−β₁ᵗ) r_t) and ε_t = ε/r_t.
 * @returns rate = k_t · stepSize, row-major [steps, P], and epsilon, [steps]
 */
export function adamSchedule({
  steps,
  parameters: P,
  stepSize,
}: Pick<FitProblem, 'steps' | 'parameters' | 'stepSize'>): {
  rate: Float32Array
  epsilon: Float32Array
} {
  const rate = new Float32Array(steps * P)
  const epsilon = new Float32Array(steps)
  for (let t = 1; t <= steps; t++) {
    const r = Math.sqrt((1 - BETA2) / (1 - BETA2 ** t))
    const k = (1 - BETA1) / ((1 - BETA1 ** t) * r)
    epsilon[t - 1] = EPSILON / r
    for (let j = 0; j < P; j++) rate[(t - 1) * P + j] = k * stepSize[j]
  }
  return { rate, epsilon }
}
