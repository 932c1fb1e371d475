import { readFileSync } from 'node:fs'
import { MODULUS } from '@nearside/aggregate/privacy/pine/field.ts'
import { MEAN_WEEKS, readNewShop, recentMeans } from '@nearside/storefront/replay/newShop.ts'
import { isHeldOut } from '@nearside/train/holdout.ts'
import { readShop } from '@nearside/train/shop/read.ts'
import { expect, test } from 'vitest'
import { FILE, RECORDED } from './newShop.ts'
import { SHOP } from './replay.ts'

const recorded = () => JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, unknown>

test('the shipped new-shop.json has every week, the example device’s two shares add up to its value, and every count has noise', () => {
  const file = recorded()
  expect(file).toMatchObject({ devices: RECORDED.devices, seed: RECORDED.seed })
  const { weeks, epsilon } = readNewShop(file)
  expect(weeks).toHaveLength(RECORDED.published + 1)
  expect(epsilon.report).toBeLessThanOrEqual(2)
  expect(epsilon.year).toBeLessThanOrEqual(4)
  const times = weeks.map(({ time }) => time)
  expect(times).toEqual([...new Set(times)].sort((a, b) => a - b))
  for (const { round, list } of weeks.slice(1)) {
    expect(list).toHaveLength(10)
    expect(round?.counted).toBe(9000)
    const { number = 0, leader = 0, helper = 0 } = round?.device ?? {}
    expect((leader + helper) % MODULUS).toBe(number)
    for (const { count } of list) expect(count?.released).not.toBe(count?.exact)
  }
})

test('the example device’s products are those of a training shopper in the 30 days before the week’s end', async () => {
  const { shoppers, items } = await readShop(SHOP)
  const training = shoppers.filter(({ id }) => !isHeldOut(id, 0.2, 1))
  for (const { time, round } of readNewShop(recorded()).weeks.slice(1)) {
    const wanted = [...(round?.device.items ?? [])].sort().join()
    const found = training.some(({ interactions }) => {
      const recent = interactions.filter(
        (one) => one.time < time && one.time > time - 30 * 86_400_000,
      )
      return [...new Set(recent.map(({ item }) => items[item].id))].sort().join() === wanted
    })
    expect(found).toBe(true)
  }
})

test('each mean covers the last `MEAN_WEEKS` weeks, or all weeks if there are fewer', () => {
  const { weeks } = readNewShop(recorded())
  const means = recentMeans(weeks)
  expect(means[0].values).toEqual(weeks[0].quality)
  const last = weeks.slice(-MEAN_WEEKS).map(({ quality }) => quality.rounds)
  const mean = last.reduce((sum, x) => sum + x, 0) / MEAN_WEEKS
  expect(means.at(-1)?.values.rounds).toBeCloseTo(mean, 10)
})

test('readNewShop refuses a damaged file', () => {
  const file = recorded()
  const [opening, week] = file.weeks as Record<string, unknown>[]
  for (const bad of [
    null,
    {},
    { ...file, epsilon: {} },
    { ...file, weeks: [] },
    { ...file, weeks: [{ ...opening, ends: 'never' }] },
    { ...file, weeks: [{ ...week, quality: [0.1, 'good'] }] },
    { ...file, weeks: [{ ...week, list: [['85123A', 'many']] }] },
    { ...file, weeks: [{ ...week, device: { items: [] } }] },
  ])
    expect(() => readNewShop(bad)).toThrow('cannot be read')
})
