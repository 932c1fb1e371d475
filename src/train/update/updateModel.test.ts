import { FEATURE_COLUMN } from '@nearside/core/features/features.ts'
import type { Interaction } from '@nearside/core/features/history.ts'
import { MODEL_FILES } from '@nearside/core/model/parts.ts'
import { DAY } from '@nearside/core/time.ts'
import { START, type TestShop, testShop } from '@nearside/evaluate/testShop.ts'
import { expect, test } from 'vitest'
import { hashOfHeldOut, isHeldOut } from '../holdout.ts'
import { pretrain } from '../pretrain.ts'
import type { Shop } from '../shop/shop.ts'
import { NO_WORD_VECTORS } from '../wordVectors.ts'
import { updateModel } from './updateModel.ts'

const HOLDOUT = { fraction: 0.2 }
const UNTIL = START + 70 * DAY
const LATER = START + 90 * DAY
const OPTIONS = {
  holdout: HOLDOUT,
  until: LATER,
  now: Date.UTC(2025, 0, 1),
  words: NO_WORD_VECTORS,
  encoder: { epochs: 1, negatives: 16 },
}
const isOut = (id: string) => isHeldOut(id, HOLDOUT.fraction, 1)

function shopOf({ name, items, dayOnly, shoppers }: TestShop): Shop {
  const times = shoppers.flatMap(({ interactions }) => interactions.map(({ time }) => time))
  return { name, items, dayOnly, shoppers, from: Math.min(...times), to: Math.max(...times) }
}

const train = (shop: Shop, until: number) =>
  pretrain(shop, { ...OPTIONS, until, seed: 1, judgeFeatures: false })

const shop = shopOf(testShop(200, 12))
const parent = await train(shop, UNTIL).then(({ model }) => ({
  ...model,
  manifest: { ...model.manifest, version: '7', parent: '6' },
}))

test('an update has the counts of a full training, and records what it did', async () => {
  const { manifest, files, model, refused } = await updateModel(parent, shop, OPTIONS)
  expect(refused).toBeNull()
  expect(manifest).toMatchObject({
    parent: null,
    update: { from: '7', did: expect.stringMatching(/^counted anew, encoder /) },
    data: { until: new Date(LATER).toISOString() },
    holdout: parent.manifest.holdout,
  })
  expect(manifest.reports).toBeUndefined()
  expect(manifest.metrics['guard.shoppers']).toBeGreaterThan(10)
  expect(Object.values(manifest.metrics).every(Number.isFinite)).toBe(true)
  const full = await train(shop, LATER)
  for (const name of [MODEL_FILES.popularity, MODEL_FILES.statistics])
    expect(files.get(name)).toEqual(full.files.get(name))
  expect(model.itemVectors).not.toEqual(parent.itemVectors)
  expect(model.prior).toEqual(parent.prior)
  // The same log gives the same files.
  expect((await updateModel(parent, shop, OPTIONS)).files).toEqual(files)
}, 900_000)

test('if the encoder’s weight is too high, an update replaces it by one of the weights that training tries', async () => {
  const loud = parent.projection.map((_, at) => (at % 65 === 0 ? 5 : 0))
  const { manifest, model } = await updateModel({ ...parent, projection: loud }, shop, OPTIONS)
  expect(manifest.update?.did).toMatch(/encoder taught on, its weight 0\.\d0 instead of 5\.00/)
  expect(manifest.metrics.encoderWeight).toBeLessThanOrEqual(0.4 + 1e-6)
  expect(model.projection[0]).toBeCloseTo(manifest.metrics.encoderWeight, 3)
}, 900_000)

test('an update learns nothing from held-out shoppers, and ignores events after its time limit', async () => {
  const changed = shop.shoppers.map(({ id, interactions }) => ({
    id,
    interactions: interactions.map((one) =>
      one.time >= LATER || (isOut(id) && one.time >= UNTIL) ? { ...one, item: 0 } : one,
    ),
  }))
  const { files } = await updateModel(parent, shop, OPTIONS)
  expect((await updateModel(parent, { ...shop, shoppers: changed }, OPTIONS)).files).toEqual(files)
}, 900_000)

test('an update holds out the shoppers that the parent’s file named', async () => {
  const [first, ...rest] = shop.shoppers.filter(({ id }) => isOut(id)).map(({ id }) => id)
  const holdout = { shoppers: new Set([first, ...rest]) }
  const named = { fraction: 0, shoppers: rest.length + 1, ...hashOfHeldOut(shop, holdout, UNTIL) }
  const byFile = { ...parent, manifest: { ...parent.manifest, holdout: named } }
  const { manifest } = await updateModel(byFile, shop, { ...OPTIONS, holdout })
  expect(manifest.holdout).toEqual({ ...named, ...hashOfHeldOut(shop, holdout, LATER) })
  const other = shop.shoppers.find(({ id }) => !isOut(id))?.id ?? ''
  const others = { shoppers: new Set([other, ...rest]) }
  await expect(updateModel(byFile, shop, { ...OPTIONS, holdout: others })).rejects.toThrow(
    /names other shoppers/,
  )
}, 900_000)

