/** @module The TensorFlow.js engines in Node, against autodiff and against the JavaScript engine. */

import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import * as autodiff from '@tensorflow/tfjs'
import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import type { FitProblem } from '../../core/personal/problem.ts'
import { centre } from '../centre.ts'
import type { Engine } from '../engine.ts'
import { createJsEngine } from '../js.ts'
import { longestCase, lossAndGradient } from '../objective.ts'
import { PERSONAL_SHAPE, type TestShape, testProblem } from '../testProblem.ts'
import { createTfjsCpuEngine } from './cpu.ts'
import { dataOf, gradientAt } from './operations.ts'
import { onBackend } from './runtime.ts'
import { createTfjsWasmEngine } from './wasm.ts'

const wasmFolder = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'))
const wasmFiles = {
  'tfjs-backend-wasm.wasm': `${wasmFolder}/tfjs-backend-wasm.wasm`,
  'tfjs-backend-wasm-simd.wasm': `${wasmFolder}/tfjs-backend-wasm-simd.wasm`,
}
const engines: Engine[] = [await createTfjsCpuEngine(), await createTfjsWasmEngine(wasmFiles)]
const js = createJsEngine()

afterAll(() => {
  for (const engine of engines) engine.dispose()
})

const shapes: fc.Arbitrary<TestShape> = fc.record({
  seed: fc.integer({ min: 1, max: 1e6 }),
  cases: fc.integer({ min: 2, max: 6 }),
  candidates: fc.integer({ min: 2, max: 20 }),
  parameters: fc.integer({ min: 1, max: 12 }),
  steps: fc.constant(20),
  paddedCases: fc.integer({ min: 0, max: 1 }),
  paddedCandidates: fc.integer({ min: 0, max: 1 }),
  soft: fc.boolean(),
})

/** The contract's formula, written without any of our rewritings and left to autodiff. */
function autodiffGradient(problem: FitProblem, p: Float32Array): Float32Array {
  const { cases: T, candidates: K, parameters: P } = problem
  return autodiff.tidy(() => {
    const design = autodiff.tensor(problem.design, [T * K, P])
    const loss = (row: autodiff.Tensor) => {
      const scores = autodiff
        .matMul(design, autodiff.reshape(row, [P, 1]))
        .reshape([T, K])
        .add(autodiff.tensor(problem.offset, [T, K]))
      const perCase = autodiff
        .logSoftmax(scores)
        .mul(autodiff.tensor(problem.target, [T, K]))
        .sum(1)
        .neg()
      const prior = row
        .sub(autodiff.tensor(problem.mean, [P]))
        .square()
        .mul(autodiff.tensor(problem.precision, [P]))
        .sum()
        .mul(0.5)
      return perCase
        .mul(autodiff.tensor(problem.weight, [T]))
        .sum()
        .add(prior)
    }
    return autodiff
      .grad(loss as (x: autodiff.Tensor) => autodiff.Tensor)(autodiff.tensor(p, [P]))
      .dataSync() as Float32Array
  })
}

function largest(values: ArrayLike<number>): number {
  return Math.max(...Array.from(values, Math.abs))
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return largest(Array.from(a, (value, j) => value - b[j]))
}

test('the gradient of the JS engine is that of autodiff, to single precision', async () => {
  await autodiff.setBackend('cpu')
  fc.assert(
    fc.property(shapes, (shape) => {
      const problem = testProblem(shape)
      const q = Float64Array.from({ length: problem.parameters }, (_, j) => 0.3 * Math.sin(j + 1))
      const p = Float32Array.from(q, (value, j) => value + problem.mean[j])
      const reached = Float64Array.from(p, (value, j) => value - problem.mean[j])
      const centred = centre(problem)
      const gradient = new Float64Array(problem.parameters)
      lossAndGradient(centred, reached, new Float64Array(longestCase(centred)), gradient)
      const oracle = autodiffGradient(problem, p)
      expect(largestDifference(gradient, oracle)).toBeLessThan(1e-6 * (1 + largest(oracle)))
    }),
    { numRuns: 60 },
  )
})

