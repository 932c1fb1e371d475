/** @module The shared head's gradient on WebAssembly against the plain loops, bit by bit. */

import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { createRandom } from '../../core/model/random.ts'
import { tinyModel } from '../../core/model/tinyModel.ts'
import { lossAndGradient, prepareLogit } from '../../core/personal/gradient.ts'
import { sharedDelta } from '../../core/personal/sharedUpdate.ts'
import { DAY } from '../../core/time.ts'
import { testProblem } from '../testProblem.ts'
import { prepareFastLogit } from './logit.ts'
import { assembleLogit } from './module.ts'

afterEach(() => vi.unstubAllGlobals())

const shapes = fc.record({
  seed: fc.integer({ min: 1, max: 1e6 }),
  cases: fc.integer({ min: 2, max: 8 }),
  candidates: fc.integer({ min: 2, max: 37 }),
  parameters: fc.integer({ min: 1, max: 25 }),
  steps: fc.constant(1),
  paddedCases: fc.integer({ min: 0, max: 1 }),
  paddedCandidates: fc.integer({ min: 0, max: 1 }),
  soft: fc.boolean(),
})

test('loss and gradient are the same bits, again and again on one preparation', () => {
  fc.assert(
    fc.property(shapes, (shape) => {
      const problem = testProblem(shape)
      const at = prepareFastLogit(problem)
      const random = createRandom(shape.seed)
      for (let round = 0; round < 3; round++) {
        const p = Float32Array.from({ length: shape.parameters }, () => random.normal())
        const own = new Float64Array(shape.parameters).fill(7)
        const plain = new Float64Array(shape.parameters)
        expect(at(p, own)).toBe(lossAndGradient(problem, p, plain))
        expect(own).toEqual(plain)
      }
    }),
  )
})

const model = tinyModel(40)
const life = Array.from({ length: 30 }, (_, i) => ({
  item: (i * 7) % 40,
  name: (['view_item', 'purchase'] as const)[i % 2],
  time: i * DAY,
  session: `s${i}`,
}))

test('so a contribution is the same, wherever it is computed', () => {
  const delta = sharedDelta(model, life, 31 * DAY, prepareFastLogit)
  expect(delta).toEqual(sharedDelta(model, life, 31 * DAY, prepareLogit))
  expect(delta.some((value) => value !== 0)).toBe(true)
})

test('and without WebAssembly too', () => {
  const delta = sharedDelta(model, life, 31 * DAY, prepareFastLogit)
  vi.stubGlobal('WebAssembly', undefined)
  expect(sharedDelta(model, life, 31 * DAY, prepareFastLogit)).toEqual(delta)
})

test('the module is valid and small', () => {
  expect(WebAssembly.validate(assembleLogit())).toBe(true)
  expect(assembleLogit().length).toBeLessThan(800)
})
