/** @module Tests properties of a whole fit by the JavaScript engine. */

import { NearsideError } from '@nearside/core/error.ts'
import { type FitProblem, PADDING_OFFSET } from '@nearside/core/learning/problem.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { centre } from './centre.ts'
import { createJsEngine } from './js.ts'
import { lossAndGradient } from './objective.ts'
import { PERSONAL_SHAPE, type TestShape, testProblem } from './testProblem.ts'

const engine = createJsEngine()

const shapes: fc.Arbitrary<TestShape> = fc.record({
  seed: fc.integer({ min: 1, max: 1e6 }),
  cases: fc.integer({ min: 1, max: 8 }),
  candidates: fc.integer({ min: 2, max: 20 }),
  parameters: fc.integer({ min: 1, max: 12 }),
  steps: fc.integer({ min: 1, max: 40 }),
  soft: fc.boolean(),
})

/** The same problem with additional padded cases and padded candidates. */
function pad(problem: FitProblem, cases: number, candidates: number, junk: number): FitProblem {
  const { candidates: K, parameters: P } = problem
  const T = problem.cases + cases
  const wide = K + candidates
  const design = new Float32Array(T * wide * P).fill(junk)
  const offset = new Float32Array(T * wide).fill(PADDING_OFFSET)
  const target = new Float32Array(T * wide)
  const weight = new Float32Array(T)
  weight.set(problem.weight)
  for (let t = 0; t < problem.cases; t++) {
    design.set(problem.design.subarray(t * K * P, (t + 1) * K * P), t * wide * P)
    offset.set(problem.offset.subarray(t * K, (t + 1) * K), t * wide)
    target.set(problem.target.subarray(t * K, (t + 1) * K), t * wide)
  }
  return { ...problem, cases: T, candidates: wide, design, offset, target, weight }
}

/** The same problem with the candidates of every case in another sequence. */
function shuffle(problem: FitProblem, seed: number): FitProblem {
  const { cases: T, candidates: K, parameters: P } = problem
  const random = createRandom(seed)
  const design = problem.design.slice()
  const offset = problem.offset.slice()
  const target = problem.target.slice()
  for (let t = 0; t < T; t++) {
    const order = Array.from({ length: K }, (_, k) => k)
    for (let k = K - 1; k > 0; k--) {
      const other = random.integer(k + 1)
      const held = order[k]
      order[k] = order[other]
      order[other] = held
    }
    order.forEach((from, to) => {
      const source = t * K + from
      const sink = t * K + to
      design.set(problem.design.subarray(source * P, (source + 1) * P), sink * P)
      offset[sink] = problem.offset[source]
      target[sink] = problem.target[source]
    })
  }
  return { ...problem, design, offset, target }
}

test('a fit lowers the loss, and more steps lower it further', async () => {
  await fc.assert(
    fc.asyncProperty(shapes, async (shape) => {
      // Adam oscillates around the minimum by about one step, so with large steps the loss could rise again. A problem
      // with few cases and few parameters could start at the minimum.
      const { cases, parameters } = shape
      const problem = testProblem({ ...shape, cases: cases + 2, parameters: parameters + 5 })
      const small = { ...problem, stepSize: problem.stepSize.map((s) => s / 20) }
      const short = await engine.fit({ ...small, steps: shape.steps })
      const long = await engine.fit({ ...small, steps: shape.steps * 4 })
      expect(short.lossBefore).toBe(long.lossBefore)
      expect(short.lossAfter).toBeLessThan(short.lossBefore)
      expect(long.lossAfter).toBeLessThan(short.lossAfter)
    }),
    { numRuns: 60 },
  )
})

test('many steps reach the minimum of the loss', async () => {
  const problem = testProblem({ ...PERSONAL_SHAPE, cases: 6, candidates: 9, parameters: 4 })
  const stepSize = problem.stepSize.map(() => 1e-3)
  const { parameters } = await engine.fit({ ...problem, stepSize, steps: 8000 })
  const centred = centre(problem)
  const slopeAt = (q: Float64Array) => {
    const gradient = new Float64Array(4)
    lossAndGradient(centred, q, gradient)
    return Math.hypot(...gradient)
  }
  const q = Float64Array.from(parameters, (value, j) => value - problem.mean[j])
  expect(slopeAt(q)).toBeLessThan(1e-2 * slopeAt(new Float64Array(4)))
})

test('a fit without cases returns the prior’s mean, identical to the last bit', async () => {
  const problem = testProblem({ seed: 2, cases: 4, candidates: 5, parameters: 7, steps: 25 })
  for (const nothing of [
    { ...problem, weight: new Float32Array(4) },
    {
      ...problem,
      cases: 0,
      design: new Float32Array(),
      offset: new Float32Array(),
      target: new Float32Array(),
      weight: new Float32Array(),
    },
  ]) {
    const result = await engine.fit(nothing)
    expect(result.parameters).toEqual(problem.mean)
    expect(result.lossAfter).toBe(0)
  }
})

