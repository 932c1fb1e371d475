/**
 * @module Takes out of a problem its padding and the parameters that never move (in the shipped prior 75
 * of 102 have no step size), and centres it. Two exact rewritings make it sound in single precision
 * too, so all engines share them:
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

/** Which columns of the design are read, ascending, and where each goes in a centred row. */
function columnsOf({ stepSize, mean }: FitProblem) {
  const columns: number[] = []
  const places: number[] = []
  const moving: number[] = []
  for (let j = 0; j < stepSize.length; j++) {
    const moves = stepSize[j] > 0
    // What never moves has its part in the scores where its mean is not 0.
    if (!moves && mean[j] === 0) continue
    columns.push(j)
    places.push(moves ? moving.length : -1)
    if (moves) moving.push(j)
  }
  return {
    columns: Int32Array.from(columns),
    places: Int32Array.from(places),
    moving: Int32Array.from(moving),
  }
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
 * @param findRoom given P, where the centred rows go as long as the problem is used; an array of its own
 * if not given
 */
export function centre(
  problem: FitProblem,
  findRoom?: (parameters: number) => Room,
): CentredProblem {
  const { parameters: width, design, offset, target, mean } = problem
  const { cases, rows, start } = liveRows(problem)
  const { columns, places, moving } = columnsOf(problem)
  const P = moving.length
  const room = findRoom?.(P)
  const stride = room?.stride ?? P
  const centred = room?.allocate(rows.length) ?? new Float32Array(rows.length * P)
  const scores = new Float64Array(rows.length)
  const targetOffset = new Float64Array(cases.length)
  const centreRow = new Float64Array(columns.length)
  const by = Float64Array.from(columns, (j) => mean[j])
  for (let l = 0; l < cases.length; l++) {
    centreRow.fill(0)
    for (let r = start[l]; r < start[l + 1]; r++) {
      const share = target[rows[r]]
      if (share === 0) continue
      const from = rows[r] * width
      for (let c = 0; c < columns.length; c++) centreRow[c] += share * design[from + columns[c]]
    }
    const last = start[l + 1] - 1
    // Four rows at a time, so that no sum waits for another; the last again where there are fewer,
    // since a row comes out the same however often it is done.
    for (let r0 = start[l]; r0 <= last; r0 += 4) {
      const r1 = Math.min(r0 + 1, last)
      const r2 = Math.min(r0 + 2, last)
      const r3 = Math.min(r0 + 3, last)
      let score0 = offset[rows[r0]]
      let score1 = offset[rows[r1]]
      let score2 = offset[rows[r2]]
      let score3 = offset[rows[r3]]
      for (let c = 0; c < columns.length; c++) {
        const j = columns[c]
        const shared = centreRow[c]
        const value0 = Math.fround(design[rows[r0] * width + j] - shared)
        const value1 = Math.fround(design[rows[r1] * width + j] - shared)
        const value2 = Math.fround(design[rows[r2] * width + j] - shared)
        const value3 = Math.fround(design[rows[r3] * width + j] - shared)
        score0 += value0 * by[c]
        score1 += value1 * by[c]
        score2 += value2 * by[c]
        score3 += value3 * by[c]
        const place = places[c]
        if (place < 0) continue
        centred[r0 * stride + place] = value0
        centred[r1 * stride + place] = value1
        centred[r2 * stride + place] = value2
        centred[r3 * stride + place] = value3
      }
      scores[r0] = score0
      scores[r1] = score1
      scores[r2] = score2
      scores[r3] = score3
    }
    for (let r = start[l]; r <= last; r++) {
      for (let j = r * stride + P; j < (r + 1) * stride; j++) centred[j] = 0
      targetOffset[l] += target[rows[r]] * scores[r]
    }
  }
  return {
    parameters: P,
    moving,
    cases: Int32Array.from(cases),
    rows: Int32Array.from(rows),
    start: Int32Array.from(start),
    design: centred,
    stride,
    offset: scores,
    targetOffset,
    weight: Float64Array.from(cases, (t) => problem.weight[t]),
    precision: Float32Array.from(moving, (j) => problem.precision[j]),
    stepSize: Float32Array.from(moving, (j) => problem.stepSize[j]),
  }
}
