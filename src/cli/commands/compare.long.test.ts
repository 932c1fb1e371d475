import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BaseModel } from '@nearside/core/model/baseModel.ts'
import { writeBaseModel } from '@nearside/core/model/files.ts'
import type { CompareResult } from '@nearside/evaluate/compare.ts'
import { testModel, testShop } from '@nearside/evaluate/testShop.ts'
import { publishModel } from '@nearside/train/models/publish.ts'
import { shopEvents } from '@nearside/train/shop/testEvents.ts'
import { writeShop } from '@nearside/train/shop/testWrite.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Flags, runCommand } from '../testCommand.ts'
import { runEvaluate } from '../testEvaluate.ts'
import { command } from './compare.ts'

const folder = mkdtempSync(join(tmpdir(), 'nearside-compare-'))
const made = testShop(60, 20)
const shop = join(folder, 'testshop')
const good = testModel(made)
/** Model whose weights are all zero, so that it uses neither popularity nor the shopper's purchases. */
const poor: BaseModel = { ...good, featureWeights: new Float32Array(good.featureWeights.length) }
const [A, B] = [join(folder, 'a'), join(folder, 'b')]

beforeAll(async () => {
  await writeShop(shop, made.items, shopEvents({ ...made, name: 'testshop', from: 0, to: 0 }))
  await publishModel(A, await writeBaseModel(poor))
  await publishModel(B, await writeBaseModel(good))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function compare(a: string, b: string, flags: Flags = {}) {
  const all = { shop, arms: 'base', ...flags }
  const { result, printed } = await runCommand(command, { flags: all, positionals: [a, b] })
  return { result: result as CompareResult, text: printed.join('\n') }
}

it('compare names the better model, and reports the same metrics for each model as evaluate does', async () => {
  const html = join(folder, 'report.html')
  const { result, text } = await compare(A, B, { arms: 'all', html })
  const ndcg = (name: string) => Number(result.arms.find((arm) => arm.name === name)?.['ndcg@10'])
  const alone = (await runEvaluate({ shop, model: B })).result
  for (const arm of ['base-stale', 'base-fresh', 'personal'])
    expect(ndcg(`${arm} of B`)).toBeCloseTo(
      Number(alone.arms.find(({ name }) => name === arm)!['ndcg@10']),
      12,
    )
  const lift = result.lifts.find(
    ({ arm, metric }) => arm === 'base-fresh of B' && metric === 'ndcg@10',
  )!
  expect(lift.over).toBe('base-fresh of A')
  expect(lift.relative).toBeCloseTo(ndcg('base-fresh of B') / ndcg('base-fresh of A') - 1, 9)
  expect(lift.lo).toBeGreaterThan(0)
  expect(text).not.toMatch(/NaN|undefined|Infinity/)
  expect(readFileSync(html, 'utf8')).toContain('<table')

  expect((await compare(A, B)).text).toContain('B ranks better than A: NDCG@10 +')
  const back = await compare(B, A)
  expect(back.text).toContain('B ranks worse than A: NDCG@10 −')
  expect(back.result.cases).toBe(result.cases)
}, 120_000)

it('compare finds no difference between a model and itself', async () => {
  const { result, text } = await compare(B, join(B, '1'))
  expect(result.lifts.length).toBeGreaterThan(0)
  for (const { relative, lo, hi } of result.lifts) expect([relative, lo, hi]).toEqual([0, 0, 0])
  expect(text).toContain('No difference is proven')
  expect(result.shoppersWorse).toMatchObject({ significant: 0, testable: 0, share: 0 })
}, 120_000)

it('compare refuses models that held out different shoppers', async () => {
  for (const options of [{ holdout: 0.3 }, { seed: 2 }]) {
    const other = join(folder, JSON.stringify(options))
    await publishModel(other, await writeBaseModel(testModel(made, options)))
    await expect(compare(B, other)).rejects.toMatchObject({ code: 'model-incompatible' })
  }
})

it('compare accepts a log that has gained shoppers since one model was trained', async () => {
  const early = testShop(40, 20)
  const before = join(folder, 'before')
  await publishModel(before, await writeBaseModel(testModel(early)))
  const { result } = await compare(before, B)
  expect(result.shoppers).toBeGreaterThan(10)
  await expect(runEvaluate({ shop, model: before })).rejects.toMatchObject({
    code: 'model-incompatible',
  })
}, 120_000)
