/** @module The network on WebAssembly against the plain loops, bit by bit. */
import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { createRandom } from '../../core/model/random.ts'
import type { Example, IncrementalLearner } from '../../core/personal/learners/learner.ts'
import { createMlp } from '../../core/personal/learners/mlp.ts'
import { createFastMlp } from './mlp.ts'
import { assembleMlp } from './module.ts'
import { testExamples } from './testExamples.ts'

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

const both = (inputs: number, seed: number) =>
  [createMlp(inputs, createRandom(seed)), createFastMlp(inputs, createRandom(seed))] as const

type Mlp = ReturnType<typeof createMlp>

function expectSame(plain: Mlp, fast: Mlp, asked: readonly Example[]): void {
  expect(fast.snapshot()).toEqual(plain.snapshot())
  for (const { x } of asked) expect(fast.predict(x)).toBe(plain.predict(x))
}

test('learns and predicts the same bits from any batches', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 1e6 }),
      fc.array(fc.integer({ min: 0, max: 120 }), { maxLength: 6 }),
      (inputs, seed, sizes) => {
        const [plain, fast] = both(inputs, seed)
        const asked = testExamples(inputs, 9, seed + 1)
        expectSame(plain, fast, asked)
        sizes.forEach((size, k) => {
          const batch = testExamples(inputs, size, seed + 2 + k)
          plain.learn(batch)
          fast.learn(batch)
          expectSame(plain, fast, asked)
        })
      },
    ),
    { numRuns: 12 },
  )
})

test('goes on from a snapshot of either, which later learning does not touch', () => {
  const [plain, fast] = both(7, 3)
  for (const from of [plain, fast]) from.learn(testExamples(7, 60, 4))
  const kept = fast.snapshot()
  fast.learn(testExamples(7, 60, 5))
  expect(kept).toEqual(plain.snapshot())
  fast.restore(kept)
  expectSame(plain, fast, testExamples(7, 5, 6))
  plain.learn(testExamples(7, 80, 7))
  fast.restore(plain.snapshot())
  expectSame(plain, fast, testExamples(7, 5, 8))
})

test('learns what can be learned', () => {
  const fast: IncrementalLearner = createFastMlp(4, createRandom(1))
  const batch = testExamples(4, 400, 2).map(({ x }) => ({
    x,
    label: (x[0] * x[1] > 0 ? 1 : 0) as 0 | 1,
  }))
  for (let round = 0; round < 60; round++) fast.learn(batch)
  const right = batch.filter(({ x, label }) => Math.round(fast.predict(x)) === label)
  expect(right.length / batch.length).toBeGreaterThan(0.9)
})

test('the module is valid and small', () => {
  expect(WebAssembly.validate(assembleMlp(3))).toBe(true)
  expect(assembleMlp(3).length).toBeLessThan(800)
})

test('without WebAssembly the plain loops serve', () => {
  vi.stubGlobal('WebAssembly', undefined)
  const [plain, fast] = both(5, 3)
  for (const one of [plain, fast]) one.learn(testExamples(5, 70, 4))
  expectSame(plain, fast, testExamples(5, 4, 5))
})
