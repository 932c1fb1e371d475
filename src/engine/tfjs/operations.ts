/**
 * @module The descent in TensorFlow.js operations, the same for every backend: 17 kernels a step, all
 * parameters in one [1, P] row, no readback. `tf.train.adam` would run 14 kernels for each variable
 * and upload its scalars again in every step; here they are uploaded once.
 */
import * as tf from '@tensorflow/tfjs-core'
import type { FitProblem } from '../../core/personal/problem.ts'
import { adamSchedule, BETA1, BETA2 } from '../adam.ts'
import type { CentredProblem } from '../objective.ts'
import type { Descent } from './descent.ts'
import { fixedShape } from './fixedShape.ts'
import { type BackendName, onBackend } from './runtime.ts'

interface Data {
  /** X̃ with its padding, [T·K, P]. */
  readonly design: tf.Tensor2D
  /** [T, K] */
  readonly offset: tf.Tensor2D
  /** [T, 1] */
  readonly weight: tf.Tensor2D
  /** [1, P] */
  readonly precision: tf.Tensor2D
}

interface Schedule {
  readonly beta1: tf.Scalar
  readonly beta2: tf.Scalar
  /** One row [1, P] and one scalar for each step. */
  readonly rate: readonly tf.Tensor2D[]
  readonly epsilon: readonly tf.Scalar[]
}

interface State {
  readonly q: tf.Tensor
  readonly first: tf.Tensor
  readonly second: tf.Tensor
}

/** The problem as tensors of the current backend. */
export function dataOf(problem: FitProblem, centred: CentredProblem): Data {
  const { cases: T, candidates: K, parameters: P } = problem
  const { design, offset, weight } = fixedShape(problem, centred)
  return {
    design: tf.tensor2d(design, [T * K, P]),
    offset: tf.tensor2d(offset, [T, K]),
    weight: tf.tensor2d(weight, [T, 1]),
    precision: tf.tensor2d(problem.precision, [1, P]),
  }
}

function scheduleOf(problem: FitProblem): Schedule {
  const P = problem.parameters
  const { rate, epsilon } = adamSchedule(problem.steps, problem.stepSize)
  return {
    beta1: tf.scalar(BETA1),
    beta2: tf.scalar(BETA2),
    rate: Array.from(epsilon, (_, t) => tf.tensor2d(rate.subarray(t * P, (t + 1) * P), [1, P])),
    epsilon: Array.from(epsilon, (value) => tf.scalar(value)),
  }
}

/** ∂L/∂q at q, [1, P]. */
export function gradientAt({ design, offset, weight, precision }: Data, q: tf.Tensor): tf.Tensor {
  const [T, K] = offset.shape
  const P = precision.shape[1]
  const scores = tf.add(tf.reshape(tf.matMul(design, tf.reshape(q, [P, 1])), [T, K]), offset)
  const residual = tf.mul(tf.softmax(scores), weight)
  // No transposed operand: the WASM backend has its fast path for plain ones only.
  const likelihood = tf.matMul(tf.reshape(residual, [1, T * K]), design)
  return tf.add(likelihood, tf.mul(precision, q))
}

function stepFrom(state: State, data: Data, schedule: Schedule, step: number): State {
  const gradient = gradientAt(data, state.q)
  const first = tf.add(tf.mul(state.first, schedule.beta1), gradient)
  const second = tf.add(tf.mul(state.second, schedule.beta2), tf.square(gradient))
  const size = tf.add(tf.sqrt(second), schedule.epsilon[step])
  const q = tf.sub(state.q, tf.mul(schedule.rate[step], tf.div(first, size)))
  return { q, first, second }
}

/** Keeps the tensors in an object from the tidy in which they were made. */
function keepAll<T extends object>(tensors: T): T {
  for (const tensor of Object.values(tensors).flat()) tf.keep(tensor)
  return tensors
}

export function startOperations(
  backend: BackendName,
  problem: FitProblem,
  centred: CentredProblem,
): Descent {
  const row = () => tf.zeros([1, problem.parameters])
  let state!: State
  let data!: Data
  let schedule!: Schedule
  onBackend(backend, () => {
    data = dataOf(problem, centred)
    schedule = scheduleOf(problem)
    state = { q: row(), first: row(), second: row() }
    for (const tensors of [data, schedule, state]) keepAll(tensors)
  })
  let done = 0
  return {
    get done() {
      return done
    },
    advance(count) {
      for (const end = done + count; done < end; done++)
        onBackend(backend, () => {
          const old = state
          state = keepAll(stepFrom(old, data, schedule, done))
          tf.dispose(Object.values(old))
        })
    },
    read: async () => Float32Array.from(await state.q.data()),
    dispose: () => tf.dispose([data, schedule, state].flatMap((it) => Object.values(it).flat())),
  }
}
