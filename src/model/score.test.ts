/** @module Terms of some items are those of all, to the bit. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EVENT_NAMES } from '../events/event.ts'
import { FEATURE_COUNT } from '../features/features.ts'
import { encode } from './encoder.ts'
import { scoreTerms, scoreTermsOf } from './score.ts'
import { tinyModel } from './tinyModel.ts'

const ITEMS = 20
const model = tinyModel(ITEMS)
const DAY = 86_400_000

const history = fc
  .array(
    fc.record({
      item: fc.nat(ITEMS - 1),
      name: fc.constantFrom(...EVENT_NAMES),
      time: fc.integer({ min: 0, max: 400 * DAY }),
      session: fc.constantFrom('a', 'b', 'c'),
    }),
    { maxLength: 40 },
  )
  .map((list) => list.sort((a, b) => a.time - b.time))

test('terms of some items, in any order, are those of all', () => {
  fc.assert(
    fc.property(
      history,
      fc.uniqueArray(fc.nat(ITEMS - 1)),
      fc.integer({ min: 0, max: 401 }),
      (list, items, day) => {
        const now = day * DAY
        const all = scoreTerms(model, list, now)
        const some = scoreTermsOf(model, list, now, encode(model, list, now), items)
        expect(some.hidden).toEqual(all.hidden)
        expect(some.base).toEqual(Float32Array.from(items, (item) => all.base[item]))
        items.forEach((item, k) => {
          const row = (of: Float32Array, at: number) =>
            of.slice(at * FEATURE_COUNT, (at + 1) * FEATURE_COUNT)
          expect(row(some.features, k)).toEqual(row(all.features, item))
        })
      },
    ),
  )
})
