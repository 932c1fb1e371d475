/**
 * @module Loss and gradient of the multinomial logit with offset, without a prior:
 * Σ_t weight_t · −Σ_k target_tk · log softmax_k(offset_t + X_t p).
 */
import type { FitProblem } from './problem.ts'

export type LogitProblem = Pick<
  FitProblem,
  'cases' | 'candidates' | 'parameters' | 'design' | 'offset' | 'target' | 'weight'
>

/** @param gradient [P], overwritten. @returns the loss in nats. */
export function lossAndGradient(
  problem: LogitProblem,
  parameters: Float32Array | Float64Array,
  gradient: Float64Array,
): number {
  const { candidates: K, parameters: P, design, offset, target } = problem
  gradient.fill(0)
  const scores = new Float64Array(K)
  let loss = 0
  for (let t = 0; t < problem.cases; t++) {
    const weight = problem.weight[t]
    if (!(weight > 0)) continue
    let highest = Number.NEGATIVE_INFINITY
    for (let k = 0, row = t * K; k < K; k++, row++) {
      let score = offset[row]
      for (let j = 0, x = row * P; j < P; j++, x++) score += design[x] * parameters[j]
      scores[k] = score
      if (score > highest) highest = score
    }
    let sum = 0
    for (let k = 0; k < K; k++) sum += Math.exp(scores[k] - highest)
    const normaliser = highest + Math.log(sum)
    for (let k = 0, row = t * K; k < K; k++, row++) {
      const share = target[row]
      if (share > 0) loss += weight * share * (normaliser - scores[k])
      const residual = weight * (Math.exp(scores[k] - normaliser) - share)
      if (residual === 0) continue
      for (let j = 0, x = row * P; j < P; j++, x++) gradient[j] += residual * design[x]
    }
  }
  return loss
}
