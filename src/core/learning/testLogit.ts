/** @module The multinomial logit's loss and gradient, by their definition; tests compare production code with these. */
import type { FitProblem } from './problem.ts'

type LogitProblem = Pick<
  FitProblem,
  'cases' | 'candidates' | 'parameters' | 'design' | 'offset' | 'target' | 'weight'
>

/**
 * Multinomial logit with offset, without the prior: Σ_t weight_t · −Σ_k target_tk · log softmax_k(offset_t + X_t p).
 * @param gradient [P], overwritten
 * @returns the loss in nats
 */
export function lossAndGradient(
  problem: LogitProblem,
  parameters: Float32Array | Float64Array,
  gradient: Float64Array,
): number {
  const { candidates: K, parameters: P, design, offset } = problem
  gradient.fill(0)
  const scores = new Float64Array(K)
  let loss = 0
  for (let t = 0; t < problem.cases; t++) {
    if (!(problem.weight[t] > 0)) continue
    for (let k = 0, row = t * K; k < K; k++, row++) {
      let score = offset[row]
      for (let j = 0, x = row * P; j < P; j++, x++) score += design[x] * parameters[j]
      scores[k] = score
    }
    loss = toResiduals(problem, t, scores, loss)
    for (let k = 0, row = t * K; k < K; k++, row++) {
      const residual = scores[k]
      if (residual === 0) continue
      for (let j = 0, x = row * P; j < P; j++, x++) gradient[j] += residual * design[x]
    }
  }
  return loss
}

/**
 * Replaces the scores of case t by the derivatives of its loss.
 * @param scores input and output in the first K elements
 * @param loss sum of the losses of the previous cases
 * @returns the sum including the loss of this case
 */
function toResiduals(
  { candidates: K, target, weight }: LogitProblem,
  t: number,
  scores: Float64Array,
  loss: number,
): number {
  let highest = Number.NEGATIVE_INFINITY
  for (let k = 0; k < K; k++) if (scores[k] > highest) highest = scores[k]
  let sum = 0
  for (let k = 0; k < K; k++) sum += Math.exp(scores[k] - highest)
  const normaliser = highest + Math.log(sum)
  for (let k = 0, row = t * K; k < K; k++, row++) {
    const share = target[row]
    if (share > 0) loss += weight[t] * share * (normaliser - scores[k])
    scores[k] = weight[t] * (Math.exp(scores[k] - normaliser) - share)
  }
  return loss
}
