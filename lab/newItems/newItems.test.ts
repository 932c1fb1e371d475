import { expect, it } from 'vitest'
import { createRandom } from '../../src/core/model/random.ts'
import { selectCases } from '../../src/evaluate/cases.ts'
import { prepareWalk } from '../../src/evaluate/prepare.ts'
import { testInput, testShop } from '../../src/evaluate/testShop.ts'
import { tuneBaselines } from '../../src/evaluate/tuneBaselines.ts'
import { bootstrapMeans } from '../interval.ts'
import { measureBeside, summariseBeside } from './besideNewItems.ts'
import {
  categoryMeans,
  measureNewItems,
  NEW_ITEM_ARMS,
  NEW_ITEM_METRICS,
  newItemCases,
  summariseNewItems,
} from './newItems.ts'

const shop = testShop()
const input = testInput(shop, { protocol: 'leave-one-out' })
const walk = prepareWalk(input, tuneBaselines(input), null)
const cases = selectCases(input).flat()

it('covers the true mean about 95 times in a hundred', () => {
  const random = createRandom(5)
  let covered = 0
  for (let run = 0; run < 200; run++) {
    const values = Float64Array.from({ length: 60 }, () => 2 + random.normal())
    const [{ lo, hi }] = bootstrapMeans([values], random, 300)
    if (lo <= 2 && hi >= 2) covered++
  }
  expect(covered).toBeGreaterThan(178)
  expect(covered).toBeLessThan(200)
})

const isNew = Uint8Array.from(shop.items, (_, i) => (i % 3 === 0 ? 1 : 0))
const fresh = newItemCases(cases, isNew)

it('asks for new items only, from a past that knows none', () => {
  expect(fresh.length).toBeGreaterThan(10)
  for (const { history, targets } of fresh) {
    expect(targets.every((item) => isNew[item])).toBe(true)
    expect(history.some(({ item }) => isNew[item])).toBe(false)
  }
})

it('is worth chance where all new items look alike', () => {
  const popularity = Float32Array.from(isNew, (flag, i) => (flag ? 0 : 1 + i))
  const asked = {
    model: input.model,
    isNew,
    statisticsAt: walk.statisticsAt,
    popularityAt: () => popularity,
  }
  const [one] = fresh
  const values = measureNewItems(asked, one)
  const of = (arm: (typeof NEW_ITEM_ARMS)[number], metric: (typeof NEW_ITEM_METRICS)[number]) =>
    values[NEW_ITEM_ARMS.indexOf(arm) * NEW_ITEM_METRICS.length + NEW_ITEM_METRICS.indexOf(metric)]
  const news = isNew.reduce((sum, flag) => sum + flag, 0)
  expect(news).toBe(10)
  expect(of('popular', 'hitRate@10@new')).toBeCloseTo(1, 10)
  const ideal = Array.from({ length: 10 }, (_, place) => 1 / Math.log2(place + 2))
  const mean = ideal.reduce((sum, gain) => sum + gain, 0) / 10
  expect(of('popular', 'ndcg@10@new')).toBeCloseTo(mean, 10)
  expect(of('popular', 'percentile@new')).toBeCloseTo(0.5, 10)
  // Twenty known items are all more popular, less those the shopper has had.
  const had = new Set(one.history.map(({ item }) => item)).size
  const places = Array.from({ length: 10 }, (_, k) => 20 - had + k)
  const within = places.filter((place) => place < 10).length / 10
  expect(of('popular', 'hitRate@10@all')).toBeCloseTo(within, 10)
})

it('lets a new item count as the mean of its category', () => {
  const category = Uint16Array.from([1, 1, 1, 2, 2, 0])
  const means = categoryMeans(
    Float32Array.from([4, 2, 0, 9, 0, 0]),
    { ...input.model.statistics, category },
    Uint8Array.from([0, 0, 1, 0, 1, 1]),
  )
  expect([...means]).toEqual([4, 2, 3, 9, 9, 5])
})

it('weighs each shopper the same', () => {
  const values = (value: number) =>
    new Float64Array(NEW_ITEM_ARMS.length * NEW_ITEM_METRICS.length).fill(value)
  const summary = summariseNewItems(
    [
      { shopper: 'a', targets: 1, values: values(1) },
      { shopper: 'a', targets: 2, values: values(0) },
      { shopper: 'b', targets: 1, values: values(1) },
    ],
    1,
  )
  expect(summary).toMatchObject({ shoppers: 2, cases: 4 })
  expect(summary.arms[0]['ndcg@10@all'].mean).toBeCloseTo(0.75, 10)
  expect(summary.gains[3]['ndcg@10@all']).toEqual({ mean: 0, lo: 0, hi: 0 })
})

it('asks what new items cost the others: nothing where they stand for nothing', () => {
  const asked = {
    model: input.model,
    isNew,
    statisticsAt: walk.statisticsAt,
    popularityAt: () => new Float32Array(isNew.length),
  }
  const results = cases.flatMap((one) => measureBeside(asked, one) ?? [])
  const wanted = cases.filter(({ targets }) => targets.some((item) => !isNew[item]))
  expect(results).toHaveLength(wanted.length)
  const plain = summariseBeside(results, 1)
  expect(plain.difference).toEqual({ mean: 0, lo: 0, hi: 0 })
  expect(plain.aided.mean).toBeGreaterThan(0)
  expect(plain.newOfTen.mean).toBeGreaterThan(0)
  // Rows of an extended model: the last third stands for the first item, the most popular neighbours.
  const from = Math.floor((2 * isNew.length) / 3)
  const last = isNew.map((_, i) => (i < from ? 0 : 1))
  const neighbours = new Uint32Array(isNew.length - from)
  const coldStart = {
    from,
    neighboursEach: 1,
    neighbours,
    weights: new Float32Array(neighbours.length).fill(1),
  }
  const aided = {
    ...asked,
    isNew: last,
    statisticsAt: (time: number) => {
      const statistics = walk.statisticsAt(time)
      const popularityAll = statistics.popularityAll.map((count, i) => (i < from ? count : 0))
      return { ...statistics, popularityAll, coldStart }
    },
  }
  const changed = summariseBeside(
    cases.flatMap((one) => measureBeside(aided, one) ?? []),
    1,
  )
  expect(changed.difference.mean).not.toBe(0)
})
