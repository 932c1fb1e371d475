import { hitRate, ndcg } from '@nearside/train/metrics.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ARMS, meansOf, PLACES, qualityOf, runningMeans } from './quality.ts'
import { readShoppers } from './shoppers.ts'

test('the computed quality equals the evaluation’s metrics for any list and any purchase', () => {
  const ids = Array.from({ length: 30 }, (_, place) => `i${place}`)
  fc.assert(
    fc.property(
      fc.shuffledSubarray(ids, { minLength: 30 }),
      fc.uniqueArray(fc.constantFrom(...ids), { minLength: 1, maxLength: 20 }),
      (list, bought) => {
        const places = Int32Array.from(bought.map((id) => list.indexOf(id))).sort()
        const quality = qualityOf(list.slice(0, PLACES), new Set(bought))
        expect(quality.ndcg).toBeCloseTo(ndcg(places, PLACES), 12)
        expect(quality.hit).toBe(hitRate(places, PLACES))
      },
    ),
  )
})

test('the means of the quality cover all orders so far', () => {
  const step = (ndcg: number) =>
    Object.fromEntries(ARMS.map((arm) => [arm, { ndcg, hit: ndcg > 0 ? 1 : 0 }])) as never
  const steps = [step(0), step(0.5), step(1)]
  expect(meansOf(steps).personal).toEqual({ ndcg: 0.5, hit: 2 / 3 })
  const running = runningMeans(
    steps.map((quality, time) => ({ order: { time }, quality })),
    'ndcg',
  )
  expect(running.map(({ time, values }) => [time, values.personal])).toEqual([
    [0, 0],
    [1, 0.25],
    [2, 0.5],
  ])
})

test('example shoppers’ orders are read sorted by time, and invalid files are refused', () => {
  const orders = [
    { time: '2011-03-01T10:00:00Z', items: ['b'] },
    { time: '2011-01-01T10:00:00Z', items: ['a'] },
  ]
  const [shopper] = readShoppers({ shoppers: [{ label: 'Shopper A', orders }] })
  expect(shopper.orders.map(({ items }) => items[0])).toEqual(['a', 'b'])
  for (const bad of [
    null,
    {},
    { shoppers: [] },
    { shoppers: [{ label: 'A', orders: [] }] },
    { shoppers: [{ label: 'A', orders: [{ time: 'never', items: ['a'] }] }] },
    { shoppers: [{ label: 'A', orders: [{ time: '2011-01-01', items: [] }] }] },
  ])
    expect(() => readShoppers(bad)).toThrow('cannot be read')
})