describe.each(engines.map((engine) => [engine.name, engine] as const))('%s', (name, engine) => {
  test('has the gradient of the JS engine', () => {
    const backend = name === 'tfjs-cpu' ? 'cpu' : 'wasm'
    fc.assert(
      fc.property(shapes, (shape) => {
        const problem = testProblem(shape)
        const centred = centre(problem)
        const q = Float32Array.from({ length: problem.parameters }, (_, j) => 0.3 * Math.sin(j + 1))
        const gradient = new Float64Array(problem.parameters)
        const scratch = new Float64Array(longestCase(centred))
        lossAndGradient(centred, Float64Array.from(q), scratch, gradient)
        let own = new Float32Array()
        onBackend(backend, () => {
          const row = tf.tensor2d(q, [1, q.length])
          own = gradientAt(dataOf(problem, centred), row).dataSync() as typeof own
        })
        expect(largestDifference(own, gradient)).toBeLessThan(1e-6 * (1 + largest(gradient)))
      }),
      { numRuns: 40 },
    )
  })

  test('ends a whole fit where the JS engine ends it', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, async (shape) => {
        const problem = testProblem(shape)
        const own = await engine.fit(problem)
        const reference = await js.fit(problem)
        expect(largestDifference(own.parameters, reference.parameters)).toBeLessThan(1e-4)
        expect(own.lossBefore).toBe(reference.lossBefore)
        expect(own.lossAfter).toBeCloseTo(reference.lossAfter, 4)
      }),
      { numRuns: 25 },
    )
  })

  test('does so at the size of personal training', async () => {
    const problem = testProblem({ ...PERSONAL_SHAPE, paddedCases: 9, paddedCandidates: 31 })
    const own = await engine.fit(problem)
    const reference = await js.fit(problem)
    expect(largestDifference(own.parameters, reference.parameters)).toBeLessThan(1e-4)
  })

  test('keeps no tensor over 100 fits, aborted and refused ones included', async () => {
    const problem = testProblem({ seed: 3, cases: 4, candidates: 8, parameters: 5, steps: 4 })
    await engine.fit(problem)
    const before = tf.memory()
    for (let i = 0; i < 100; i++) {
      await engine.fit(problem)
      const controller = new AbortController()
      const stopped = engine.fit(problem, {
        signal: controller.signal,
        onProgress: () => controller.abort(),
      })
      await expect(stopped).rejects.toMatchObject({ code: 'aborted' })
      await expect(engine.fit({ ...problem, cases: 5 })).rejects.toMatchObject({
        code: 'input-invalid',
      })
    }
    const after = tf.memory()
    expect(after.numTensors).toBe(before.numTensors)
    expect(after.numDataBuffers).toBe(before.numDataBuffers)
  })

  test('gives back the backend that the page had chosen', async () => {
    const other = name === 'tfjs-cpu' ? 'wasm' : 'cpu'
    await tf.setBackend(other)
    const problem = testProblem({ seed: 3, cases: 4, candidates: 8, parameters: 5, steps: 3 })
    await engine.fit(problem, { onProgress: () => expect(tf.getBackend()).toBe(other) })
    expect(tf.getBackend()).toBe(other)
  })

  test('two fits at once do not disturb each other', async () => {
    const problems = [1, 2, 3].map((seed) =>
      testProblem({ seed, cases: 4, candidates: 8, parameters: 5, steps: 12 }),
    )
    const alone = []
    for (const problem of problems) alone.push(await engine.fit(problem))
    expect(await Promise.all(problems.map((problem) => engine.fit(problem)))).toEqual(alone)
  })

  test('without a live case returns the prior mean, and nothing diverges silently', async () => {
    const problem = testProblem({ seed: 2, cases: 4, candidates: 5, parameters: 7, steps: 5 })
    const nothing = { ...problem, weight: new Float32Array(4) }
    expect((await engine.fit(nothing)).parameters).toEqual(problem.mean)
    const wild = { ...problem, design: problem.design.map((value) => Math.sign(value) * 3e38) }
    await expect(engine.fit(wild)).rejects.toMatchObject({ code: 'fit-diverged' })
  })
})
