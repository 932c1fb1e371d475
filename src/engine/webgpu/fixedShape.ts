/**
 * @module Restores the fixed shape of a centred problem, in single precision, for hardware. With equal
 * shapes, GPU backends reuse their buffers and shaders in every fit.
 */

import { type FitProblem, PADDING_OFFSET } from '@nearside/core/learning/problem.ts'
import type { CentredProblem } from '../objective.ts'

export function fixedShape(problem: FitProblem, centred: CentredProblem) {
  const { cases: T, candidates: K } = problem
  const { parameters: P, stride } = centred
  /** Centred design X̃, row-major [T·K, P]; zero for padding. */
  const design = new Float32Array(T * K * P)
  /** Scores at q = 0 relative to the target's score, [T·K]. */
  const offset = new Float32Array(T * K).fill(PADDING_OFFSET)
  const weight = new Float32Array(T)
  for (let l = 0; l < centred.cases.length; l++) {
    const t = centred.cases[l]
    weight[t] = centred.weight[l]
    for (let r = centred.start[l]; r < centred.start[l + 1]; r++) {
      const row = centred.rows[r]
      // Relative to the target's score, where single precision matters most.
      offset[row] = centred.offset[r] - centred.targetOffset[l]
      design.set(centred.design.subarray(r * stride, r * stride + P), row * P)
    }
  }
  return { design, offset, weight }
}
