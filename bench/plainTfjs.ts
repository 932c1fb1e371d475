/**
 * @module The workloads as a user of TensorFlow.js would write them: automatic differentiation and
 * `tf.train.adam`, on whatever backend is current.
 */
import * as tf from '@tensorflow/tfjs'
import type { FitProblem } from '../src/core/personal/problem.ts'
import { BETA1, BETA2, EPSILON } from '../src/engine/adam.ts'
import type { SoftmaxCatalog, SoftmaxFit } from '../src/engine/softmax/softmax.ts'
import type { TowerProblem } from '../src/engine/tower/tower.ts'

/**
 * Adam of TensorFlow.js has one step size. Its steps don't depend on the scale of a parameter, so one
 * over p = mean + stepSize · z with step size 1 is our Adam over p with a step size for each.
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

/** A float32 catalogue with its cases on the current backend, uploaded once, and fits of u. */
export function plainSoftmax(
  catalog: SoftmaxCatalog & { readonly vectors: Float32Array },
  problem: SoftmaxFit,
  targetRows: Float32Array,
) {
  const { columns: d, vectors, bias } = catalog
  const T = problem.targets.length
  const row = (values: Float32Array) => tf.tensor2d(values, [1, d])
  const data = {
    table: tf.tensor2d(vectors, [bias.length, d]),
    bias: tf.tensor2d(bias, [1, bias.length]),
    queries: tf.tensor2d(problem.queries, [T, d]),
    targets: tf.tensor2d(targetRows, [T, d]),
    targetBias: tf.tensor1d(Float32Array.from(problem.targets, (target) => bias[target])),
    weight: tf.tensor1d(problem.weight),
    mean: row(problem.mean),
    precision: row(problem.precision),
    stepSize: row(problem.stepSize),
  }
  return {
    /** Its step sizes as in `plainFit`. @returns u */
    async run(): Promise<Float32Array> {
      const z = tf.variable(tf.zeros([1, d]))
      const optimizer = tf.train.adam(1, BETA1, BETA2, EPSILON)
      try {
        for (let step = 0; step < problem.steps; step++)
          optimizer.minimize(() => {
            const q = tf.mul(data.stepSize, z)
            const queries = tf.add(data.queries, tf.add(data.mean, q)) as tf.Tensor2D
            const scores = tf.add(tf.matMul(queries, data.table, false, true), data.bias)
            const own = tf.add(tf.sum(tf.mul(queries, data.targets), 1), data.targetBias)
            const losses = tf.sub(tf.logSumExp(scores, 1), own)
            const prior = tf.mul(0.5, tf.sum(tf.mul(data.precision, tf.square(q))))
            return tf.add(prior, tf.sum(tf.mul(data.weight, losses))) as tf.Scalar
          })
        const u = tf.tidy(() => tf.add(data.mean, tf.mul(data.stepSize, z)))
        const values = Float32Array.from(await u.data())
        u.dispose()
        return values
      } finally {
        z.dispose()
        optimizer.dispose()
      }
    },
    dispose: () => tf.dispose(Object.values(data)),
  }
}

/** The user tower, its batches on the current backend, uploaded once. */
export function plainTower(problem: TowerProblem, steps: number) {
  const { cases, candidates, inputs, hidden, outputs, table, x, candidateIds, start } = problem
  const batches = x.length / (cases * inputs)
  const part = <T extends Float32Array | Int32Array>(of: T, batch: number) =>
    of.subarray((batch * of.length) / batches, ((batch + 1) * of.length) / batches)
  const chosen = new Float32Array(cases * candidates)
  for (let b = 0; b < cases; b++) chosen[b * candidates] = 1
  const data = {
    table: tf.tensor2d(table, [table.length / outputs, outputs]),
    chosen: tf.tensor2d(chosen, [cases, candidates]),
  }
  const given = Array.from({ length: batches }, (_, batch) => ({
    x: tf.tensor2d(part(x, batch), [cases, inputs]),
    ids: tf.tensor1d(part(candidateIds, batch), 'int32'),
  }))
  const second = inputs * hidden + hidden
  return {
    async run(): Promise<Float32Array> {
      const weights = [
        tf.variable(tf.tensor2d(start.subarray(0, inputs * hidden), [inputs, hidden])),
        tf.variable(tf.tensor1d(start.subarray(inputs * hidden, second))),
        tf.variable(
          tf.tensor2d(start.subarray(second, second + hidden * outputs), [hidden, outputs]),
        ),
        tf.variable(tf.tensor1d(start.subarray(second + hidden * outputs))),
      ]
      const [w1, b1, w2, b2] = weights
      const optimizer = tf.train.adam(problem.learningRate, BETA1, BETA2, EPSILON)
      try {
        for (let step = 0; step < steps; step++)
          optimizer.minimize(() => {
            const batch = given[step % batches]
            const h = tf.relu(tf.add(tf.matMul(batch.x, w1 as tf.Tensor2D), b1)) as tf.Tensor2D
            const u = tf.add(tf.matMul(h, w2 as tf.Tensor2D), b2)
            const rows = tf.gather(data.table, batch.ids).reshape([cases, candidates, outputs])
            const scores = tf.matMul(rows, u.reshape([cases, outputs, 1]))
            const shares = tf.logSoftmax(scores.reshape([cases, candidates]))
            return tf.neg(tf.div(tf.sum(tf.mul(shares, data.chosen)), cases)) as tf.Scalar
          })
        const all = await Promise.all(weights.map((weight) => weight.data()))
        return Float32Array.from(all.flatMap((values) => [...values]))
      } finally {
        tf.dispose(weights)
        optimizer.dispose()
      }
    },
    dispose: () => tf.dispose([...Object.values(data), ...given.flatMap(({ x, ids }) => [x, ids])]),
  }
}
