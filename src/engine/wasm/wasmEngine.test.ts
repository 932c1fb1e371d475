/** @module Our WebAssembly engine against the JavaScript engine. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { runCanary } from '../canary.ts'
import { createJsEngine } from '../js.ts'
import { PERSONAL_SHAPE, type TestShape, testProblem } from '../testProblem.ts'
import { assembleModule, type FitModule } from './module.ts'
import { createWasmEngine } from './wasmEngine.ts'

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

test('the module is valid and small', () => {
  expect(WebAssembly.validate(assembleModule())).toBe(true)
  expect(assembleModule().length).toBeLessThan(700)
})

test('its loops are the products of a matrix with a vector, from either side', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 6 }), (groups, width) => {
      const memory = new WebAssembly.Memory({ initial: 1 })
      const { exports } = new WebAssembly.Instance(new WebAssembly.Module(assembleModule()), {
        fit: { memory },
      })
      const { scoreRows, addRows } = exports as unknown as FitModule
      const numbers = new Float32Array(memory.buffer)
      const R = 4 * groups
      const P = 4 * width
      // Small integers: every sum is exact, in whatever order it is made.
      for (let i = 0; i < R * P; i++) numbers[i] = ((i * 37) % 11) - 5
      const [q, out, share, sum] = [R * P, R * P + P, R * P + P + R, R * P + P + 2 * R]
      for (let j = 0; j < P; j++) numbers[q + j] = ((j * 5) % 7) - 3
      for (let r = 0; r < R; r++) numbers[share + r] = ((r * 3) % 5) - 2
      numbers.fill(1, sum, sum + P)
      const guard = sum + P
      numbers[guard] = 42
      scoreRows(0, 4 * q, 4 * out, groups, 4 * P)
      addRows(0, 4 * share, 4 * sum, groups, 4 * P)
      for (let r = 0; r < R; r++) {
        let expected = 0
        for (let j = 0; j < P; j++) expected += numbers[r * P + j] * numbers[q + j]
        expect(numbers[out + r]).toBe(expected)
      }
      for (let j = 0; j < P; j++) {
        let expected = 1
        for (let r = 0; r < R; r++) expected += numbers[share + r] * numbers[r * P + j]
        expect(numbers[sum + j]).toBe(expected)
      }
      expect(numbers[guard]).toBe(42)
    }),
  )
})

test('a whole fit ends where the JS engine ends it', async () => {
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

test('passes the canary', async () => {
  await expect(runCanary(engine)).resolves.toBeUndefined()
})

test('overlapping fits of different sizes do not disturb each other', async () => {
  const large = testProblem({ ...PERSONAL_SHAPE, steps: 20 })
  const small = testProblem({ seed: 2, cases: 3, candidates: 5, parameters: 4, steps: 9 })
  const alone = [await engine.fit(large), await engine.fit(small)]
  const together = await Promise.all([engine.fit(large), engine.fit(small)])
  expect(together).toEqual(alone)
  // And what a larger problem left in the memory does not reach a smaller one.
  expect(await engine.fit(small)).toEqual(alone[1])
})

test('refuses, stops and diverges as the JS engine does', async () => {
  const problem = testProblem({ seed: 5, cases: 3, candidates: 4, parameters: 2, steps: 10 })
  await expect(engine.fit({ ...problem, cases: 4 })).rejects.toMatchObject({
    code: 'input-invalid',
  })
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
