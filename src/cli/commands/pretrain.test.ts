import { createHash } from 'node:crypto'
import { appendFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ModelManifest } from '@nearside/core/model/manifest.ts'
import { testShop } from '@nearside/evaluate/testShop.ts'
import { shopEvents } from '@nearside/train/shop/testEvents.ts'
import { writeShop } from '@nearside/train/shop/testWrite.ts'
import { log, onDuckDb, SHOP, tableOf } from '@nearside/train/warehouse/testPartials.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Flags, runCommand } from '../testCommand.ts'
import { command } from './pretrain.ts'

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nearside-pretrain-'))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

async function run(flags: Flags): Promise<{ result: unknown; text: string }> {
  const { result, printed } = await runCommand(command, { flags })
  return { result, text: printed.join('\n') }
}

it('pretrain lists `selection.json` (what each feature contributes) with its hash in the manifest, and prints which log lines it left out', async () => {
  const made = testShop(60, 12)
  const shop = join(folder, 'testshop')
  const log = shopEvents({ ...made, from: 0, to: 0 })
  await writeShop(shop, made.items, log, { gzip: false })
  await appendFile(join(shop, 'events.tsv'), 'shopper1\tpurchase\titem1\t\t\n')
  const out = join(folder, 'models')
  const { text } = await run({ shop, out, epochs: '1', budget: '0.001' })
  const manifest = JSON.parse(await readFile(join(out, '1', 'manifest.json'), 'utf8')) as {
    reports: { name: string; sha256: string }[]
  }
  const sha256 = createHash('sha256')
    .update(await readFile(join(out, '1', 'selection.json')))
    .digest('hex')
  expect(manifest.reports).toEqual([expect.objectContaining({ name: 'selection.json', sha256 })])
  expect(text).toContain('1 line of the log without a time was left out')
  expect(text).toMatch(
    /^\d+ events of 60 shoppers, 12 items: training takes a minute or so of one core and up to 0\.\d GB/,
  )
  expect(text).toMatch(
    /Warning: devices download 0\.\d\d MB\. That is beyond the budget of 0\.00 MB/,
  )
  await expect(run({ shop, out, protocol: 'leave-one-out' })).rejects.toThrow(/log of sequences/)
}, 120_000)

it('pretrain publishes a retrained model under the next version, and leaves the published model unchanged', async () => {
  const made = testShop(60, 12)
  const shop = join(folder, 'again')
  await writeShop(shop, made.items, shopEvents({ ...made, from: 0, to: 0 }), { gzip: false })
  const out = join(folder, 'versions')
  const contents = async (version: string) => {
    const names = (await readdir(join(out, version))).sort()
    const bytes = await Promise.all(names.map((name) => readFile(join(out, version, name))))
    return bytes.map((each, n) => [names[n], createHash('sha256').update(each).digest('hex')])
  }
  await run({ shop, out, epochs: '1' })
  const before = await contents('1')
  await run({ shop, out, epochs: '1', seed: '2' })
  expect(await contents('1')).toEqual(before)
  expect((await readdir(out)).sort()).toEqual(['1', '2', 'latest.json'])
  expect(JSON.parse(await readFile(join(out, 'latest.json'), 'utf8')).version).toBe('2')
}, 120_000)

it('pretrain resumes an interrupted training, and deletes its intermediate files afterwards', async () => {
  const made = testShop(60, 12)
  const shop = join(folder, 'stopped')
  await writeShop(shop, made.items, shopEvents({ ...made, from: 0, to: 0 }), { gzip: false })
  const labels: string[] = []
  const train = async (out: string, stopAt?: string, watch?: true) => {
    const stop = new AbortController()
    labels.length = 0
    await runCommand(command, {
      flags: { shop, out: join(folder, out), epochs: '1', watch },
      signal: stop.signal,
      print: (line) => watch && /^time/.test(line) && stop.abort(),
      progress(label) {
        labels.push(label)
        if (label === stopAt) stop.abort()
      },
    })
    const version = join(folder, out, '1')
    return Promise.all((await readdir(version)).map((name) => readFile(join(version, name))))
  }
  await expect(train('resumed', 'context')).rejects.toThrow('stopped; nothing was published')
  expect(await readdir(folder)).toContain('stopped.unfinished')
  const resumed = await train('resumed', undefined, true)
  expect(labels).not.toContain('encoder')
  expect(labels).toContain('selection')
  expect(await readdir(folder)).not.toContain('stopped.unfinished')
  expect(resumed).toEqual(await train('at-once'))
  expect(labels).toContain('encoder')
}, 300_000)

