/** @module Compares the WebAssembly engine with the JavaScript engine. */

import type { FitProblem } from '@nearside/core/learning/problem.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { runCanary } from '../canary.ts'
import { centre } from '../centre.ts'
import { createJsEngine } from '../js.ts'
import { lossAndGradient } from '../objective.ts'
import { PERSONAL_SHAPE, type TestShape, testProblem } from '../testProblem.ts'
import { FIT } from './fit.wasm.ts'
import { instantiate } from './instantiate.ts'
import { Arena, type CaseGradient, createWasmEngine, GROUP_ROWS, places } from './wasmEngine.ts'

const js = createJsEngine()
const engine = await createWasmEngine()

const shapes: fc.Arbitrary<TestShape> = fc.record({
  seed: fc.integer({ min: 1, max: 1e6 }),
  cases: fc.integer({ min: 2, max: 8 }),
  candidates: fc.integer({ min: 2, max: 21 }),
  parameters: fc.integer({ min: 1, max: 19 }),
  steps: fc.integer({ min: 1, max: 30 }),
  paddedCases: fc.integer({ min: 0, max: 1 }),
  paddedCandidates: fc.integer({ min: 0, max: 1 }),
  soft: fc.boolean(),
})

/** Pseudo-random number in [−1, 1). */
const noise = (i: number) => (((i * 7919 + 31) % 1009) - 504) / 504

/** Output of the kernel for rows of noise. */
function runKernel(rows: number, width: number, shift: number, junk: number) {
  const stride = 16 * width
  const groups = Math.ceil(rows / GROUP_ROWS)
  const at = places(stride)
  const memory = new WebAssembly.Memory({ initial: 1 })
  const run = instantiate<CaseGradient>(FIT, memory)
  const numbers = new Float32Array(memory.buffer)
  const first = at.end + 16
  const offsets = first + groups * GROUP_ROWS * stride
  const x = (r: number) =>
    numbers.subarray((first + r * stride) / 4, (first + (r + 1) * stride) / 4)
  const q = numbers.subarray(at.q / 4, (at.q + stride) / 4)
  numbers.fill(42, at.sum / 4, first / 4)
  for (let j = 0; j < q.length; j++) q[j] = noise(j + 5)
  for (let r = 0; r < groups * GROUP_ROWS; r++) {
    for (let j = 0; j < q.length; j++) x(r)[j] = r < rows ? noise(r * q.length + j) : junk
    numbers[offsets / 4 + r] = r < rows ? 3 * noise(r + 2) : Number.NEGATIVE_INFINITY
  }
  run(first, offsets, groups, shift, stride)
  const result = numbers.slice(at.sum / 4, first / 4)
  // The expected sums follow from their definition, in double precision.
  const sum = new Float64Array(q.length)
  let total = 0
  let top = Number.NEGATIVE_INFINITY
  for (let r = 0; r < rows; r++) {
    const score = x(r).reduce((s, value, j) => s + value * q[j], numbers[offsets / 4 + r])
    const e = Math.exp(score - shift)
    total += e
    top = Math.max(top, score)
    for (let j = 0; j < q.length; j++) sum[j] += e * x(r)[j]
  }
  return {
    result,
    expected: { sum, total, top },
    sum: result.subarray(0, q.length),
    total: result.subarray(q.length, q.length + 4).reduce((s, value) => s + value, 0),
    top: Math.max(...result.subarray(q.length + 4, q.length + 8)),
    guard: result.subarray(q.length + 8),
  }
}

test('the WASM kernel computes correct sums for any number of rows', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: -9, max: 9 }),
      (rows, width, shift) => {
        const { result, expected, sum, total, top, guard } = runKernel(rows, width, shift, 7)
        expect(Math.abs(total / expected.total - 1)).toBeLessThan(2e-6)
        expect(top).toBeCloseTo(expected.top, 5)
        sum.forEach((value, j) => {
          expect(Math.abs(value - expected.sum[j])).toBeLessThan(2e-6 * expected.total)
        })
        expect([...guard]).toEqual([...guard].fill(42))
        // The values in padding rows don't change a single bit of the result.
        expect(runKernel(rows, width, shift, -3e30).result).toEqual(result)
      },
    ),
  )
})

