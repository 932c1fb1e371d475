import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NEUTRAL, type Traits, type Tuning, tuned } from './tuned.ts'

interface Entry extends Traits {
  readonly score: number
}

const USUAL = 3
const entries = fc.array(
  fc.record({
    score: fc.integer({ min: -40, max: 40 }).map((tenths) => tenths / 10),
    price: fc.constantFrom(undefined, 0.5, 1, 3, 8, 20),
    familiar: fc.constantFrom(0, 0.25, 1),
    themes: fc.subarray(['vintage', 'retrospot']),
  }),
  { maxLength: 15 },
)
const tunings: fc.Arbitrary<Tuning> = fc.record({
  price: fc.constantFrom(null, 0.5, 1, 2, 5, 12),
  surprise: fc.constantFrom(-1, -0.5, 0, 0.5, 1),
  themes: fc.constantFrom<Tuning['themes']>({}, { vintage: 'more' }, { retrospot: 'less' }),
})
const order = (list: readonly Entry[], tuning: Tuning) =>
  tuned(list, (entry) => entry, USUAL, tuning)

/**
 * Checks all pairs of products of which the setting favours one: if the favoured product was in front, it stays in
 * front.
 */
function neverFalls(
  before: readonly Entry[],
  after: readonly Entry[],
  rises: (one: Entry, other: Entry) => boolean,
): void {
  const places = new Map(after.map((entry, place) => [entry, place]))
  const placeOf = (entry: Entry) => places.get(entry) ?? Number.NaN
  before.forEach((one, place) => {
    for (const other of before.slice(place + 1))
      if (rises(one, other)) expect(placeOf(one)).toBeLessThan(placeOf(other))
  })
}

describe('tuned', () => {
  test('neutral settings, or a price setting equal to the usual price, keep the list’s order, whatever the scores', () => {
    fc.assert(
      fc.property(entries, (list) => {
        expect(order(list, NEUTRAL)).toEqual(list)
        expect(order(list, { ...NEUTRAL, price: USUAL })).toEqual(list)
      }),
    )
  })

  test('a higher price setting never moves a dearer product behind a cheaper one', () => {
    fc.assert(
      fc.property(entries, tunings, fc.constantFrom(1.3, 2, 7), (list, tuning, factor) => {
        const price = tuning.price ?? USUAL
        neverFalls(
          order(list, { ...tuning, price }),
          order(list, { ...tuning, price: price * factor }),
          (one, other) => (one.price ?? 0) > (other.price ?? Number.POSITIVE_INFINITY),
        )
      }),
    )
  })

  test('a setting for more surprise never moves a product behind a more familiar product', () => {
    fc.assert(
      fc.property(entries, tunings, fc.constantFrom(0.25, 1), (list, tuning, more) => {
        const next = { ...tuning, surprise: tuning.surprise + more }
        neverFalls(order(list, tuning), order(list, next), (a, b) => a.familiar < b.familiar)
      }),
    )
  })

  test('more of a theme raises its products, and less of it lowers them', () => {
    const has = ({ themes }: Entry) => themes.includes('vintage')
    fc.assert(
      fc.property(entries, tunings, (list, { price, surprise }) => {
        const settings: readonly Tuning['themes'][] = [{ vintage: 'less' }, {}, { vintage: 'more' }]
        const [less, plain, more] = settings.map((themes) =>
          order(list, { price, surprise, themes }),
        )
        for (const [before, after] of [
          [less, plain],
          [plain, more],
        ])
          neverFalls(before, after, (one, other) => has(one) && !has(other))
      }),
    )
  })
})