test('a parameter with step size 0 stays at its mean, and a fit of 0 steps returns the mean', async () => {
  const problem = testProblem({ seed: 3, cases: 4, candidates: 5, parameters: 3, steps: 20 })
  const stepSize = Float32Array.of(0.02, 0, 0.02)
  const frozen = await engine.fit({ ...problem, stepSize })
  expect(frozen.parameters[1]).toBe(problem.mean[1])
  expect(frozen.parameters[0]).not.toBe(problem.mean[0])
  const still = await engine.fit({ ...problem, steps: 0 })
  expect(still.parameters).toEqual(problem.mean)
  expect(still.lossAfter).toBe(still.lossBefore)
})

test('padded cases and candidates change no bit of the result, whatever values they have', async () => {
  const amounts = fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 7 }))
  await fc.assert(
    fc.asyncProperty(shapes, amounts, async (shape, [cases, candidates]) => {
      const problem = testProblem(shape)
      const plain = await engine.fit(problem)
      expect(await engine.fit(pad(problem, cases, candidates, 1e6))).toEqual(plain)
    }),
    { numRuns: 60 },
  )
})

test('the sequence of the candidates does not change the fit', async () => {
  await fc.assert(
    fc.asyncProperty(shapes, fc.integer({ min: 1, max: 1e6 }), async (shape, seed) => {
      const problem = testProblem(shape)
      const one = await engine.fit(problem)
      const other = await engine.fit(shuffle(problem, seed))
      expect(other.lossAfter).toBeCloseTo(one.lossAfter, 6)
      one.parameters.forEach((value, j) => {
        expect(other.parameters[j]).toBeCloseTo(value, 5)
      })
    }),
    { numRuns: 60 },
  )
})

test('the same problem gives the same fit, identical to the last bit', async () => {
  const problem = testProblem({ ...PERSONAL_SHAPE, cases: 16, steps: 10 })
  expect(await engine.fit(problem)).toEqual(await engine.fit(problem))
})

test('an abort between steps stops the fit and leaves the problem as it was', async () => {
  const problem = testProblem({ ...PERSONAL_SHAPE, cases: 16 })
  const before = problem.mean.slice()
  const controller = new AbortController()
  const seen: number[] = []
  const fit = engine.fit(problem, {
    signal: controller.signal,
    onProgress: (done, steps) => {
      expect(steps).toBe(30)
      seen.push(done)
      if (done === 7) controller.abort('enough')
    },
  })
  await expect(fit).rejects.toMatchObject({ code: 'aborted', cause: 'enough' })
  expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7])
  expect(problem.mean).toEqual(before)
  await expect(engine.fit(problem, { signal: controller.signal })).rejects.toMatchObject({
    code: 'aborted',
  })
})

test('an abort from another task stops a large fit', async () => {
  const controller = new AbortController()
  let reached = 0
  const fit = engine.fit(
    { ...testProblem(PERSONAL_SHAPE), steps: 100_000 },
    {
      signal: controller.signal,
      onProgress: (done) => {
        reached = done
      },
    },
  )
  setTimeout(() => controller.abort(), 20)
  await expect(fit).rejects.toMatchObject({ code: 'aborted' })
  expect(reached).toBeLessThan(100_000)
})

test('a fit with non-finite numbers is rejected', async () => {
  const problem = testProblem({ seed: 5, cases: 3, candidates: 4, parameters: 2, steps: 10 })
  const tooFar = { stepSize: Float32Array.of(3e38, 3e38), mean: Float32Array.of(3e38, -3e38) }
  const tooLarge = { design: problem.design.map((value) => Math.sign(value) * 3e38) }
  for (const wild of [tooFar, tooLarge]) {
    const thrown = await engine.fit({ ...problem, ...wild }).catch((error: unknown) => error)
    expect(thrown).toBeInstanceOf(NearsideError)
    expect(thrown).toMatchObject({ code: 'fit-diverged' })
  }
})

test('a fit whose scores are far apart stays finite', async () => {
  const problem = testProblem({ seed: 6, cases: 3, candidates: 4, parameters: 2, steps: 10 })
  const far = { ...problem, offset: problem.offset.map((value, i) => value + (i % 4) * 1e6) }
  const result = await engine.fit(far)
  expect(result.parameters.every(Number.isFinite)).toBe(true)
  expect(Number.isFinite(result.lossAfter)).toBe(true)
})
