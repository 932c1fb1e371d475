import { DAY } from '@nearside/core/time.ts'
import { describe, expect, it } from 'vitest'
import { casesOf, type EvaluationInput } from './cases.ts'
import { prepareWalk } from './prepare.ts'
import { headlineOf, questionsOf } from './questions.ts'
import { purchase, testInput, testShop, UNTIL } from './testShop.ts'
import { tuneBaselines } from './tuneBaselines.ts'
import { walkShopper } from './walk.ts'

const MINUTE = 60_000
const looked = (item: number, minutes: number) => ({
  ...purchase(item, UNTIL + minutes * MINUTE, 'visit'),
  name: 'view_item' as const,
})

/** A shopper looks at 1 twice, at 2, at 1 again, at 3 an hour later. */
const shopper = {
  id: 'one',
  interactions: [looked(1, 0), looked(1, 1), looked(2, 2), looked(1, 12), looked(3, 72)],
}
const input: EvaluationInput = testInput(testShop(), { kinds: { purchases: true, others: true } })
const cases = casesOf(input, shopper, UNTIL)

describe('a test case in a visit', () => {
  it('knows the item at hand and its place; half an hour later another visit begins', () => {
    expect(cases.map(({ atHand, place }) => [atHand, place])).toEqual([
      [null, 1],
      [1, 2],
      [1, 3],
      [2, 4],
      [null, 1],
    ])
  })

  it('has no item at hand after an event that shows no interest', () => {
    const list = { ...looked(5, 3), name: 'view_item_list' as const }
    const [, second] = casesOf(
      input,
      { id: 'one', interactions: [looked(1, 0), list, looked(2, 31)] },
      UNTIL,
    )
    expect(second).toMatchObject({ atHand: 1, place: 2 })
  })
})

describe('the headline', () => {
  it('is the next different product in a log with looks at exact times, else every target', () => {
    const of = (changes: Partial<EvaluationInput>) => headlineOf({ ...input, ...changes })
    expect(of({})).toBe(':next')
    expect(of({ kinds: { purchases: true, others: false } })).toBe('')
    expect(of({ target: 'purchase' })).toBe('')
    expect(of({ dayOnly: true })).toBe('')
  })

  it('neither ranks nor wants the item at hand; repeats and new items are apart', () => {
    const model = { itemIds: ['a', 'b', 'c', 'd'] }
    const asked = cases.map((one) =>
      questionsOf(one, one, { headline: ':next', model } as never).map(
        ({ suffix, targets, excluded = [] }) => [suffix, [...targets], [...excluded].join('')],
      ),
    )
    expect(asked).toEqual([
      // Nothing is at hand at the start of a visit.
      [['', [1], '']],
      // The same product again: no list could answer.
      [['', [1], '']],
      [
        ['', [2], ''],
        [':next', [2], '0100'],
        [':new', [2], '0100'],
      ],
      [
        ['', [1], ''],
        [':next', [1], '0010'],
        [':repeat', [1], '1011'],
      ],
      [['', [3], '']],
    ])
  })

  it('is measured for each arm, and not in a log of orders', async () => {
    const tuned = tuneBaselines(input)
    const rows = await walkShopper(prepareWalk(input, tuned, null), cases)
    const of = (metric: string) =>
      rows.cases.map((_, index) => rows.at(index, { arm: 'last-viewed', metric }))
    // After 1, 1, 2 the item at hand would be first; without it, 1 is.
    expect(of('mrr@20:next')[3]).toBe(1)
    expect(of('mrr@20')[3]).toBeCloseTo(1 / 2, 6)
    expect(of('mrr@20:next').map(Number.isNaN)).toEqual([true, true, false, false, true])
    expect(rows.cases.map(({ place }) => place)).toEqual([1, 2, 3, 4, 1])
    const orders = { ...input, kinds: { purchases: true, others: false } }
    const plain = await walkShopper(prepareWalk(orders, tuned, null), cases)
    expect(plain.series.some(({ metric }) => metric.endsWith(':next'))).toBe(false)
  })

  it('decides which parameters the baselines get', () => {
    // Everybody looks twice at each product and then at the next one.
    const shoppers = Array.from({ length: 40 }, (_, s) => ({
      id: `shopper${s}`,
      interactions: Array.from({ length: 12 }, (_, k) => ({
        ...looked((s + (k >> 1)) % 20, k),
        time: UNTIL - 10 * DAY + s * DAY * 0.1 + k * MINUTE,
      })),
    }))
    const counts = (kinds: EvaluationInput['kinds']) =>
      tuneBaselines({ ...input, shoppers, kinds }).counts['last-viewed'].quality
    const every = counts({ purchases: false, others: false })
    expect(counts({ purchases: false, others: true })).toBeLessThan(0.6 * every)
  })
})
