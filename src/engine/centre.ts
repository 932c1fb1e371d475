/**
 * @module Takes the padding out of a problem and centres it. Two exact rewritings make it sound in
 * single precision too, so all engines share them:
 * - p = mean + q: the descent starts at q = 0 and the prior's gradient is precision·q, free of the
 *   cancellation in p − mean.
 * - every case's rows are centred on its target's row, X̃_tk = X_tk − Σ_j target_tj X_tj. A softmax
 *   ignores what its candidates share, so the loss is the same, but the gradient becomes
 *   Σ_k softmax_k X̃_tk with no difference of near-equal sums. Without it a column that is equal for
 *   all candidates has a gradient of rounding noise, which Adam, dividing by |g|, turns into full
 *   steps.
 */
import type { FitProblem } from '../core/personal/problem.ts'
import type { CentredProblem } from './objective.ts'
import { isPadding } from './problem.ts'

/** Where the centred design goes. */
export interface Room {
  /** Numbers of a row, ≥ P. */
  readonly stride: number
  /** Room for so many rows; what lies there does not matter. */
  allocate(rows: number): Float32Array
}

interface LiveRows {
  readonly cases: readonly number[]
  readonly rows: readonly number[]
  readonly start: readonly number[]
}

function liveRows({ cases: T, candidates: K, weight, offset }: FitProblem): LiveRows {
  const cases: number[] = []
  const rows: number[] = []
  const start: number[] = [0]
  for (let t = 0; t < T; t++) {
    if (!(weight[t] > 0)) continue
    cases.push(t)
    for (let i = t * K; i < (t + 1) * K; i++) if (!isPadding(offset[i])) rows.push(i)
    start.push(rows.length)
  }
  return { cases, rows, start }
}

/**
 * @param problem checked by `checkProblem`
 * @param room as long as the problem is used; an array of its own if not given
 */
export function centre(problem: FitProblem, room?: Room): CentredProblem {
  const { parameters: P, design, offset, target } = problem
  const { cases, rows, start } = liveRows(problem)
  const stride = room?.stride ?? P
  const centred = room?.allocate(rows.length) ?? new Float32Array(rows.length * P)
  const scores = new Float64Array(rows.length)
  const targetOffset = new Float64Array(cases.length)
  const mean = Float64Array.from(problem.mean)
  const centreRow = new Float64Array(P)
  for (let l = 0; l < cases.length; l++) {
    centreRow.fill(0)
    for (let r = start[l]; r < start[l + 1]; r++) {
      const share = target[rows[r]]
      if (share === 0) continue
      const from = rows[r] * P
      for (let j = 0; j < P; j++) centreRow[j] += share * design[from + j]
    }
    const last = start[l + 1] - 1
    // Four rows at a time, so that no sum waits for another; the last again where there are fewer,
    // since a row comes out the same however often it is done.
    for (let r = start[l]; r <= last; r += 4) {
      const b = Math.min(r + 1, last)
      const c = Math.min(r + 2, last)
      const d = Math.min(r + 3, last)
      let scoreA = offset[rows[r]]
      let scoreB = offset[rows[b]]
      let scoreC = offset[rows[c]]
      let scoreD = offset[rows[d]]
      const fromA = rows[r] * P
      const fromB = rows[b] * P
      const fromC = rows[c] * P
      const fromD = rows[d] * P
      const toA = r * stride
      const toB = b * stride
      const toC = c * stride
      const toD = d * stride
      for (let j = 0; j < P; j++) {
        const shared = centreRow[j]
        const by = mean[j]
        const valueA = Math.fround(design[fromA + j] - shared)
        const valueB = Math.fround(design[fromB + j] - shared)
        const valueC = Math.fround(design[fromC + j] - shared)
        const valueD = Math.fround(design[fromD + j] - shared)
        centred[toA + j] = valueA
        centred[toB + j] = valueB
        centred[toC + j] = valueC
        centred[toD + j] = valueD
        scoreA += valueA * by
        scoreB += valueB * by
        scoreC += valueC * by
        scoreD += valueD * by
      }
      scores[r] = scoreA
      scores[b] = scoreB
      scores[c] = scoreC
      scores[d] = scoreD
    }
    for (let r = start[l]; r <= last; r++) {
      for (let j = r * stride + P; j < (r + 1) * stride; j++) centred[j] = 0
      targetOffset[l] += target[rows[r]] * scores[r]
    }
  }
  return {
    parameters: P,
    cases: Int32Array.from(cases),
    rows: Int32Array.from(rows),
    start: Int32Array.from(start),
    design: centred,
    stride,
    offset: scores,
    targetOffset,
    weight: Float64Array.from(cases, (t) => problem.weight[t]),
    precision: problem.precision,
  }
}
