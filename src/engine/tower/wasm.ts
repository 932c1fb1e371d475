/** @module The user tower on our own WebAssembly kernels, in single precision. */
import { NearsideError } from '../../core/error.ts'
import { adamSchedule, BETA1, BETA2 } from '../adam.ts'
import { assembleTower, type Product } from './module.ts'
import { checkTower, type TowerEngine, type TowerProblem, weightCount, withOnes } from './tower.ts'

const PAGE = 65_536
const roundUp = (value: number, unit: number) => Math.ceil(value / unit) * unit

type Kernel = (a: number, b: number, c: number, d: number, ...numbers: readonly number[]) => void

/** @throws NearsideError `input-invalid`, `engine-unavailable` */
export async function createWasmTower(problem: TowerProblem): Promise<TowerEngine> {
  const batches = checkTower(problem)
  const { cases, candidates, inputs, hidden, outputs } = problem
  const weights = weightCount(problem)
  const lines = roundUp(candidates, 4)
  let bytes = 0
  const take = (numbers: number) => {
    const at = bytes
    bytes = roundUp(at + 4 * numbers, 16)
    return at
  }
  const at = {
    x: take(problem.x.length + batches * cases),
    ids: take(problem.candidateIds.length),
    table: take(problem.table.length),
    weights: take(weights),
    gradient: take(weights),
    first: take(weights),
    second: take(weights),
    h: take(cases * (hidden + 1)),
    u: take(cases * outputs),
    du: take(cases * outputs),
    dh: take(cases * hidden),
    transposed: take(outputs * hidden),
    scores: take(cases * lines),
  }
  const pages = Math.ceil(bytes / PAGE)
  const [rowX, rowH] = [inputs + 1, hidden + 1]
  const by = (rows: number, columns: number, inner: number) => ({ rows, columns, inner })
  const products: Record<'hidden' | 'user' | 'upper' | 'back' | 'lower', Product> = {
    hidden: {
      ...by(cases, hidden, rowX),
      ...{ aRow: rowX, aInner: 1, bRow: hidden, cRow: rowH, finish: 'relu' },
    },
    user: { ...by(cases, outputs, rowH), aRow: rowH, aInner: 1, bRow: outputs, cRow: outputs },
    upper: { ...by(rowH, outputs, cases), aRow: 1, aInner: rowH, bRow: outputs, cRow: outputs },
    back: {
      ...by(cases, hidden, outputs),
      ...{ aRow: outputs, aInner: 1, bRow: hidden, cRow: hidden, finish: 'mask', dRow: rowH },
    },
    lower: { ...by(rowX, hidden, cases), aRow: 1, aInner: rowX, bRow: hidden, cRow: hidden },
  }
  let kernels: Record<keyof typeof products | 'dots' | 'residuals' | 'backDots' | 'adam', Kernel>
  let buffer: ArrayBuffer
  try {
    const memory = new WebAssembly.Memory({ initial: pages })
    const bytesOfModule = assembleTower(problem, products, lines, weights, pages)
    const module = await WebAssembly.compile(bytesOfModule)
    const { exports } = await WebAssembly.instantiate(module, { tower: { memory } })
    kernels = exports as unknown as typeof kernels
    buffer = memory.buffer
  } catch (error) {
    throw NearsideError.from(error, 'engine-unavailable', 'No WebAssembly with SIMD')
  }
  const view = (from: number, length: number) => new Float32Array(buffer, from, length)
  view(at.x, problem.x.length + batches * cases).set(withOnes(problem))
  new Int32Array(buffer, at.ids).set(problem.candidateIds)
  view(at.table, problem.table.length).set(problem.table)
  // The ones behind h stay; the padding behind the scores has to be put there again.
  view(at.h, cases * rowH).fill(1)
  const w = view(at.weights, weights)
  const transposed = view(at.transposed, outputs * hidden)
  const scores = view(at.scores, cases * lines)
  const upper = 4 * rowX * hidden

  function step(batch: number, rate: number, epsilon: number): void {
    const x = at.x + 4 * batch * cases * rowX
    const upperWeights = at.weights + upper
    kernels.hidden(x, at.weights, at.h, 0)
    kernels.user(at.h, upperWeights, at.u, 0)
    for (let b = 0; b < cases; b++) {
      const ids = at.ids + 4 * (batch * cases + b) * candidates
      const line = at.scores + 4 * b * lines
      scores.fill(-3e38, b * lines + candidates, (b + 1) * lines)
      kernels.dots(at.table, ids, at.u + 4 * b * outputs, line)
      kernels.residuals(line, 0, 0, 0, 1 / cases)
      kernels.backDots(at.table, ids, line, at.du + 4 * b * outputs)
    }
    kernels.upper(at.h, at.du, at.gradient + upper, 0)
    const second = upper / 4
    for (let k = 0; k < hidden; k++)
      for (let j = 0; j < outputs; j++) transposed[j * hidden + k] = w[second + k * outputs + j]
    kernels.back(at.du, at.transposed, at.dh, at.h)
    kernels.lower(x, at.dh, at.gradient, 0)
    kernels.adam(at.weights, at.gradient, at.first, at.second, rate, epsilon, BETA1, BETA2)
  }

  return {
    async train(steps) {
      w.set(problem.start)
      view(at.first, weights).fill(0)
      view(at.second, weights).fill(0)
      const { rate, epsilon } = adamSchedule(steps, Float32Array.of(problem.learningRate))
      for (let t = 0; t < steps; t++) step(t % batches, rate[t], epsilon[t])
      return w.slice()
    },
    dispose() {},
  }
}
