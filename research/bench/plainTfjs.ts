/**
 * @module The personal fit and the search as a user of TensorFlow.js would write them. The fit runs on the current
 * backend, with automatic differentiation and `tf.train.adam`.
 */

import { BETA1, BETA2, EPSILON } from '@nearside/core/adam.ts'
import type { FitProblem } from '@nearside/core/learning/problem.ts'
import { DIMENSION } from '@nearside/core/model/baseModel.ts'
import * as tf from '@tensorflow/tfjs'
import type { Best } from './bestRows.ts'

/**
 * Fits z: parameters are p = mean + stepSize · z. TensorFlow.js' Adam has one step size, but its steps don't depend on
 * a parameter's scale. So Adam over z with step size 1 equals our Adam over p with a step size for each parameter.
 */
export async function plainFit(problem: FitProblem): Promise<Float32Array> {
  const { cases: T, candidates: K, parameters: P } = problem
  const z = tf.variable(tf.zeros([P, 1]))
  const column = (values: Float32Array) => tf.tensor2d(values, [P, 1])
  const data = {
    design: tf.tensor2d(problem.design, [T * K, P]),
    offset: tf.tensor2d(problem.offset, [T, K]),
    target: tf.tensor2d(problem.target, [T, K]),
    weight: tf.tensor1d(problem.weight),
    mean: column(problem.mean),
    precision: column(problem.precision),
    stepSize: column(problem.stepSize),
  }
  const optimizer = tf.train.adam(1, BETA1, BETA2, EPSILON)
  try {
    for (let step = 0; step < problem.steps; step++)
      optimizer.minimize(() => {
        const q = tf.mul(data.stepSize, z)
        const scores = tf.matMul(data.design, tf.add(data.mean, q)).reshape([T, K])
        const logShare = tf.logSoftmax(tf.add(scores, data.offset))
        const likelihood = tf.sum(tf.mul(data.weight, tf.sum(tf.mul(logShare, data.target), 1)))
        const prior = tf.mul(0.5, tf.sum(tf.mul(data.precision, tf.square(q))))
        return tf.sub(prior, likelihood) as tf.Scalar
      })
    const p = tf.tidy(() => tf.add(data.mean, tf.mul(data.stepSize, z)))
    const values = Float32Array.from(await p.data())
    p.dispose()
    return values
  } finally {
    tf.dispose(Object.values(data))
    z.dispose()
    optimizer.dispose()
  }
}

/**
 * Item table, stored as the right factor of vector × matrix, which takes WASM a quarter of the time of matrix × vector.
 */
export interface TfjsTable {
  /** Item vectors, column-major [N, d]. */
  readonly columns: Float32Array
  readonly bias: Float32Array
}

/** @returns a search for the rows with the highest inner product plus bias, in an uploaded copy of the table */
export async function tfjsSearch(
  backend: string,
  { columns, bias }: TfjsTable,
  query: Float32Array,
  places: number,
): Promise<() => Promise<Best>> {
  await tf.setBackend(backend)
  const table = tf.tensor2d(columns, [DIMENSION, bias.length])
  const more = tf.tensor1d(bias)
  return async () => {
    await tf.setBackend(backend)
    const { values, indices } = tf.tidy(() =>
      tf.topk(tf.dot(tf.tensor1d(query), table).add(more), places),
    )
    const [scores, rows] = await Promise.all([values.data(), indices.data()])
    tf.dispose([values, indices])
    return { rows, scores }
  }
}
