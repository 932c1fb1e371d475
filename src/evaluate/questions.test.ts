import { isTestCase, type ShopperHistory } from '@nearside/core/features/cases.ts'
import { DAY } from '@nearside/core/time.ts'
import { questionsOf } from '@nearside/train/questions.ts'
import { describe, expect, it } from 'vitest'
import { casesOf, type EvaluationInput } from './cases.ts'
import { prepareWalk } from './prepare.ts'
import { purchase, testInput, testShop, UNTIL } from './testShop.ts'
import { tuneBaselines } from './tuneBaselines.ts'
import { walkShopper } from './walk.ts'

const MINUTE = 60_000
const looked = (item: number, minutes: number) => ({
  ...purchase(item, UNTIL + minutes * MINUTE, 'visit'),
  name: 'view_item' as const,
})

/** A shopper views item 1 twice, then item 2, then item 1 again and, an hour later, item 3. */
const shopper = {
  id: 'one',
  interactions: [looked(1, 0), looked(1, 1), looked(2, 2), looked(1, 12), looked(3, 72)],
}
const input: EvaluationInput = testInput(testShop(), { kinds: { purchases: true, others: true } })
const cases = casesOf(input, shopper, UNTIL)

describe('a test case', () => {
  it('a test case is a view of a different product, an order in a log of orders, or a day in a log of dates', () => {
    const testCases = (changes: Partial<EvaluationInput>, name: 'view_item' | 'purchase') => {
      const interactions = shopper.interactions.map((one) => ({ ...one, name }))
      const of = { ...input, ...changes }
      return casesOf(of, { id: 'one', interactions }, UNTIL).filter(isTestCase).length
    }
    expect(testCases({}, 'view_item')).toBe(4)
    // All purchases are lines of one order.
    expect(testCases({}, 'purchase')).toBe(1)
    expect(testCases({ target: 'purchase' }, 'purchase')).toBe(1)
    expect(testCases({ dayOnly: true }, 'view_item')).toBe(1)
  })

  it('the ranking questions of a case leave out the product that the shopper is viewing, and separate repeats from new items', () => {
    const asked = cases.map(({ next, history }) =>
      questionsOf(next, history, 4).map(({ suffix, targets, excluded }) => [
        suffix,
        [...targets],
        [...excluded].join(''),
      ]),
    )
    expect(asked).toEqual([
      // At the start of a visit, the shopper is not viewing any product yet.
      [
        ['', [1], '0000'],
        [':new', [1], '0000'],
      ],
      // The next event concerns the product that the shopper is already viewing. No list shows this product, so there
      // is nothing to rank.
      [],
      [
        ['', [2], '0100'],
        [':new', [2], '0100'],
      ],
      [
        ['', [1], '0010'],
        [':repeat', [1], '1011'],
      ],
      [
        ['', [3], '0000'],
        [':new', [3], '0110'],
      ],
    ])
  })

  it('a test case has rows for each arm; an event about the product that the shopper is viewing has no rows, unless it is a purchase', async () => {
    const tuned = tuneBaselines(input)
    const walked = async (log: ShopperHistory) =>
      walkShopper(prepareWalk(input, tuned, null), casesOf(input, log, UNTIL))
    const rows = await walked(shopper)
    const of = (metric: string) =>
      rows.cases.map((_, index) => rows.at(index, { arm: 'last-viewed', metric }))
    // After views of 1, 1 and 2, product 2 would rank first, but the shopper is viewing it. So product 1 ranks first.
    expect(of('mrr@20')[2]).toBe(1)
    expect(of('mrr@20').every(Number.isFinite)).toBe(true)
    expect(rows.cases.map(({ place }) => place)).toEqual([1, 3, 4, 1])
    const bought = await walked({
      ...shopper,
      interactions: [looked(1, 0), purchase(1, UNTIL + MINUTE, 'order')],
    })
    const [arm, store] = ['base-fresh', 'install']
    expect(bought.at(1, { arm, metric: 'ndcg@10' })).toBe(Number.NaN)
    expect(bought.at(1, { arm, store, metric: 'ndcg@10' })).toBe(Number.NaN)
    expect(bought.at(1, { arm, store, metric: 'ndcg@10:bought' })).not.toBe(Number.NaN)
  })

  it('the baselines are tuned to predict the next product other than the one being viewed', () => {
    // Each shopper views each product twice and then the next product.
    const shoppers = Array.from({ length: 40 }, (_, s) => ({
      id: `shopper${s}`,
      interactions: Array.from({ length: 12 }, (_, k) => ({
        ...looked((s + (k >> 1)) % 20, k),
        time: UNTIL - 10 * DAY + s * DAY * 0.1 + k * MINUTE,
      })),
    }))
    const quality = (minutes: number) => {
      const spread = shoppers.map(({ id, interactions }) => ({
        id,
        interactions: interactions.map((one, k) => ({ ...one, time: one.time + k * minutes })),
      }))
      return tuneBaselines({ ...input, shoppers: spread }).counts.compared['last-viewed'].quality
    }
    // Views an hour apart belong to separate visits, so a view of the same product is a case again.
    expect(quality(0)).toBeLessThan(0.6 * quality(60 * MINUTE))
  })
})
