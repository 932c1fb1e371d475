import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { NearsideError } from '@nearside/core/error.ts'
import type { Interaction } from '@nearside/core/features/history.ts'
import { parseLatest, parseManifest } from '@nearside/core/model/manifest.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import { scoreTerms } from '@nearside/core/model/score.ts'
import { testFolder } from '@nearside/core/testFolder.ts'
import { DAY } from '@nearside/core/time.ts'
import { expect, test } from 'vitest'
import { hashOfHeldOut } from './holdout.ts'
import { publishModel } from './models/publish.ts'
import { requireSequences } from './plan.ts'
import { type PretrainOptions, pretrain } from './pretrain.ts'
import type { Shop } from './shop/shop.ts'
import { NO_WORD_VECTORS } from './wordVectors.ts'

const START = Date.parse('2024-01-01')
const OPTIONS: PretrainOptions = {
  seed: 1,
  holdout: { fraction: 0.2 },
  until: null,
  now: Date.parse('2025-01-01'),
  words: NO_WORD_VECTORS,
  encoder: { epochs: 3, negatives: 16 },
}

/** Each shopper buys items of one of three kinds, every few days. */
function tinyShop(shoppers = 60, items = 24, orders = 6): Shop {
  const random = createRandom(9)
  const logs = Array.from({ length: shoppers }, (_, s) => {
    const interactions: Interaction[] = []
    for (let o = 0; o < orders; o++) {
      const time = START + (o * 7 + random.integer(5)) * DAY
      for (let k = 0; k < 3; k++) {
        const item = (3 * random.integer(items / 3) + (s % 3)) % items
        interactions.push({ item, name: 'purchase', time, session: `${s}-${o}` })
      }
    }
    return { id: `shopper ${s}`, interactions }
  })
  return shopOf(logs, items)
}

function shopOf(shoppers: Shop['shoppers'], items: number): Shop {
  const times = shoppers.flatMap(({ interactions }) => interactions.map(({ time }) => time))
  return {
    name: 'tiny',
    items: Array.from({ length: items }, (_, i) => ({
      id: `i${i}`,
      title: `${['cup', 'lamp', 'bag'][i % 3]} ${['red', 'blue'][i % 2]}`,
      price: 1 + (i % 7),
      category: ['kitchen', 'light', 'travel'][i % 3],
    })),
    shoppers,
    from: Math.min(...times),
    to: Math.max(...times),
    dayOnly: true,
  }
}

async function message(run: Promise<unknown>): Promise<string> {
  const error = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(NearsideError)
  expect((error as NearsideError).code).toBe('input-invalid')
  return (error as NearsideError).message
}

test('a model of a tiny shop gives finite scores, and ranks the kind of item that a shopper buys above other kinds', async () => {
  const shop = tinyShop()
  const { model } = await pretrain(shop, OPTIONS)
  const [, , log] = shop.shoppers
  const { base } = scoreTerms(model, log.interactions, shop.to + DAY)
  expect(base.every(Number.isFinite)).toBe(true)
  const mean = (kind: number) =>
    base.reduce((sum, score, i) => sum + (i % 3 === kind ? score : 0), 0) / 8
  expect(mean(2)).toBeGreaterThan(mean(0))
  expect(mean(2)).toBeGreaterThan(mean(1))
  expect(Object.values(model.manifest.metrics).every(Number.isFinite)).toBe(true)
  expect(model.manifest.holdout.shoppers).toBeGreaterThan(0)
})

test('the same seed gives the same files byte for byte, and another seed gives other files', async () => {
  const first = await pretrain(tinyShop(), OPTIONS)
  const second = await pretrain(tinyShop(), OPTIONS)
  expect(second.manifest).toEqual(first.manifest)
  expect(second.files).toEqual(first.files)
  const other = await pretrain(tinyShop(), { ...OPTIONS, seed: 2 })
  expect(other.manifest.files).not.toEqual(first.manifest.files)
})

test('held-out shoppers, and events after the training limit, change no file of the model', async () => {
  const shop = tinyShop()
  const out = new Set(['shopper 3', 'shopper 10'])
  const until = START + 30 * DAY
  const options = { ...OPTIONS, holdout: { shoppers: out }, until }
  const without = await pretrain(shop, options)
  const changed: Shop = {
    ...shop,
    shoppers: shop.shoppers.map(({ id, interactions }) => ({
      id,
      interactions: interactions.map((entry) =>
        out.has(id) || entry.time >= until ? { ...entry, item: 0 } : entry,
      ),
    })),
  }
  expect((await pretrain(changed, options)).files).toEqual(without.files)
  const hash = hashOfHeldOut(shop, options.holdout, until)
  expect(without.manifest.holdout).toEqual({ fraction: 0, shoppers: 2, ...hash })
})