test('new items join after the parent’s items, and withdrawn items keep their row', async () => {
  const items = [
    { id: 'new', title: 'Thing 3', category: 'kind0', price: 3 },
    ...shop.items.slice(1),
  ]
  const shoppers = shop.shoppers.map(({ id, interactions }) => ({
    id,
    interactions: interactions.filter(({ item }) => item > 0),
  }))
  const { model } = await updateModel(parent, { ...shop, items, shoppers }, OPTIONS)
  expect(model.itemIds).toEqual([...parent.itemIds, 'new'])
  expect(model.statistics.popularityAll[0]).toBe(0)
  expect(model.itemVectors.slice(-64).some((value) => value !== 0)).toBe(true)
}, 900_000)

/**
 * The test shop with new events from `UNTIL` on: three lines a day for each shopper. `of` chooses the item of each
 * line.
 */
function withNew(of: (id: string, day: number, line: number) => number | null): Shop {
  const shoppers = shop.shoppers.map(({ id, interactions }) => {
    const past = interactions.filter(({ time }) => time < UNTIL)
    const fresh = Array.from({ length: 20 }, (_, day) =>
      [0, 1, 2].flatMap((line): Interaction[] => {
        const item = of(id, day, line)
        const time = UNTIL + day * DAY + 1
        return item === null ? [] : [{ item, name: 'purchase', time, session: `${id} ${day}` }]
      }),
    )
    return { id, interactions: [...past, ...fresh.flat()] }
  })
  return shopOf({ ...shop, shoppers })
}

/** On every fourth day, each shopper buys the item that they have bought least so far. */
function leastBought(): (id: string, day: number, line: number) => number | null {
  const bought = new Map(
    shop.shoppers.map(({ id, interactions }) => {
      const counts = shop.items.map(() => 0)
      for (const { item, time } of interactions) if (time < UNTIL) counts[item]++
      return [id, counts]
    }),
  )
  return (id, day, line) => {
    const counts = bought.get(id)
    if (line > 0 || day % 4 > 0 || !counts) return null
    const least = counts.indexOf(Math.min(...counts))
    counts[least]++
    return least
  }
}

test('an update trains in full if new orders are unrelated to earlier ones', async () => {
  const { manifest, refused } = await updateModel(parent, withNew(leastBought()), OPTIONS)
  expect(manifest.update?.did).toMatch(/^trained in full: NDCG@10 of new orders fell from 0\.\d+/)
  expect(manifest.update?.did).toMatch(/, judged by \d+ held-out shoppers$/)
  expect(manifest.metrics['guard.shoppers']).toBeGreaterThan(10)
  expect(refused).toBeNull()
  // The model was trained in full, so none of its metrics is copied from the parent.
  expect(manifest.metrics['ndcg@10']).toBeGreaterThan(0)
  expect(manifest.reports?.map(({ name }) => name)).toEqual(['selection.json'])
}, 900_000)

/** A parent that ranks the first three items highest for every shopper. */
function expectingThree() {
  const { statistics, featureWeights } = parent
  const sign = Math.sign(featureWeights[FEATURE_COLUMN.popularityAll])
  const expected = statistics.popularityAll.map((_, item) => (item < 3 === sign > 0 ? 9 : 0))
  return { ...parent, statistics: { ...statistics, popularityAll: expected } }
}

test('a full training that ranks held-out orders surely worse is refused', async () => {
  const least = leastBought()
  const grown = withNew((id, day, line) =>
    isOut(id) ? (day === 18 ? line : null) : least(id, day, line),
  )
  const { manifest, refused } = await updateModel(expectingThree(), grown, OPTIONS)
  expect(manifest.update?.did).toMatch(/^trained in full/)
  expect(refused).toMatch(/newest orders of \d+ held-out shoppers would be 0\.\d+/)
}, 900_000)

test('an update that ranks held-out orders surely worse than its parent is refused', async () => {
  const pastOf = new Map(shop.shoppers.map(({ id, interactions }) => [id, interactions]))
  // Training shoppers continue as before; held-out shoppers order three items that only the parent ranks high.
  const grown = withNew((id, day, line) =>
    isOut(id)
      ? day === 18
        ? line
        : null
      : day % 7 === 1
        ? (pastOf.get(id)?.[line].item ?? null)
        : null,
  )
  const { refused } = await updateModel(expectingThree(), grown, OPTIONS)
  expect(refused).toMatch(/newest orders of \d+ held-out shoppers would be 0\.\d+/)
}, 900_000)
