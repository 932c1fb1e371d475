/**
 * @module The fit in TensorFlow.js operations, the same for every backend: 17 kernels a step, all
 * parameters in one [1, P] row, no readback. `tf.train.adam` would run 14 kernels for each variable
 * and upload its scalars again in every step; here they are uploaded once.
 *
 * With M_t = Σ β₁^(t−i) g_i and V_t likewise, Adam's m̂/(√v̂ + ε) is k_t M/(√V + ε_t), where
 * r_t = √((1−β₂)/(1−β₂ᵗ)), k_t = (1−β₁)/((1−β₁ᵗ) r_t), ε_t = ε/r_t. All of k_t and the step sizes
 * are in one row `rate`.
 */
import * as tf from '@tensorflow/tfjs-core'
import { BETA1, BETA2, EPSILON } from '../adam.ts'
import { type FitProblem, PADDING_OFFSET } from '../engine.ts'
import type { CentredProblem } from '../objective.ts'

interface Constants {
  /** X̃ with its padding, [T·K, P]. */
  readonly design: tf.Tensor2D
  readonly offset: tf.Tensor2D
  readonly weight: tf.Tensor2D
  readonly precision: tf.Tensor2D
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

/** The problem on a device, and how far its descent has come. */
export interface Descent {
  readonly constants: Constants
  state: State
  step: number
}

/** Back to the fixed shape, which spares GPU backends new buffers and shaders for every fit. */
function padded(problem: FitProblem, centred: CentredProblem) {
  const { cases: T, candidates: K, parameters: P } = problem
  const design = new Float32Array(T * K * P)
  const offset = new Float32Array(T * K)
  const weight = new Float32Array(T)
  for (let l = 0; l < centred.cases.length; l++) {
    const t = centred.cases[l]
    weight[t] = centred.weight[l]
    offset.fill(PADDING_OFFSET, t * K, (t + 1) * K)
    for (let r = centred.start[l]; r < centred.start[l + 1]; r++) {
      const row = centred.rows[r]
      // Relative to the target's score: keeps single precision where it matters.
      offset[row] = centred.offset[r] - centred.targetOffset[l]
      design.set(centred.design.subarray(r * P, (r + 1) * P), row * P)
    }
  }
  return { design, offset, weight }
}

/** Makes the tensors; to be called on the backend, outside of a tidy or kept from it. */
export function startDescent(problem: FitProblem, centred: CentredProblem): Descent {
  const { cases: T, candidates: K, parameters: P, steps, stepSize } = problem
  const { design, offset, weight } = padded(problem, centred)
  const rate: tf.Tensor2D[] = []
  const epsilon: tf.Scalar[] = []
  for (let step = 1; step <= steps; step++) {
    const r = Math.sqrt((1 - BETA2) / (1 - BETA2 ** step))
    const k = (1 - BETA1) / ((1 - BETA1 ** step) * r)
    rate.push(
      tf.tensor2d(
        stepSize.map((size) => size * k),
        [1, P],
      ),
    )
    epsilon.push(tf.scalar(EPSILON / r))
  }
  const row = () => tf.tensor2d(new Float32Array(P), [1, P])
  const descent: Descent = {
    constants: {
      design: tf.tensor2d(design, [T * K, P]),
      offset: tf.tensor2d(offset, [T, K]),
      weight: tf.tensor2d(weight, [T, 1]),
      precision: tf.tensor2d(problem.precision, [1, P]),
      beta1: tf.scalar(BETA1),
      beta2: tf.scalar(BETA2),
      rate,
      epsilon,
    },
    state: { q: row(), first: row(), second: row() },
    step: 0,
  }
  for (const tensor of tensorsOf(descent)) tf.keep(tensor)
  return descent
}

function tensorsOf({ constants, state }: Descent): tf.Tensor[] {
  const { rate, epsilon, ...single } = constants
  return [...Object.values(single), ...rate, ...epsilon, ...Object.values(state)]
}

/** ∂L/∂q at q, [1, P]. */
export function gradientAt({ constants }: Descent, q: tf.Tensor): tf.Tensor {
  const { design, offset, weight, precision } = constants
  const [T, K] = offset.shape
  const P = precision.shape[1]
  const scores = tf.add(tf.reshape(tf.matMul(design, tf.reshape(q, [P, 1])), [T, K]), offset)
  const residual = tf.mul(tf.softmax(scores), weight)
  // No transposed operand: the WASM backend has its fast path for plain ones only.
  const data = tf.matMul(tf.reshape(residual, [1, T * K]), design)
  return tf.add(data, tf.mul(precision, q))
}

/** Hands one step over; to be called on the backend inside a tidy. */
export function stepDescent(descent: Descent): void {
  const { beta1, beta2, rate, epsilon } = descent.constants
  const old = descent.state
  const gradient = gradientAt(descent, old.q)
  const first = tf.add(tf.mul(old.first, beta1), gradient)
  const second = tf.add(tf.mul(old.second, beta2), tf.square(gradient))
  const size = tf.add(tf.sqrt(second), epsilon[descent.step])
  const q = tf.sub(old.q, tf.mul(rate[descent.step], tf.div(first, size)))
  descent.state = { q: tf.keep(q), first: tf.keep(first), second: tf.keep(second) }
  descent.step++
  tf.dispose([old.q, old.first, old.second])
}

export function disposeDescent(descent: Descent): void {
  tf.dispose(tensorsOf(descent))
}