test('publishing a trained model writes a version folder that latest.json names', async () => {
  const directory = testFolder()
  await publishModel(directory, await pretrain(tinyShop(), OPTIONS))
  const json = async (path: string) =>
    JSON.parse(await readFile(join(directory, path), 'utf8')) as unknown
  expect(parseLatest(await json('latest.json')).version).toBe('1')
  const manifest = parseManifest(await json('1/manifest.json'))
  expect(manifest.shop).toBe('tiny')
  const selection = await readFile(join(directory, '1/selection.json'))
  const sha256 = createHash('sha256').update(selection).digest('hex')
  expect(manifest.reports).toEqual([{ name: 'selection.json', bytes: selection.length, sha256 }])
  const { features } = JSON.parse(selection.toString()) as { features: { kept: boolean }[] }
  const records = [...manifest.features, ...manifest.contextFeatures!]
  expect(features.map(({ kept }) => kept)).toEqual(records.map(({ kept }) => kept))
  expect((await readdir(join(directory, '1'))).sort()).toEqual([
    'encoder.safetensors',
    'items.safetensors',
    'manifest.json',
    'popularity.safetensors',
    'selection.json',
    'shared.safetensors',
    'statistics.safetensors',
  ])
})

test('a log that is too small or invalid is refused with the reason', async () => {
  expect(await message(pretrain(tinyShop(9), OPTIONS))).toContain('at least 10 are needed')
  expect(await message(pretrain({ ...tinyShop(), items: [{ id: 'i0' }] }, OPTIONS))).toContain(
    'at least two',
  )
  expect(await message(pretrain(tinyShop(), { ...OPTIONS, now: START }))).toContain('future')
  expect(await message(pretrain(tinyShop(), { ...OPTIONS, until: START }))).toContain(
    'nothing to train on',
  )
  const day: Shop = tinyShop()
  const sameDay = day.shoppers.map(({ id, interactions }) => ({
    id,
    interactions: interactions.map((entry) => ({ ...entry, time: START })),
  }))
  expect(await message(pretrain(shopOf(sameDay, 24), OPTIONS))).toContain('at least two days')
})

test.each([10, 13, 25])(
  '%i shoppers are enough to train a model with finite weights',
  async (shoppers) => {
    const holdout = { fraction: 0 }
    const { model } = await pretrain(tinyShop(shoppers), { ...OPTIONS, holdout })
    expect(Object.values(model.manifest.metrics).every(Number.isFinite)).toBe(true)
    expect(scoreTerms(model, [], START).base.every(Number.isFinite)).toBe(true)
  },
)

test('a shop without repeat visits gets a model that ranks by popularity, with finite scores', async () => {
  const { model } = await pretrain(tinyShop(60, 24, 1), OPTIONS)
  expect(model.manifest.metrics['encoder.cases']).toBe(0)
  // First visits are cases, too.
  expect(model.manifest.metrics.validationCases).toBeGreaterThan(0)
  expect(scoreTerms(model, [], START).base.every(Number.isFinite)).toBe(true)
})

/** Each shopper goes through the items of one kind in sequence, one a day, all up to the same last day. */
function sequenceShop(shoppers = 60, items = 24): Shop {
  const last = START + 30 * DAY
  const logs = Array.from({ length: shoppers }, (_, s) => {
    const length = 4 + (s % 5)
    const interactions = Array.from({ length }, (_, k): Interaction => {
      const time = last - (length - 1 - k) * DAY
      return { item: (s + 3 * k) % items, name: 'purchase', time, session: String(time) }
    })
    return { id: `shopper ${s}`, interactions }
  })
  return shopOf(logs, items)
}

test('leave-one-out training uses every shopper but no shopper’s last event', async () => {
  const shop = sequenceShop()
  const options = { ...OPTIONS, leaveOneOut: true }
  const { manifest, files } = await pretrain(shop, options)
  expect(manifest.holdout).toEqual({ fraction: 0, shoppers: 0 })
  expect(manifest.metrics.trainingShoppers).toBe(60)
  expect(Date.parse(manifest.data.until)).toBe(shop.to - DAY)
  expect(Date.parse(manifest.data.to)).toBe(shop.to - 2 * DAY)
  const { interactions } = shop.shoppers[0]
  const changed: Shop = {
    ...shop,
    shoppers: shop.shoppers.map(({ id, interactions: own }) => ({
      id,
      interactions: own.map((one) => (one.time === shop.to ? { ...one, item: 0 } : one)),
    })),
  }
  expect(interactions.at(-1)?.item).not.toBe(0)
  expect((await pretrain(changed, options)).files).toEqual(files)
})

test('leave-one-out training needs a log of sequences, which all end on the same day', () => {
  expect(() => requireSequences(tinyShop())).toThrow(/log of sequences/)
  expect(() => requireSequences(sequenceShop())).not.toThrow()
})
