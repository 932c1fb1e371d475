/**
 * @module The fused loss on the backends of TensorFlow.js that a real browser has, against its autodiff:
 * all three, or two where there is no WebGPU.
 */
import '@tensorflow/tfjs-backend-cpu'
import '@tensorflow/tfjs-backend-webgpu'
import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-core/dist/register_all_gradients'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FitProblem } from '../../core/personal/problem.ts'
import { PERSONAL_SHAPE, type TestShape, testProblem } from '../testProblem.ts'
import { createTfjsWasmEngine } from '../tfjs/wasm.ts'
import { type PersonalLossData, personalLoss } from './personalLoss.ts'

const shapes: fc.Arbitrary<TestShape> = fc.record({
  seed: fc.integer({ min: 1, max: 1e6 }),
  cases: fc.integer({ min: 2, max: 7 }),
  candidates: fc.integer({ min: 2, max: 40 }),
  parameters: fc.integer({ min: 1, max: 20 }),
  steps: fc.constant(1),
  paddedCases: fc.integer({ min: 0, max: 1 }),
  paddedCandidates: fc.integer({ min: 0, max: 1 }),
  soft: fc.boolean(),
})

function tensorsOf(problem: FitProblem): PersonalLossData {
  const { cases: T, candidates: K, parameters: P } = problem
  return {
    design: tf.tensor3d(problem.design, [T, K, P]),
    offset: tf.tensor2d(problem.offset, [T, K]),
    target: tf.tensor2d(problem.target, [T, K]),
    weight: tf.tensor1d(problem.weight),
    mean: tf.tensor1d(problem.mean),
    precision: tf.tensor1d(problem.precision),
  }
}

/** The same formula in the operations of TensorFlow.js. */
function composedLoss(p: tf.Tensor, data: PersonalLossData): tf.Scalar {
  const [T, K, P] = data.design.shape
  const scores = tf.add(
    tf.reshape(tf.matMul(tf.reshape(data.design, [T * K, P]), tf.reshape(p, [P, 1])), [T, K]),
    data.offset,
  )
  const perCase = tf.neg(tf.sum(tf.mul(tf.logSoftmax(scores), data.target), 1))
  const prior = tf.sum(tf.mul(data.precision, tf.square(tf.sub(p, data.mean))))
  return tf.add(tf.sum(tf.mul(perCase, data.weight)), tf.mul(prior, 0.5))
}

/** Where a browser should have it and has not, `*.webgpu.browser.test.ts` fail. */
const hasWebgpu = 'gpu' in navigator

type Loss = typeof personalLoss

async function valueAndGradient(loss: Loss, problem: FitProblem, at: Float32Array) {
  const { value, grad } = tf.tidy(() => {
    const data = tensorsOf(problem)
    return tf.valueAndGrad((p: tf.Tensor) => loss(p, data))(tf.tensor1d(at))
  })
  const numbers = { value: (await value.data())[0], gradient: await grad.data() }
  tf.dispose([value, grad])
  return numbers
}

async function onBackend<T>(backend: string, work: () => Promise<T>): Promise<T> {
  const before = tf.getBackend()
  await tf.setBackend(backend)
  try {
    return await work()
  } finally {
    await tf.setBackend(before)
  }
}

const pointFor = ({ parameters, mean }: FitProblem) =>
  Float32Array.from({ length: parameters }, (_, j) => mean[j] + 0.3 * Math.sin(j + 1))

const largest = (values: ArrayLike<number>) => Math.max(...Array.from(values, Math.abs))

async function expectAutodiff(backend: string, problem: FitProblem): Promise<void> {
  const at = pointFor(problem)
  const own = await onBackend(backend, () => valueAndGradient(personalLoss, problem, at))
  const oracle = await onBackend('cpu', () => valueAndGradient(composedLoss, problem, at))
  const scale = 1 + largest(oracle.gradient)
  own.gradient.forEach((g, j) => {
    expect(Math.abs(g - oracle.gradient[j])).toBeLessThan(1e-6 * scale)
  })
  expect(Math.abs(own.value - oracle.value)).toBeLessThan(1e-6 * (1 + Math.abs(oracle.value)))
}

