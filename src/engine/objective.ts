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

/** Longest case in rows: the length of the scratch that `lossAndGradient` needs. */
export function longestCase({ start }: CentredProblem): number {
  let longest = 0
  for (let l = 1; l < start.length; l++) longest = Math.max(longest, start[l] - start[l - 1])
  return longest
}

/** Replaces scores[0..count) by their softmax; returns log Σ exp. */
export function softmaxInPlace(scores: Float64Array, count: number): number {
  let top = scores[0]
  for (let k = 1; k < count; k++) if (scores[k] > top) top = scores[k]
  let sum = 0
  for (let k = 0; k < count; k++) {
    const e = Math.exp(scores[k] - top)
    scores[k] = e
    sum += e
  }
  for (let k = 0; k < count; k++) scores[k] /= sum
  return top + Math.log(sum)
}

/** scores[k] = row (first + k) · q. Four rows at a time: q is read once for all, and no sum waits. */
export function scoreRows(
  design: Float32Array,
  first: number,
  count: number,
  q: Float64Array,
  scores: Float64Array,
  stride = q.length,
): void {
  const P = q.length
  let k = 0
  for (; k + 4 <= count; k += 4) {
    const r0 = (first + k) * stride
    const r1 = r0 + stride
    const r2 = r1 + stride
    const r3 = r2 + stride
    let a = 0
    let b = 0
    let c = 0
    let d = 0
    for (let j = 0; j < P; j++) {
      const x = q[j]
      a += design[r0 + j] * x
      b += design[r1 + j] * x
      c += design[r2 + j] * x
      d += design[r3 + j] * x
    }
    scores[k] = a
    scores[k + 1] = b
    scores[k + 2] = c
    scores[k + 3] = d
  }
  for (; k < count; k++) {
    const row = (first + k) * stride
    let a = 0
    for (let j = 0; j < P; j++) a += design[row + j] * q[j]
    scores[k] = a
  }
}

/** sum += Σ_k weight · share_k · row (first + k), four rows at a time. */
export function addWeightedRows(
  design: Float32Array,
  first: number,
  count: number,
  share: Float64Array,
  weight: number,
  sum: Float64Array,
  stride = sum.length,
): void {
  const P = sum.length
  let k = 0
  for (; k + 4 <= count; k += 4) {
    const r0 = (first + k) * stride
    const r1 = r0 + stride
    const r2 = r1 + stride
    const r3 = r2 + stride
    const a = weight * share[k]
    const b = weight * share[k + 1]
    const c = weight * share[k + 2]
    const d = weight * share[k + 3]
    for (let j = 0; j < P; j++)
      sum[j] += a * design[r0 + j] + b * design[r1 + j] + (c * design[r2 + j] + d * design[r3 + j])
  }
  for (; k < count; k++) {
    const row = (first + k) * stride
    const a = weight * share[k]
    for (let j = 0; j < P; j++) sum[j] += a * design[row + j]
  }
}

/** L at q = 0, to the bit what `lossAndGradient` gives, without reading the design. */
export function lossAtMean(
  { start, offset, weight, targetOffset }: CentredProblem,
  scratch: Float64Array,
): number {
  let loss = 0
  for (let l = 0; l < weight.length; l++) {
    scratch.set(offset.subarray(start[l], start[l + 1]))
    loss += weight[l] * (softmaxInPlace(scratch, start[l + 1] - start[l]) - targetOffset[l])
  }
  return loss
}

/**
 * L at p = mean + q; writes ∂L/∂q into `gradient` where given.
 * @param q [P]
 * @param scratch at least `longestCase` long
 */
export function lossAndGradient(
  problem: CentredProblem,
  q: Float64Array,
  scratch: Float64Array,
  gradient?: Float64Array,
): number {
  const { parameters: P, stride, design, start, offset, weight, precision, targetOffset } = problem
  let loss = 0
  for (let j = 0; j < P; j++) {
    loss += 0.5 * precision[j] * q[j] * q[j]
    if (gradient) gradient[j] = precision[j] * q[j]
  }
  for (let l = 0; l < weight.length; l++) {
    const first = start[l]
    const count = start[l + 1] - first
    scoreRows(design, first, count, q, scratch, stride)
    for (let k = 0; k < count; k++) scratch[k] += offset[first + k]
    loss += weight[l] * (softmaxInPlace(scratch, count) - targetOffset[l])
    if (gradient) addWeightedRows(design, first, count, scratch, weight[l], gradient, stride)
  }
  return loss
}
