/** @module The user tower in plain loops: what the other implementations are checked against. */
import { adamStep, startAdam } from '../adam.ts'
import { checkTower, type TowerEngine, type TowerProblem, weightCount, withOnes } from './tower.ts'

/** ∂L/∂w of the batch that a step takes, at weights w, [weights]: overwritten by the next call. */
export type TowerGradient = (w: Float64Array, step: number) => Float64Array

/** @throws NearsideError `input-invalid` */
export function createTowerGradient(problem: TowerProblem): TowerGradient {
  const batches = checkTower(problem)
  const { cases, candidates, inputs, hidden, outputs, table, candidateIds } = problem
  const x = withOnes(problem)
  const second = (inputs + 1) * hidden
  const h = new Float64Array(hidden + 1).fill(1)
  const u = new Float64Array(outputs)
  const du = new Float64Array(outputs)
  const back = new Float64Array(hidden + 1)
  const shares = new Float64Array(candidates)
  const gradient = new Float64Array(weightCount(problem))

  function addCase(w: Float64Array, row: number): void {
    const from = row * (inputs + 1)
    const ids = row * candidates
    h.fill(0, 0, hidden)
    for (let i = 0; i <= inputs; i++)
      for (let k = 0; k < hidden; k++) h[k] += x[from + i] * w[i * hidden + k]
    for (let k = 0; k < hidden; k++) if (h[k] < 0) h[k] = 0
    u.fill(0)
    for (let k = 0; k <= hidden; k++)
      if (h[k] !== 0) for (let j = 0; j < outputs; j++) u[j] += h[k] * w[second + k * outputs + j]
    let top = Number.NEGATIVE_INFINITY
    for (let c = 0; c < candidates; c++) {
      const item = candidateIds[ids + c] * outputs
      let score = 0
      for (let j = 0; j < outputs; j++) score += u[j] * table[item + j]
      shares[c] = score
      if (score > top) top = score
    }
    let sum = 0
    for (let c = 0; c < candidates; c++) {
      shares[c] = Math.exp(shares[c] - top)
      sum += shares[c]
    }
    du.fill(0)
    for (let c = 0; c < candidates; c++) {
      const residual = (shares[c] / sum - (c === 0 ? 1 : 0)) / cases
      const item = candidateIds[ids + c] * outputs
      for (let j = 0; j < outputs; j++) du[j] += residual * table[item + j]
    }
    for (let k = 0; k <= hidden; k++) {
      back[k] = 0
      if (h[k] === 0) continue
      let dh = 0
      const at = second + k * outputs
      for (let j = 0; j < outputs; j++) {
        gradient[at + j] += h[k] * du[j]
        dh += w[at + j] * du[j]
      }
      if (k < hidden) for (let i = 0; i <= inputs; i++) gradient[i * hidden + k] += dh * x[from + i]
    }
  }

  return (w, step) => {
    gradient.fill(0)
    const first = (step % batches) * cases
    for (let b = 0; b < cases; b++) addCase(w, first + b)
    return gradient
  }
}

/** @throws NearsideError `input-invalid` */
export function createJsTower(problem: TowerProblem): TowerEngine {
  const gradientAt = createTowerGradient(problem)
  return {
    async train(steps) {
      const w = Float64Array.from(problem.start)
      const rate = new Float32Array(w.length).fill(problem.learningRate)
      let state = startAdam(w.length)
      for (let step = 0; step < steps; step++) state = adamStep(state, w, gradientAt(w, step), rate)
      return Float32Array.from(w)
    },
    dispose() {},
  }
}
