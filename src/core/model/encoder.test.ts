import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NearsideError } from '../error.ts'
import { LOG_NAMES } from '../events/event.ts'
import { eventStrength } from '../events/strength.ts'
import { DAY } from '../time.ts'
import { DIMENSION } from './baseModel.ts'
import { encode, encoderWeights, GAP_BUCKETS, gapBucket, HISTORY_LENGTH } from './encoder.ts'
import { personalScores, scoreTerms } from './score.ts'
import { tinyModel } from './testModel.ts'

const model = tinyModel(20)
const interaction = fc.record({
  item: fc.nat(19),
  name: fc.constantFrom(...LOG_NAMES),
  time: fc.integer({ min: 0, max: 400 * DAY }),
  session: fc.constantFrom('a', 'b'),
})
const history = fc
  .array(interaction, { maxLength: 80 })
  .map((list) => list.sort((a, b) => a.time - b.time))

test('an empty history is encoded as zeros', () => {
  expect(encode(model, [], 0)).toEqual(new Float32Array(DIMENSION))
})

test('the encoder reads only the last 50 interactions, and leaves its inputs unchanged', () => {
  fc.assert(
    fc.property(history, (list) => {
      const before = structuredClone(list)
      const now = 400 * DAY
      const hidden = encode(model, list, now)
      expect(hidden.every(Number.isFinite)).toBe(true)
      expect(encode(model, list.slice(-HISTORY_LENGTH), now)).toEqual(hidden)
      expect(list).toEqual(before)
    }),
  )
})

test('the age of the last event changes the encoded vector, and an event in the future counts as new', () => {
  const list = [{ item: 3, name: 'purchase', time: DAY, session: 'a' }] as const
  expect(encode(model, list, DAY + 1000)).not.toEqual(encode(model, list, 30 * DAY))
  expect(encode(model, list, 0)).toEqual(encode(model, list, DAY))
})

test('the bucket of a time gap rises with the gap and stays in range', () => {
  expect(gapBucket(-5)).toBe(0)
  expect(gapBucket(29 * 60_000)).toBe(0)
  expect(gapBucket(30 * 60_000)).toBe(1)
  expect(gapBucket(DAY)).toBe(3)
  expect(gapBucket(1e15)).toBe(GAP_BUCKETS - 1)
  fc.assert(
    fc.property(
      fc.nat(),
      fc.nat(),
      (a, b) => gapBucket(Math.min(a, b)) <= gapBucket(Math.max(a, b)),
    ),
  )
})

test('an encoder is refused if one of its tensors is missing', () => {
  const tensors = new Map(model.encoder)
  tensors.delete('gap')
  expect(() => encoderWeights(tensors)).toThrow(NearsideError)
})

test('personalScores agrees with the formula of the score', () => {
  fc.assert(
    fc.property(
      history,
      fc.nat(19),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (list, i, lambda) => {
        const now = 401 * DAY
        const terms = scoreTerms(model, list, now)
        fc.pre(list.some(({ name }) => eventStrength(name) > 0))
        const F = model.featureWeights.length
        const u = Float32Array.from({ length: DIMENSION }, (_, j) => Math.sin(j))
        const w = Float32Array.from({ length: F }, (_, f) => Math.cos(f))
        let score = model.bias[i]
        for (let j = 0; j < DIMENSION; j++) {
          let projected = lambda * u[j]
          for (let k = 0; k < DIMENSION; k++)
            projected += model.projection[j * DIMENSION + k] * terms.hidden[k]
          score += projected * model.itemVectors[i * DIMENSION + j]
        }
        for (let f = 0; f < F; f++)
          score += (model.featureWeights[f] + lambda * w[f]) * terms.features[i * F + f]
        const found = personalScores(model, terms, { u, w }, lambda)[i]
        expect(Math.abs(found - score)).toBeLessThan(1e-3 * (1 + Math.abs(score)))
      },
    ),
  )
})

test('a cold-start shopper’s base score is the popularity of the last 30 days', () => {
  const lists = { item: 3, name: 'view_item_list', time: 1, session: 'a' } as const
  for (const cold of [[], [lists]])
    expect(scoreTerms(model, cold, 2).base).toEqual(model.statistics.popularity30)
})
