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
import type { SoftmaxCatalog, SoftmaxFit } from '../src/engine/softmax/softmax.ts'
import type { TowerProblem } from '../src/engine/tower/tower.ts'
import type { JaxDevice } from './workload.ts'

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

/** The softmax over a float32 catalogue; its parameters are q = u − mean. */
export function jaxSoftmax(
  device: JaxDevice,
  catalog: SoftmaxCatalog & { readonly vectors: Float32Array },
  problem: SoftmaxFit,
  targetRows: Float32Array,
) {
  const { columns, vectors, bias } = catalog
  const T = problem.targets.length
  const targetBias = Float32Array.from(problem.targets, (target) => bias[target])
  const loss = ({ q }: Arrays, d: Arrays) => {
    const queries = d.queries.add(d.mean.add(q.ref))
    const scores = np.matmul(queries.ref, np.transpose(d.table)).add(d.bias)
    const own = np.sum(queries.mul(d.targets), 1).add(d.targetBias)
    const losses = nn.logsumexp(scores, 1).sub(own)
    const prior = np.sum(d.precision.mul(np.square(q))).mul(0.5)
    return np.sum(d.weight.mul(losses)).add(prior)
  }
  return jaxDescent(
    device,
    loss,
    () => ({
      start: { q: np.zeros([columns]) },
      rate: { q: np.array(problem.stepSize) },
      data: {
        table: np.array(vectors).reshape([bias.length, columns]),
        bias: np.array(bias),
        queries: np.array(problem.queries).reshape([T, columns]),
        targets: np.array(targetRows).reshape([T, columns]),
        targetBias: np.array(targetBias),
        weight: np.array(problem.weight),
        mean: np.array(problem.mean),
        precision: np.array(problem.precision),
      },
    }),
    problem.steps,
  )
}

/** The user tower. */
export function jaxTower(device: JaxDevice, problem: TowerProblem, steps: number) {
  const { cases, candidates, inputs, hidden, outputs, table, x, candidateIds, start } = problem
  const batches = x.length / (cases * inputs)
  const part = <T extends Float32Array | Int32Array>(of: T, batch: number) =>
    of.slice((batch * of.length) / batches, ((batch + 1) * of.length) / batches) as T
  const loss = ({ w1, b1, w2, b2 }: Arrays, d: Arrays) => {
    const h = nn.relu(np.matmul(d.x, w1).add(b1))
    const u = np.matmul(h, w2).add(b2)
    const rows = np.take(d.table, d.ids, 0).reshape([cases, candidates, outputs])
    const scores = np.sum(rows.mul(u.reshape([cases, 1, outputs])), 2)
    return np.sum(nn.logSoftmax(scores, 1).mul(d.chosen)).mul(-1 / cases)
  }
  const second = inputs * hidden + hidden
  const third = second + hidden * outputs
  const chosen = new Float32Array(cases * candidates)
  for (let b = 0; b < cases; b++) chosen[b * candidates] = 1
  return jaxDescent(
    device,
    loss,
    () => ({
      start: {
        w1: np.array(start.slice(0, inputs * hidden)).reshape([inputs, hidden]),
        b1: np.array(start.slice(inputs * hidden, second)),
        w2: np.array(start.slice(second, third)).reshape([hidden, outputs]),
        b2: np.array(start.slice(third)),
      },
      rate: problem.learningRate,
      data: {
        table: np.array(table).reshape([table.length / outputs, outputs]),
        chosen: np.array(chosen).reshape([cases, candidates]),
      },
      batches: Array.from({ length: batches }, (_, batch) => ({
        x: np.array(part(x, batch)).reshape([cases, inputs]),
        ids: np.array(part(candidateIds, batch), { dtype: np.int32 }),
      })),
    }),
    steps,
  )
}
