import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runEvaluate } from '@nearside/cli/testEvaluate.ts'
import { buildCases } from '@nearside/core/features/cases.ts'
import { foldOf, isHeldOut } from '@nearside/train/holdout.ts'
import { shopEvents } from '@nearside/train/shop/testEvents.ts'
import { writeShop } from '@nearside/train/shop/testWrite.ts'
import { expect, it, onTestFinished } from 'vitest'
import { testShop, UNTIL } from './testShop.ts'

it('foldOf splits shoppers evenly; fold 0 of 5 equals a hold-out of 0.2', () => {
  const ids = Array.from({ length: 500 }, (_, i) => `s${i}`)
  for (const seed of [1, 2]) {
    const sizes = [0, 0, 0, 0, 0]
    for (const id of ids) {
      const fold = foldOf(id, 5, seed)
      sizes[fold]++
      expect(isHeldOut(id, 0.2, seed)).toBe(fold === 0)
    }
    for (const size of sizes) expect(size).toBeGreaterThan(70)
  }
})

it('evaluate --folds tests every shopper exactly once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nearside-folds-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const shop = testShop(40, 12)
  const times = { name: 'testshop', from: 0, to: 0 }
  await writeShop(folder, shop.items, shopEvents({ ...shop, ...times }))
  const until = new Date(UNTIL).toISOString().slice(0, 10)
  const { result, text } = await runEvaluate({ shop: folder, folds: '2', until })
  const asked = shop.shoppers
    .map((shopper) => buildCases(shopper, false, UNTIL).length)
    .filter((cases) => cases > 0)
  expect(result.folds).toBe(2)
  expect(result.shoppers).toBe(asked.length)
  expect(result.cases).toBe(asked.reduce((sum, cases) => sum + cases, 0))
  expect(text).toContain('each tested with the one of 2 models that never saw them')
  expect(text.match(/Baselines tuned on/g)).toHaveLength(2)
}, 120_000)

it('evaluate --seeds tests models of several seeds on the same shoppers', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nearside-seeds-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const shop = testShop(60, 12)
  await writeShop(folder, shop.items, shopEvents({ ...shop, name: 'testshop', from: 0, to: 0 }))
  const until = new Date(UNTIL).toISOString().slice(0, 10)
  const asked = { shop: folder, until, holdout: '0.4', arms: 'base' }
  const { result, text } = await runEvaluate({ ...asked, seeds: '2' })
  const { result: one } = await runEvaluate(asked)
  expect(result.seeds).toBe(2)
  expect(one.seeds).toBeUndefined()
  expect([result.shoppers, result.cases]).toEqual([one.shoppers, one.cases])
  // Popularity doesn't depend on the seed.
  expect(result.arms[0]).toEqual(one.arms[0])
  expect(result.arms.at(-1)).not.toEqual(one.arms.at(-1))
  expect(text).toContain('over 2 training seeds')
  expect(text.match(/Baselines tuned on/g)).toHaveLength(1)
}, 240_000)

it('evaluate --folds and --seeds refuse options that would test a model on its training data', async () => {
  const shop = 'nowhere'
  await expect(runEvaluate({ shop, folds: '5', model: 'models' })).rejects.toThrow(/leave --model/)
  await expect(runEvaluate({ shop, folds: '5', holdout: '0.2' })).rejects.toThrow(/--holdout out/)
  await expect(runEvaluate({ shop, seeds: '5', model: 'models' })).rejects.toThrow(/leave --model/)
  await expect(runEvaluate({ shop, folds: '1' })).rejects.toThrow(/from 2 to 20/)
  await expect(runEvaluate({ shop, folds: '5', protocol: 'leave-one-out' })).rejects.toThrow(
    /--folds .*--protocol personal/,
  )
})
