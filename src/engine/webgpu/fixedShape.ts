/**
 * @module A centred problem put back into its fixed shape, in single precision, for hardware: equal
 * shapes spare GPU backends new buffers and new shaders for every fit.
 */

import { type FitProblem, PADDING_OFFSET } from '../../core/personal/problem.ts'
import type { CentredProblem } from '../objective.ts'

export function fixedShape(problem: FitProblem, centred: CentredProblem) {
  const { cases: T, candidates: K } = problem
  const { parameters: P, stride } = centred
  /** X̃, row-major [T·K, P]; zero where there is padding. */
  const design = new Float32Array(T * K * P)
  /** Scores at q = 0 relative to the target's, [T·K]. */
  const offset = new Float32Array(T * K).fill(PADDING_OFFSET)
  const weight = new Float32Array(T)
  for (let l = 0; l < centred.cases.length; l++) {
    const t = centred.cases[l]
    weight[t] = centred.weight[l]
    for (let r = centred.start[l]; r < centred.start[l + 1]; r++) {
      const row = centred.rows[r]
      // Relative to the target's score: keeps single precision where it matters.
      offset[row] = centred.offset[r] - centred.targetOffset[l]
      design.set(centred.design.subarray(r * stride, r * stride + P), row * P)
    }
  }
  return { design, offset, weight }
}
