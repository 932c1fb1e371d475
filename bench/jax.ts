/**
 * @module The workloads as a user of jax-js would write them: the whole step, with its automatic
 * differentiation and Adam, in one `jit`.
 */
import {
  defaultDevice,
  grad,
  type Array as JaxArray,
  jit,
  nn,
  numpy as np,
  tree,
} from '@jax-js/jax'
import type { FitProblem } from '../src/core/personal/problem.ts'
import { BETA1, BETA2, EPSILON } from '../src/engine/adam.ts'

/** Devices of jax-js that are measured. */
export type JaxDevice = 'webgpu' | 'wasm'

type Arrays = Record<string, JaxArray>

/** Adam's factors of step `t`: what divides the moments. */
const corrections = (t: number) => np.array([1 / (1 - BETA1 ** t), 1 / (1 - BETA2 ** t)])

type State = { p: Arrays; first: Arrays; second: Arrays }

/** One step of Adam on every array of `p`; `rate` has the step size of each, as arrays or numbers. */
function adamStep(state: State, gradient: Arrays, factors: JaxArray, rate: Arrays | number): State {
  const next: State = { p: {}, first: {}, second: {} }
  const [one, two] = [factors.ref.slice(0), factors.slice(1)]
  for (const name of Object.keys(state.p)) {
    const g = gradient[name]
    const first = state.first[name].mul(BETA1).add(g.ref.mul(1 - BETA1))
    const second = state.second[name].mul(BETA2).add(np.square(g).mul(1 - BETA2))
    const size = np.sqrt(second.ref.mul(two.ref)).add(EPSILON)
    const direction = first.ref.mul(one.ref).div(size)
    const moved = typeof rate === 'number' ? direction.mul(rate) : direction.mul(rate[name])
    next.p[name] = state.p[name].sub(moved)
    next.first[name] = first
    next.second[name] = second
  }
  one.dispose()
  two.dispose()
  return next
}

/**
 * @param loss of the parameters, whose references it owns, as those of the data
 * @param make what is on the device before: parameters to start from, data, step sizes, and batches,
 * of which a step takes the next
 */
export function jaxDescent(
  device: JaxDevice,
  loss: (p: Arrays, data: Arrays) => JaxArray,
  make: () => { start: Arrays; data: Arrays; rate: Arrays | number; batches?: readonly Arrays[] },
  steps: number,
) {
  defaultDevice(device)
  const made = make()
  const { data, batches = [{}] } = made
  const rates: Arrays = typeof made.rate === 'number' ? {} : made.rate
  const step = jit((state: State, factors: JaxArray, given: Arrays, rate: Arrays): State => {
    const gradient = grad(loss)(tree.ref(state.p), given) as unknown as Arrays
    return adamStep(state, gradient, factors, typeof made.rate === 'number' ? made.rate : rate)
  })
  return {
    async run(): Promise<Float32Array> {
      defaultDevice(device)
      let state: State = {
        p: tree.ref(made.start),
        first: tree.map((it: JaxArray) => np.zeros(it.shape), tree.ref(made.start)),
        second: tree.map((it: JaxArray) => np.zeros(it.shape), tree.ref(made.start)),
      }
      for (let t = 1; t <= steps; t++) {
        const given = tree.ref({ ...data, ...batches[(t - 1) % batches.length] })
        state = step(state, corrections(t), given, tree.ref(rates)) as State
      }
      tree.dispose([state.first, state.second])
      const values: number[] = []
      for (const array of Object.values(state.p)) values.push(...(await array.data()))
      return Float32Array.from(values)
    },
    dispose() {
      tree.dispose([made.start, data, rates, ...batches])
    },
  }
}

/** The personal fit; its parameters are q = p − mean. */
export function jaxFit(device: JaxDevice, problem: FitProblem) {
  const { cases: T, candidates: K, parameters: P } = problem
  const loss = ({ q }: Arrays, d: Arrays) => {
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
  return jaxDescent(
    device,
    loss,
    () => ({
      start: { q: np.zeros([P]) },
      rate: { q: np.array(problem.stepSize) },
      data: {
        design: np.array(problem.design).reshape([T * K, P]),
        offset: np.array(problem.offset).reshape([T, K]),
        target: np.array(problem.target).reshape([T, K]),
        weight: np.array(problem.weight),
        mean: np.array(problem.mean),
        precision: np.array(problem.precision),
      },
    }),
    problem.steps,
  )
}
