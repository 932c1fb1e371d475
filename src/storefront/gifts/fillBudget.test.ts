import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Budget, fillBudget, type Offer, otherOffer, worthOf } from './fillBudget.ts'

const pence = (chosen: readonly Offer[]) => chosen.reduce((sum, one) => sum + one.pence, 0)

/** Highest value of all choices, found by trying every one; null if no choice fits. */
function bestOfAll(offers: readonly Offer[], { count, pence: most }: Budget): number | null {
  let best: number | null = null
  for (let bits = 0; bits < 2 ** offers.length; bits++) {
    const chosen = offers.filter((_, at) => (bits >> at) & 1)
    if (chosen.length !== count || pence(chosen) > most) continue
    best = Math.max(best ?? Number.NEGATIVE_INFINITY, worthOf(chosen))
  }
  return best
}

const offersOf = (most: number) =>
  fc
    .array(
      fc.record({
        pence: fc.integer({ min: 1, max: most }),
        score: fc.integer({ min: -8, max: 8 }).map((quarters) => quarters / 4),
        department: fc.constantFrom('cards', 'candles', 'toys'),
      }),
      { maxLength: 9 },
    )
    .map((some) => some.map((one, at): Offer => ({ ...one, id: `item ${at}` })))

describe('filling a budget', () => {
  test('`fillBudget` finds a choice as good as the best of all choices', () => {
    const budgets = fc.record({
      count: fc.integer({ min: 1, max: 5 }),
      pence: fc.integer({ min: 1, max: 120 }),
    })
    fc.assert(
      fc.property(offersOf(40), budgets, (offers, budget) => {
        const chosen = fillBudget(offers, budget)
        const best = bestOfAll(offers, budget)
        expect(chosen && worthOf(chosen)).toEqual(best)
        if (!chosen) return
        expect(new Set(chosen.map(({ id }) => id)).size).toBe(budget.count)
        expect(pence(chosen)).toBeLessThanOrEqual(budget.pence)
      }),
      { numRuns: 400 },
    )
  })

  test('`fillBudget` never exceeds a large budget, and its choice is at least as good as the best one for a slightly smaller budget', () => {
    const budgets = fc.record({
      count: fc.integer({ min: 1, max: 4 }),
      pence: fc.integer({ min: 10_000, max: 99_999 }),
    })
    fc.assert(
      fc.property(offersOf(40_000), budgets, (offers, budget) => {
        const chosen = fillBudget(offers, budget)
        if (chosen) expect(pence(chosen)).toBeLessThanOrEqual(budget.pence)
        const rounding = (budget.count + 1) * Math.ceil(budget.pence / 4000)
        const sure = bestOfAll(offers, { ...budget, pence: budget.pence - rounding })
        if (sure !== null) expect(worthOf(chosen ?? [])).toBeGreaterThanOrEqual(sure)
      }),
      { numRuns: 100 },
    )
  })

  test('the replacement for a gift fits the rest of the budget and is the best product not seen yet', () => {
    const offers: Offer[] = [
      { id: 'card', pence: 85, score: 2, department: 'cards' },
      { id: 'second card', pence: 90, score: 1.5, department: 'cards' },
      { id: 'candle', pence: 100, score: 1, department: 'candles' },
      { id: 'lamp', pence: 900, score: 9, department: 'lamps' },
    ]
    const [card, second, candle] = offers
    expect(otherOffer(offers, [card], new Set(), 200)).toBe(candle)
    expect(otherOffer(offers, [card], new Set(['candle']), 200)).toBe(second)
    expect(otherOffer(offers, [card], new Set(['candle']), 170)).toBeUndefined()
  })
})