it('pretrain --from updates a published model from a log that has grown, and refuses an unchanged log', async () => {
  const made = testShop(60, 12)
  const shop = join(folder, 'grown')
  await writeShop(shop, made.items, shopEvents({ ...made, from: 0, to: 0 }), { gzip: false })
  const out = join(folder, 'updated')
  await run({ shop, out, epochs: '1', until: '2024-03-01' })
  const first = await readFile(join(out, '1', 'manifest.json'))
  const { text } = await run({ shop, out, from: out, epochs: '1' })
  expect(text).toMatch(/updated from +version 1: counted anew/)
  expect(await readFile(join(out, '1', 'manifest.json'))).toEqual(first)
  expect(JSON.parse(await readFile(join(out, 'latest.json'), 'utf8')).version).toBe('2')
  const manifest = JSON.parse(await readFile(join(out, '2', 'manifest.json'), 'utf8'))
  expect(manifest).toMatchObject({ parent: null, update: { from: '1' }, seed: 1 })
  for (const from of [out, join(out, '2')])
    await expect(run({ shop, out, from })).rejects.toThrow(/there is nothing new/)
  await expect(run({ shop, out, from: join(out, '1'), seed: '2' })).rejects.toThrow(/--seed/)
  await expect(run({ shop, out, from: join(out, '1'), holdout: '0.1' })).rejects.toThrow(
    /--holdout/,
  )
  await expect(run({ shop, out, from: shop })).rejects.toThrow(/manifest.json does not exist/)
  expect((await readdir(out)).sort()).toEqual(['1', '2', 'latest.json'])
}, 900_000)

it('pretrain --watch trains the first model in full, then updates it, also after a restart', async () => {
  const made = testShop(60, 12)
  const shop = join(folder, 'watched')
  const log = shopEvents({ ...made, from: 0, to: 0 })
  const out = join(folder, 'nights')
  const watch = async (isEnough: RegExp) => {
    const stop = new AbortController()
    const { printed } = await runCommand(command, {
      flags: { shop, out, epochs: '1', watch: true, holdout: '0.3' },
      signal: stop.signal,
      print: (line) => isEnough.test(line) && stop.abort(),
    })
    return printed.join('\n')
  }
  await expect(watch(/./)).rejects.toThrow(/no such shop folder/)
  const march = Date.parse('2024-03-01')
  const before = log.filter(({ time }) => time < march)
  await writeShop(shop, made.items, before, { gzip: false })
  await watch(/^time/)
  expect(await watch(/there is nothing new/)).not.toMatch(/version 2/)
  await writeShop(shop, made.items, log, { gzip: false })
  const night = await watch(/^time/)
  expect(night).toMatch(/updated from +version 1/)
  expect((await readdir(out)).sort()).toEqual(['1', '2', 'latest.json'])
  await expect(run({ shop, out, watch: true, until: '2024-03-01' })).rejects.toThrow(/--until/)
}, 900_000)

it('pretrain --learners trains only the named learners and reports their metrics', async () => {
  const made = testShop(60, 12)
  const shop = join(folder, 'chosen')
  await writeShop(shop, made.items, shopEvents({ ...made, from: 0, to: 0 }), { gzip: false })
  const manifestOf = async (learners: string) => {
    const { result } = await run({ shop, out: join(folder, learners), epochs: '1', learners })
    return (result as { manifestContent: ModelManifest }).manifestContent
  }
  const auto = await manifestOf('auto')
  expect(auto.metrics).toHaveProperty('trees.lift.ndcg@10')
  expect(auto).toHaveProperty('contextFeatures')
  const encoder = await manifestOf('encoder')
  expect(encoder.metrics).not.toHaveProperty('trees.lift.ndcg@10')
  expect(encoder).not.toHaveProperty('contextFeatures')
  expect(encoder.metrics.encoderWeight).toBe(auto.metrics.encoderWeight)
  expect((await manifestOf('trees,context')).metrics.encoderWeight).toBe(0.01)
  await expect(run({ shop, out: folder, learners: 'encoder,forest' })).rejects.toThrow(
    /'encoder,forest'/,
  )
}, 300_000)

it.each([
  [{ out: 'a' }, /--shop/],
  [{ shop: 'a' }, /--out/],
])('pretrain refuses %j and names the missing option', async (values, message) => {
  await expect(run(values)).rejects.toThrow(message)
})

it('pretrain trains from the partials (sums) that a warehouse computed, and refuses options that need the log itself', async () => {
  const shop = { ...SHOP, fewestShoppers: 2, mostEvents: 900 }
  const { folder: partials, rows } = await onDuckDb(tableOf(log(120, 20)), shop)
  const out = join(folder, 'from-warehouse')
  const { text } = await run({ partials, out, epochs: '1' })
  const manifest: ModelManifest = JSON.parse(
    await readFile(join(out, '1', 'manifest.json'), 'utf8'),
  )
  const sampled =
    await rows(`SELECT count(DISTINCT shopper)::INTEGER AS shoppers, max(moment)::DOUBLE AS newest
    FROM '${join(partials, 'sample.parquet')}'`)
  expect(sampled[0].shoppers).toBeLessThan(100)
  expect(text).toContain(`events of ${sampled[0].shoppers} shoppers, 20 items`)
  expect(manifest.items).toBe(20)
  for (const flag of ['shop', 'from', 'until', 'protocol', 'watch']) {
    const value = { protocol: 'by-time', watch: true as const, until: '2026-05-01' }[flag]
    const refused = run({ partials, out, [flag]: value ?? partials })
    await expect(refused, flag).rejects.toMatchObject({ code: 'input-invalid' })
  }
  await rm(join(partials, 'pair.parquet'))
  for (const wrong of [partials, join(folder, 'absent')])
    await expect(run({ partials: wrong, out })).rejects.toMatchObject({ code: 'input-invalid' })
  expect((await readdir(out)).sort()).toEqual(['1', 'latest.json'])
}, 240_000)
