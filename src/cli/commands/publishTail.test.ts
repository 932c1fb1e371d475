/** @module Tests publishing and syncing a split model: a head of popular products, and a tail of the others. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEMO_PARAMETERS } from '@nearside/aggregate/protocol/demoParameters.ts'
import { dimensionOf } from '@nearside/aggregate/protocol/policy.ts'
import { applyUpdate, layoutOf } from '@nearside/aggregate/server/nextModel.ts'
import { writeBaseModel } from '@nearside/core/model/files.ts'
import { parseLatest } from '@nearside/core/model/manifest.ts'
import { tinyModel } from '@nearside/core/model/testModel.ts'
import { testFolder } from '@nearside/core/testFolder.ts'
import { publishModel } from '@nearside/train/models/publish.ts'
import { readFiles, readLatest, readModel } from '@nearside/train/models/read.ts'
import { splitTail } from '@nearside/train/models/splitTail.ts'
import { expect, it } from 'vitest'
import { examine } from '../doctor/examine.ts'
import type { Site } from '../publish/publishSite.ts'
import { syncSite } from '../sync/syncSite.ts'
import { runCommand } from '../testCommand.ts'
import { command } from './publish.ts'
import { command as rollback } from './rollback.ts'

const [HEAD, ITEMS] = [60, 200]
const rows = Array.from({ length: ITEMS + 1 }, (_, i) => ({
  id: i < ITEMS ? `item ${i}` : 'new',
  title: `Cup ${i}`,
  price: 1 + i,
  image: `/${i}.webp`,
}))

async function shop() {
  const [folder, models] = [testFolder(), testFolder()]
  const written = await writeBaseModel(tinyModel(ITEMS))
  const split = await splitTail(written, { whole: HEAD, head: HEAD, shard: 32 })
  const tail = split?.manifest.tail?.folder ?? ''
  await publishModel(models, split ?? written)
  mkdirSync(join(models, tail))
  for (const [name, bytes] of split?.tail ?? []) writeFileSync(join(models, tail, name), bytes)
  const catalog = join(folder, 'catalog.json')
  const out = join(folder, 'site')
  const publish = async (some: readonly unknown[] = rows) => {
    writeFileSync(catalog, JSON.stringify(some))
    return (await runCommand(command, { flags: { model: models, out, catalog } })).result as Site
  }
  const read = (name: string) => readFileSync(join(out, name), 'utf8')
  const lines = (name: string): { id: string }[] => JSON.parse(read(name))
  return { models, out, tail, publish, read, lines }
}

it('publish writes the popular products (head) to catalog.json, and each other product to the file of its part (shard)', async () => {
  const { models, out, tail, publish, read, lines } = await shop()
  const site = await publish()
  const model = await readModel(models)
  const head = new Set(model.itemIds.slice(0, HEAD))
  expect(new Set(lines('catalog.json').map(({ id }) => id))).toEqual(new Set([...head, 'new']))
  let first = HEAD
  const index: { shards: { items: number }[] } = JSON.parse(read(`models/${tail}/index.json`))
  for (const [n, { items }] of index.shards.entries()) {
    const ids = lines(`models/${tail}-catalog/${n}.json`).map(({ id }) => id)
    expect(new Set(ids)).toEqual(new Set(model.itemIds.slice(first, first + items)))
    first += items
  }
  expect(first).toBe(ITEMS)
  expect(await readModel(join(out, 'models'))).toEqual(model)
  const [control, once] = ['\n  Cache-Control: no-cache', '\n  Cache-Control: public, max-age']
  expect(read('_headers')).toContain(`/models/${tail}-catalog/*${control}`)
  expect(read('_headers')).toContain(`/models/${tail}/*${once}`)
  expect(read('nginx.conf')).toContain(`location ^~ /models/${tail}-catalog/ {`)
  const files = readdirSync(out, { recursive: true, encoding: 'utf8' })
  const sums = read('SHA256SUMS')
  for (const name of files.filter((name) => name.includes(`${tail}-catalog/`)))
    expect(sums).toContain(`  ${name}\n`)
  const shards = Object.entries(site.files).filter(([name]) => name.includes(tail))
  expect(site.visitor).toBeLessThan(shards.reduce((sum, [, bytes]) => sum + bytes, site.visitor))
})

it('sync compares the feed with all products, not only with the popular ones (head) in catalog.json', async () => {
  const { out, publish } = await shop()
  await publish()
  const feed = [
    'id\ttitle\tprice',
    ...rows.map(
      ({ id, title, price }) => `${id}\t${title}\t${price + (id === 'item 3' ? 1 : 0)} EUR`,
    ),
  ]
  const fetch = async () => new Response(feed.join('\n'))
  const { file } = await syncSite({
    ...{ out, feed: 'https://shop.test/feed.tsv', columns: {}, minutes: 5, dryRun: true },
    ...{ now: () => Date.now(), fetch, timeout: 9000, signal: new AbortController().signal },
  })
  expect(file.added).toEqual([])
  expect(file.gone).toEqual([])
})

it('a rollback keeps the tail (products loaded when needed)', async () => {
  const { models, tail } = await shop()
  await runCommand(rollback, { flags: { models, to: '1' } })
  const latest = parseLatest(JSON.parse(readFileSync(join(models, 'latest.json'), 'utf8')))
  const manifest = JSON.parse(readFileSync(join(models, latest.version, 'manifest.json'), 'utf8'))
  expect([latest.version, manifest.tail.folder]).toEqual(['2', tail])
})

it('a federated round that counts products (countShare) keeps the tail (less popular products) and the mean popularity of the popular products', async () => {
  const { models, tail } = await shop()
  const [parent, before] = [await readLatest(models), await readModel(models)]
  const terms = { ...DEMO_PARAMETERS, countShare: 0.8, noiseMultiplier: 0 }
  const length = dimensionOf({ parameters: layoutOf(parent, terms) })
  const mean = Float64Array.from({ length }, (_, i) => (i + 1) / 1000)
  const { manifest, files } = await applyUpdate(parent, mean, terms, '2')
  expect([...files.keys()]).toContain('popularity.safetensors')
  expect(manifest.tail?.folder).toBe(tail)
  await publishModel(models, { manifest, files: await readFiles({ ...parent, manifest }, files) })
  const after = await readModel(models)
  expect(after.itemIds).toEqual(before.itemIds)
  const sumOf = ({ statistics }: typeof after) =>
    statistics.popularity30.slice(0, HEAD).reduce((sum, x) => sum + Math.expm1(x), 0)
  expect(sumOf(after)).toBeCloseTo(sumOf(before), 1)
})

it('if a catalog file of the tail (products loaded when needed) becomes empty, publish deletes its old compressed form', async () => {
  const { out, tail, publish, lines } = await shop()
  await publish()
  const folder = join(out, 'models', `${tail}-catalog`)
  expect(readdirSync(folder)).toContain('0.json.gz')
  const gone = new Set(lines(`models/${tail}-catalog/0.json`).map(({ id }) => id))
  await publish(rows.filter(({ id }) => !gone.has(id)))
  expect(readdirSync(folder)).toContain('0.json')
  expect(readdirSync(folder)).not.toContain('0.json.gz')
})

it('sync compares the feed anew after a publication that changes only the tail (products loaded when needed)', async () => {
  const { models, out, publish } = await shop()
  const { id, title } = rows[(await inTail(models)) - 1]
  await publish()
  const feed = rows.map((row) => `${row.id}\t${row.title}\t${row.id === id ? 999 : row.price} EUR`)
  const fetch: typeof globalThis.fetch = async (_, init) =>
    new Headers(init?.headers).has('if-none-match')
      ? new Response(null, { status: 304 })
      : new Response(['id\ttitle\tprice', ...feed].join('\n'), { headers: { etag: '"1"' } })
  const sync = () =>
    syncSite({
      ...{ out, feed: 'https://shop.test/feed.tsv', columns: {}, minutes: 5 },
      ...{ now: () => Date.now(), fetch, timeout: 9000, signal: new AbortController().signal },
    })
  const changed = async () => (await sync()).file.changed.map((one) => [one.id, one.price])
  expect(await changed()).toContainEqual([id, 999])
  await publish(rows.map((row) => (row.title === title ? { ...row, price: 999 } : row)))
  expect(await changed()).not.toContainEqual([id, 999])
})

it('doctor reads files of the tail (products loaded when needed), reports missing ones, and lets rules name products of the tail', async () => {
  const { out, tail, publish, lines } = await shop()
  await publish()
  const [{ id }] = lines(`models/${tail}-catalog/0.json`)
  writeFileSync(join(out, 'rules.json'), JSON.stringify([{ name: 'Pinned', pin: [id] }]))
  const fetch = (missing?: string) => async (input: RequestInfo | URL) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input)
    if (pathname === '/') return new Response('<p>', { headers: { 'content-type': 'text/html' } })
    const path = join(out, pathname)
    const found = existsSync(path) && !(missing && pathname.includes(missing))
    return new Response(found ? readFileSync(path) : '', { status: found ? 200 : 404 })
  }
  const url = 'https://shop.test/'
  const given = { baseModel: '/models/', catalog: '/catalog.json', rules: '/rules.json' }
  const findings = (missing?: string) =>
    examine({ url, given, fetch: fetch(missing), now: Date.now(), timeout: 9000 })
  const first = async (missing?: string) =>
    (await findings(missing)).find(({ about }) => about === 'model')
  // `catalog.json` lists only popular products, so a rule that names another product of the shop is no fault.
  const ofRules = (await findings()).filter(({ about }) => about === 'rules')
  expect(ofRules.filter(({ text }) => text.includes(id))).toEqual([])
  expect((await first())?.level).toBe('ok')
  for (const missing of [`${tail}/`, `${tail}-catalog/`, 'words.json'])
    expect(await first(missing)).toMatchObject({
      level: 'error',
      text: expect.stringContaining('404'),
    })
})

it('publish keeps the changes in live.json of products of the tail (loaded when needed)', async () => {
  const { models, out, publish } = await shop()
  await publish()
  const [price, gone] = [await inTail(models), (await readModel(models)).itemIds.at(-2)]
  const feed = rows
    .filter(({ id }) => id !== gone)
    .map((row) => `${row.id}\t${row.title}\t${row.price + (row.price === price ? 9 : 0)} EUR`)
  await syncSite({
    ...{ out, feed: 'https://shop.test/feed.tsv', columns: {}, minutes: 5 },
    ...{ fetch: async () => new Response(['id\ttitle\tprice', ...feed].join('\n')) },
    ...{ now: () => Date.now(), timeout: 9000, signal: new AbortController().signal },
  })
  const before = JSON.parse(readFileSync(join(out, 'live.json'), 'utf8'))
  expect([before.changed.length, before.gone]).toEqual([1, [gone]])
  await publish()
  const after = JSON.parse(readFileSync(join(out, 'live.json'), 'utf8'))
  expect([after.changed, after.gone]).toEqual([before.changed, before.gone])
})

/** 1-based row of a less popular product (outside the model's head). */
async function inTail(models: string): Promise<number> {
  const { itemIds } = await readModel(models)
  return rows.findIndex(({ id }) => id === itemIds.at(-1)) + 1
}