/** Largest error of the WASM gradient for a q of each scale, relative to the double-precision gradient's maximum. */
function gradientError(problem: FitProblem, scales: readonly number[]): number[] {
  const centred = centre(problem)
  const gradientAt = new Arena().load(centred)
  const own = new Float64Array(problem.parameters)
  const reference = new Float64Array(problem.parameters)
  return scales.map((scale) => {
    const q = own.map((_, j) => Math.fround(scale * noise(j + 3)))
    gradientAt(q, own)
    lossAndGradient(centred, q, reference)
    const largest = reference.reduce((top, value) => Math.max(top, Math.abs(value)), 1)
    return Math.max(...own.map((value, j) => Math.abs(value - reference[j]))) / largest
  })
}

test('the WASM engine’s gradient agrees with the gradient in double precision to 1e-6', () => {
  fc.assert(
    fc.property(shapes, (shape) => {
      for (const error of gradientError(testProblem(shape), [0, 0.2, 0.5]))
        expect(error).toBeLessThan(1e-6)
    }),
  )
})

test('the WASM engine’s gradient stays accurate if scores change by hundreds between steps', () => {
  const problem = testProblem({ ...PERSONAL_SHAPE, cases: 3, candidates: 50 })
  // In single precision, scores of hundreds are rounded to 1e-5.
  for (const error of gradientError(problem, [0, 300, -300, 0.1, 40, 0]))
    expect(error).toBeLessThan(1e-4)
})

test('the WASM engine’s fit ends close to the JS engine’s parameters', async () => {
  await fc.assert(
    fc.asyncProperty(shapes, async (shape) => {
      const problem = testProblem(shape)
      const own = await engine.fit(problem)
      const reference = await js.fit(problem)
      own.parameters.forEach((value, j) => {
        expect(Math.abs(value - reference.parameters[j])).toBeLessThan(1e-4)
      })
      expect(own.lossBefore).toBe(reference.lossBefore)
      expect(own.lossAfter).toBeCloseTo(reference.lossAfter, 4)
    }),
  )
})

test('the WebAssembly engine passes the canary', async () => {
  await expect(runCanary(engine)).resolves.toBeUndefined()
})

test('overlapping fits of different sizes do not disturb each other', async () => {
  const large = testProblem({ ...PERSONAL_SHAPE, steps: 20 })
  const small = testProblem({ seed: 2, cases: 3, candidates: 5, parameters: 4, steps: 9 })
  const alone = [await engine.fit(large), await engine.fit(small)]
  const together = await Promise.all([engine.fit(large), engine.fit(small)])
  expect(together).toEqual(alone)
  // Data that a larger problem left in memory must not affect a smaller problem.
  expect(await engine.fit(small)).toEqual(alone[1])
})

test('the WASM engine aborts and diverges in the same cases as the JS engine', async () => {
  const problem = testProblem({ seed: 5, cases: 3, candidates: 4, parameters: 2, steps: 10 })
  const wild = { ...problem, design: problem.design.map((value) => Math.sign(value) * 3e38) }
  await expect(engine.fit(wild)).rejects.toMatchObject({ code: 'fit-diverged' })
  const controller = new AbortController()
  const stopped = engine.fit(problem, {
    signal: controller.signal,
    onProgress: (done) => done === 3 && controller.abort(),
  })
  await expect(stopped).rejects.toMatchObject({ code: 'aborted' })
  const nothing = await engine.fit({ ...problem, weight: new Float32Array(3) })
  expect(nothing.parameters).toEqual(problem.mean)
})
