/**
 * @module The personal fit and the search as a user of jax-js would write them. A step of the fit, with automatic
 * differentiation and Adam, is one compiled function (`jit`).
 */
import {
  defaultDevice,
  grad,
  type Array as JaxArray,
  jit,
  lax,
  nn,
  numpy as np,
  tree,
} from '@jax-js/jax'
import { BETA1, BETA2, EPSILON } from '@nearside/core/adam.ts'
import type { FitProblem } from '@nearside/core/learning/problem.ts'
import { type BaseModel, DIMENSION } from '@nearside/core/model/baseModel.ts'
import type { Best } from './bestRows.ts'

export type JaxDevice = 'webgpu' | 'wasm'

type Arrays = Record<string, JaxArray>

/** Adam's bias corrections at step `t`, as factors of the moments. */
const corrections = (t: number) => np.array([1 / (1 - BETA1 ** t), 1 / (1 - BETA2 ** t)])

/** State of the descent: q, the parameters minus their prior means, and Adam's moments. */
type State = { q: JaxArray; first: JaxArray; second: JaxArray }

function adamStep(state: State, g: JaxArray, factors: JaxArray, rate: JaxArray): State {
  const first = state.first.mul(BETA1).add(g.ref.mul(1 - BETA1))
  const second = state.second.mul(BETA2).add(np.square(g).mul(1 - BETA2))
  const size = np.sqrt(second.ref.mul(factors.ref.slice(1))).add(EPSILON)
  const direction = first.ref.mul(factors.slice(0)).div(size)
  return { q: state.q.sub(direction.mul(rate)), first, second }
}

/** Creates a fit, and puts its arrays on the device first, so that no run's time includes this transfer. */
export function jaxFit(device: JaxDevice, problem: FitProblem) {
  const { cases: T, candidates: K, parameters: P } = problem
  const loss = (q: JaxArray, d: Arrays) => {
    const p = d.mean.add(q.ref)
    const scores = np
      .matmul(d.design, p.reshape([P, 1]))
      .reshape([T, K])
      .add(d.offset)
    const shares = nn.logSoftmax(scores, 1)
    const likelihood = np.sum(d.weight.mul(np.sum(shares.mul(d.target), 1)))
    return np
      .sum(d.precision.mul(np.square(q)))
      .mul(0.5)
      .sub(likelihood)
  }
  defaultDevice(device)
  const rate = np.array(problem.stepSize)
  const data: Arrays = {
    design: np.array(problem.design).reshape([T * K, P]),
    offset: np.array(problem.offset).reshape([T, K]),
    target: np.array(problem.target).reshape([T, K]),
    weight: np.array(problem.weight),
    mean: np.array(problem.mean),
    precision: np.array(problem.precision),
  }
  const step = jit((state: State, factors: JaxArray, given: Arrays, size: JaxArray): State => {
    const gradient = grad(loss)(state.q.ref, given)
    return adamStep(state, gradient, factors, size)
  })
  /** Runs the fit. @returns q for each of the P parameters */
  return async (): Promise<Float32Array> => {
    defaultDevice(device)
    let state: State = { q: np.zeros([P]), first: np.zeros([P]), second: np.zeros([P]) }
    for (let t = 1; t <= problem.steps; t++)
      state = step(state, corrections(t), tree.ref(data), rate.ref) as State
    tree.dispose([state.first, state.second])
    return (await state.q.data()) as Float32Array
  }
}

/** @returns a search for the rows with the highest inner product plus bias, in an uploaded copy of the table */
export function jaxSearch(
  { itemVectors, bias }: Pick<BaseModel, 'itemVectors' | 'bias'>,
  query: Float32Array<ArrayBuffer>,
  places: number,
): () => Promise<Best> {
  defaultDevice('wasm')
  const table = np.array(new Float32Array(itemVectors)).reshape([bias.length, DIMENSION])
  const more = np.array(new Float32Array(bias))
  const search = jit((rows: JaxArray, given: JaxArray, fixed: JaxArray) =>
    lax.topK(np.matmul(rows, given).add(fixed), places),
  )
  return async () => {
    defaultDevice('wasm')
    const [values, items] = search(table.ref, np.array(query), more.ref) as [JaxArray, JaxArray]
    const [scores, rows] = await Promise.all([values.data(), items.data()])
    return { rows, scores } as Best
  }
}
