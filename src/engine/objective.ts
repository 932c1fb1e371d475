/**
 * @module The personal objective and its gradient in double precision, of a centred problem: what the
 * JS engine descends and what every other engine is measured against.
 */
/** A problem without its padding and without what never moves: L live cases, R live rows in all. */
export interface CentredProblem {
  /** P: how many may move, those with a step size. */
  readonly parameters: number
  /** Which of the problem's, ascending, [P]. */
  readonly moving: Int32Array
  /** Index of each live case in the problem, [L]. */
  readonly cases: Int32Array
  /** Index of each live row in the problem's [T·K] rows, [R], by case. */
  readonly rows: Int32Array
  /** First row of each live case, and R at the end, [L + 1]. */
  readonly start: Int32Array
  /** X̃, row-major [R, P], each row `stride` long with zeros behind its P numbers. */
  readonly design: Float32Array
  /** A multiple of 4, at least 4. */
  readonly stride: number
  /** offset + X̃·mean over all the problem's parameters, [R]: the scores at q = 0. */
  readonly offset: Float64Array
  /** Σ_k target_tk offset_tk, [L]: what −log softmax subtracts, constant in q. */
  readonly targetOffset: Float64Array
  /** [L], > 0. */
  readonly weight: Float64Array
  /** [P] each. */
  readonly precision: Float32Array
  readonly stepSize: Float32Array
}

/** Replaces scores by their softmax; returns log Σ exp. */
function softmaxInPlace(scores: Float64Array): number {
  let top = Number.NEGATIVE_INFINITY
  for (let k = 0; k < scores.length; k++) if (scores[k] > top) top = scores[k]
  let sum = 0
  for (let k = 0; k < scores.length; k++) {
    scores[k] = Math.exp(scores[k] - top)
    sum += scores[k]
  }
  for (let k = 0; k < scores.length; k++) scores[k] /= sum
  return top + Math.log(sum)
}

/**
 * L at p = mean + q; writes ∂L/∂q into `gradient` where given.
 * @param q [P]
 */
export function lossAndGradient(
  problem: CentredProblem,
  q: Float64Array,
  gradient?: Float64Array,
): number {
  const { parameters: P, design, stride, start, offset, weight, precision, targetOffset } = problem
  const shares = new Float64Array(offset.length)
  let loss = 0
  for (let j = 0; j < P; j++) {
    loss += 0.5 * precision[j] * q[j] * q[j]
    if (gradient) gradient[j] = precision[j] * q[j]
  }
  for (let l = 0; l < weight.length; l++) {
    for (let r = start[l]; r < start[l + 1]; r++) {
      let score = 0
      for (let j = 0, x = r * stride; j < P; j++, x++) score += design[x] * q[j]
      shares[r] = score + offset[r]
    }
    const logSum = softmaxInPlace(shares.subarray(start[l], start[l + 1]))
    loss += weight[l] * (logSum - targetOffset[l])
    if (!gradient) continue
    for (let r = start[l]; r < start[l + 1]; r++) {
      const scale = weight[l] * shares[r]
      for (let j = 0, x = r * stride; j < P; j++, x++) gradient[j] += scale * design[x]
    }
  }
  return loss
}
