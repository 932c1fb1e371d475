import { DAY } from '@nearside/core/time.ts'
import { isHeldOut } from '@nearside/train/holdout.ts'
import { expect, test } from 'vitest'
import { purchase, START, testInput, testShop, UNTIL } from '../testShop.ts'
import { frequencies, splitBaskets } from './baskets.ts'

const shop = testShop(60, 30)
/** Whether `testInput` holds a shopper out. */
const held = (id: string) => isHeldOut(id, 0.5, 1)

test('each held-out shopper with at least three baskets is tested on the last basket', () => {
  const id = shop.shoppers.find((one) => held(one.id))!.id
  const short = shop.shoppers.find((one) => held(one.id) && one.id !== id)!.id
  const order = (day: number, ...items: number[]) =>
    items.map((item) => purchase(item, START + day * DAY, `${day}`))
  const view = { ...purchase(9, START + 3 * DAY, 'look'), name: 'view_item' } as const
  const shoppers = shop.shoppers.map((one) => {
    if (one.id === id)
      return { id, interactions: [...order(1, 4, 2), ...order(2, 2), view, ...order(99, 5, 2)] }
    return one.id === short ? { id: short, interactions: [...order(1, 1), ...order(2, 1)] } : one
  })
  const { tested } = splitBaskets(testInput({ ...shop, shoppers }))
  const ids = tested.map(({ asked }) => asked.shopper)
  expect(ids.every(held)).toBe(true)
  expect(ids).not.toContain(short)
  const found = tested[ids.indexOf(id)]
  expect(found.asked.targets).toEqual([2, 5])
  expect(found.baskets).toEqual([[2, 4], [2]])
  // The history includes the view; a basket contains only purchases.
  expect(found.asked.history.map(({ item }) => item)).toEqual([4, 2, 2, 9])
})

test('the arms learn from exactly the baskets that the model was trained on', () => {
  // The arms must not learn from baskets after the model's training data, even if --until is later.
  const { known } = splitBaskets(testInput(shop, { until: UNTIL + 20 * DAY }))
  const expected = shop.shoppers
    .filter(({ id }) => !held(id))
    .map(({ interactions }) =>
      interactions.filter(({ time }) => time < UNTIL).map(({ session }) => session),
    )
    .filter((sessions) => sessions.length > 0)
  expect(known.map((baskets) => baskets.length)).toEqual(
    expected.map((sessions) => new Set(sessions).size),
  )
})

test('a shop is refused if too few shoppers have three baskets', () => {
  const shoppers = shop.shoppers.map((one, k) =>
    k < 55 ? { ...one, interactions: one.interactions.slice(0, 1) } : one,
  )
  expect(() => splitBaskets(testInput({ ...shop, shoppers }))).toThrow(
    expect.objectContaining({ code: 'input-invalid' }),
  )
})

test('the frequency baselines rank the shopper’s own items by count, then by popularity; GP-TopFreq adds other popular items', () => {
  const popularity = Float32Array.of(5, 9, 7, 0)
  const baskets = [
    [0, 3],
    [2, 3],
  ]
  const order = (scores: Float32Array) =>
    [0, 1, 2, 3]
      .filter((row) => scores[row] > Number.NEGATIVE_INFINITY)
      .sort((a, b) => scores[b] - scores[a])
  const found = frequencies(baskets, popularity)
  expect(order(found['gp-topfreq'])).toEqual([3, 2, 0, 1])
  expect(order(found['p-topfreq'])).toEqual([3, 2, 0])
})
