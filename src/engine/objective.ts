/**
 * @module The personal objective and its gradient in double precision: what the JS engine descends
 * and what every other engine is measured against.
 *
 * Two exact rewritings make it sound in single precision too, so all engines share them:
 * - p = mean + q: the descent starts at q = 0 and the prior's gradient is precision·q, free of the
 *   cancellation in p − mean.
 * - every case's rows are centred on its target's row, X̃_tk = X_tk − Σ_j target_tj X_tj. A softmax
 *   ignores what its candidates share, so the loss is the same, but the gradient becomes
 *   Σ_k softmax_k X̃_tk with no difference of near-equal sums. Without it a column that is equal for
 *   all candidates has a gradient of rounding noise, which Adam, dividing by |g|, turns into full
 *   steps.
 */
import type { FitProblem } from '../learning/problem.ts'
import { isPadding } from './problem.ts'

/** A problem without its padding: L live cases, R live rows in all. */
export interface CentredProblem {
  readonly parameters: number
  /** Index of each live case in the problem, [L]. */
  readonly cases: Int32Array
  /** Index of each live row in the problem's [T·K] rows, [R], by case. */
  readonly rows: Int32Array
  /** First row of each live case, and R at the end, [L + 1]. */
  readonly start: Int32Array
  /** X̃, row-major [R, P]. */
  readonly design: Float32Array
  /** offset + X̃·mean, [R]: the scores at q = 0. */
  readonly offset: Float64Array
  /** Σ_k target_tk offset_tk, [L]: what −log softmax subtracts, constant in q. */
  readonly targetOffset: Float64Array
  /** [L], > 0. */
  readonly weight: Float64Array
  readonly precision: Float32Array
}

/** @param problem checked by `checkProblem` */
export function centre(problem: FitProblem): CentredProblem {
  const { candidates: K, parameters: P, design, offset, target, mean } = problem
  const cases: number[] = []
  const rows: number[] = []
  const start: number[] = [0]
  for (let t = 0; t < problem.cases; t++) {
    if (!(problem.weight[t] > 0)) continue
    cases.push(t)
    for (let i = t * K; i < (t + 1) * K; i++) if (!isPadding(offset[i])) rows.push(i)
    start.push(rows.length)
  }
  const centred = new Float32Array(rows.length * P)
  const scores = new Float64Array(rows.length)
  const targetOffset = new Float64Array(cases.length)
  const centreRow = new Float64Array(P)
  for (let l = 0; l < cases.length; l++) {
    centreRow.fill(0)
    for (let r = start[l]; r < start[l + 1]; r++) {
      const share = target[rows[r]]
      if (share === 0) continue
      const from = rows[r] * P
      for (let j = 0; j < P; j++) centreRow[j] += share * design[from + j]
    }
    for (let r = start[l]; r < start[l + 1]; r++) {
      const from = rows[r] * P
      const to = r * P
      let score = offset[rows[r]]
      for (let j = 0; j < P; j++) {
        const value = Math.fround(design[from + j] - centreRow[j])
        centred[to + j] = value
        score += value * mean[j]
      }
      scores[r] = score
      targetOffset[l] += target[rows[r]] * score
    }
  }
  return {
    parameters: P,
    cases: Int32Array.from(cases),
    rows: Int32Array.from(rows),
    start: Int32Array.from(start),
    design: centred,
    offset: scores,
    targetOffset,
    weight: Float64Array.from(cases, (t) => problem.weight[t]),
    precision: problem.precision,
  }
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
): void {
  const P = q.length
  let k = 0
  for (; k + 4 <= count; k += 4) {
    const r0 = (first + k) * P
    const r1 = r0 + P
    const r2 = r1 + P
    const r3 = r2 + P
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
    const row = (first + k) * P
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
): void {
  const P = sum.length
  let k = 0
  for (; k + 4 <= count; k += 4) {
    const r0 = (first + k) * P
    const r1 = r0 + P
    const r2 = r1 + P
    const r3 = r2 + P
    const a = weight * share[k]
    const b = weight * share[k + 1]
    const c = weight * share[k + 2]
    const d = weight * share[k + 3]
    for (let j = 0; j < P; j++)
      sum[j] += a * design[r0 + j] + b * design[r1 + j] + (c * design[r2 + j] + d * design[r3 + j])
  }
  for (; k < count; k++) {
    const row = (first + k) * P
    const a = weight * share[k]
    for (let j = 0; j < P; j++) sum[j] += a * design[row + j]
  }
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
  const { parameters: P, design, start, offset, weight, precision, targetOffset } = problem
  let loss = 0
  for (let j = 0; j < P; j++) {
    loss += 0.5 * precision[j] * q[j] * q[j]
    if (gradient) gradient[j] = precision[j] * q[j]
  }
  for (let l = 0; l < weight.length; l++) {
    const first = start[l]
    const count = start[l + 1] - first
    scoreRows(design, first, count, q, scratch)
    for (let k = 0; k < count; k++) scratch[k] += offset[first + k]
    loss += weight[l] * (softmaxInPlace(scratch, count) - targetOffset[l])
    if (gradient) addWeightedRows(design, first, count, scratch, weight[l], gradient)
  }
  return loss
}