beforeAll(async () => {
  await tf.setBackend('cpu')
  // Tells the WASM backend where its binary lies.
  ;(await createTfjsWasmEngine()).dispose()
})
afterAll(async () => {
  await tf.setBackend('cpu')
  if (hasWebgpu) tf.removeBackend('webgpu')
})

describe.each(['cpu', 'wasm', ...(hasWebgpu ? ['webgpu'] : [])])('on %s', (backend) => {
  test('loss and gradient are those of autodiff, to 1e-6', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, (shape) => expectAutodiff(backend, testProblem(shape))),
      { numRuns: 40 },
    )
  })

  test('at the size of personal training too', async () => {
    await expectAutodiff(backend, testProblem({ ...PERSONAL_SHAPE, paddedCases: 9, soft: true }))
  })

  test.each<[string, () => tf.Optimizer]>([
    ['sgd', () => tf.train.sgd(0.02)],
    ['momentum', () => tf.train.momentum(0.01, 0.9)],
    ['adam', () => tf.train.adam(0.03)],
    ['rmsprop', () => tf.train.rmsprop(0.02)],
  ])(
    'tf.train.%s descends it, where it descends the composed loss, and leaks nothing',
    async (_, create) => {
      const problem = testProblem({ seed: 4, cases: 5, candidates: 9, parameters: 6, steps: 1 })
      const descend = async (loss: Loss, steps: number) => {
        const data = tensorsOf(problem)
        const p = tf.variable(tf.tensor1d(problem.mean))
        const optimizer = create()
        const step = () => void optimizer.minimize(() => loss(p, data), false, [p])
        step()
        const before = { ...tf.memory() }
        for (let i = 1; i < steps; i++) step()
        const { numTensors, numDataBuffers } = tf.memory()
        expect({ numTensors, numDataBuffers }).toEqual({
          numTensors: before.numTensors,
          numDataBuffers: before.numDataBuffers,
        })
        const reached = await p.data()
        optimizer.dispose()
        tf.dispose([p, ...Object.values(data)])
        return reached
      }
      const own = await onBackend(backend, () => descend(personalLoss, 12))
      const oracle = await onBackend('cpu', () => descend(composedLoss, 12))
      expect(largest(own.map((value, j) => value - oracle[j]))).toBeLessThan(1e-4)
      expect(largest(own.map((value, j) => value - problem.mean[j]))).toBeGreaterThan(0.01)
    },
  )

  test('what does not fit is refused, naming it', async () => {
    const problem = testProblem({ seed: 4, cases: 3, candidates: 4, parameters: 2, steps: 1 })
    await onBackend(backend, async () =>
      tf.tidy(() => {
        const data = tensorsOf(problem)
        const p = tf.tensor1d(problem.mean)
        expect(() => personalLoss(p, { ...data, weight: tf.ones([4]) })).toThrow(
          'weight is float32 [4] instead of float32 [3]',
        )
        expect(() => personalLoss(tf.ones([3]), data)).toThrow(/^parameters is/)
        expect(() => personalLoss(p, { ...data, mean: tf.ones([2], 'int32') })).toThrow(/^mean is/)
      }),
    )
  })
})

test('another backend is refused in words', () => {
  const none = { dispose: () => {} } as unknown as tf.KernelBackend
  tf.registerBackend('abacus', () => none, 0)
  const problem = testProblem({ seed: 4, cases: 3, candidates: 4, parameters: 2, steps: 1 })
  const data = tensorsOf(problem)
  const p = tf.tensor1d(problem.mean)
  void tf.setBackend('abacus')
  try {
    expect(() => personalLoss(p, data)).toThrow(/runs on cpu, wasm, webgpu, not on 'abacus'/)
  } finally {
    void tf.setBackend('cpu')
    tf.removeBackend('abacus')
    tf.dispose([p, ...Object.values(data)])
  }
})
