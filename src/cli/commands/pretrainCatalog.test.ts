import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ModelManifest } from '@nearside/core/model/manifest.ts'
import { testShop } from '@nearside/evaluate/testShop.ts'
import { shopEvents } from '@nearside/train/shop/testEvents.ts'
import { writeShop } from '@nearside/train/shop/testWrite.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Flags, runCommand } from '../testCommand.ts'
import { runEvaluate } from '../testEvaluate.ts'
import { command } from './pretrain.ts'
import { command as publish } from './publish.ts'

let folder = ''
let shop = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nearside-catalog-'))
  shop = join(folder, 'testshop')
  const made = testShop(60, 12)
  await writeShop(shop, made.items, shopEvents({ ...made, from: 0, to: 0 }), { gzip: false })
})

afterAll(() => rm(folder, { recursive: true, force: true }))

const run = (flags: Flags) => runCommand(command, { flags })
const catalog = () => join(shop, 'catalog.jsonl')
const manifestOf = async (out: string, version: string): Promise<ModelManifest> =>
  JSON.parse(await readFile(join(out, version, 'manifest.json'), 'utf8'))

it('pretrain --catalog publishes a model made from a catalog alone, and evaluate gives it no popularity counts from the log', async () => {
  const out = join(folder, 'models')
  await run({ catalog: catalog(), out })
  expect(await manifestOf(out, '1')).toMatchObject({ source: 'catalog', items: 12 })
  const { result, text } = await runEvaluate({ shop, model: out, until: '2024-03-01' })
  const means = new Map(result.arms.map((arm) => [arm.name, arm['ndcg@10']]))
  // Popularity comes from the log, and only the baselines use it.
  expect(means.get('popular')).toBeGreaterThan(0)
  expect(means.get('personal')).toBe(means.get('base-fresh'))
  expect(text).toContain('the base model was made from the catalog alone')
  const byDefault = await runEvaluate({ shop, model: out, arms: 'base' })
  expect(byDefault.result.cases).toBeGreaterThan(0)
}, 120_000)

it('pretrain --catalog reads the JSON catalog of a shop’s page, and publish makes a site from model and catalog', async () => {
  const page = join(folder, 'products.json')
  const items = [1, 2, 3].map((n) => ({ id: `p${n}`, title: `Tin cup ${n}`, price: n }))
  await writeFile(page, JSON.stringify(items))
  const [models, site] = [join(folder, 'of-page'), join(folder, 'site')]
  await run({ catalog: page, out: models })
  await runCommand(publish, { flags: { model: models, catalog: page, out: site } })
  expect(await readFile(join(site, 'page.html'), 'utf8')).toContain('Tin cup 1')
})

it('after a model from a catalog alone, pretrain trains in full on the shop’s first log, and publishes the next version', async () => {
  const out = join(folder, 'grown')
  await run({ catalog: catalog(), out })
  await run({ shop, out, from: out, epochs: '1' })
  const manifest = await manifestOf(out, '2')
  expect(manifest.source).toBeUndefined()
  expect(manifest.update).toBeUndefined()
  expect(manifest.metrics.trainingShoppers).toBeGreaterThan(0)
}, 120_000)

it('pretrain --catalog refuses options that need a log, and a file without two products', async () => {
  const out = join(folder, 'refused')
  const refusal = (flags: Flags) => run({ catalog: catalog(), out, ...flags }).catch(codeOf)
  for (const flags of [{ shop }, { until: '2024-03-01' }, { watch: true }, { seed: '2' }] as const)
    expect(await refusal(flags)).toBe('input-invalid')
  for (const [name, content] of [
    ['empty.jsonl', ''],
    ['one.jsonl', '{"id":"a","title":"Tin cup"}\n'],
    ['page.html', '<p>nothing</p>'],
  ]) {
    await writeFile(join(folder, name), content)
    expect(await refusal({ catalog: join(folder, name) })).toMatch(/^(input|catalog)-invalid$/)
  }
  expect(await refusal({ catalog: join(folder, 'nowhere.json') })).toBe('input-invalid')
  await expect(readFile(join(out, 'latest.json'))).rejects.toThrow('ENOENT')
})

const codeOf = (error: unknown) => (error as { code?: string }).code
