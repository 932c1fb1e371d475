/**
 * @module Tests picture vectors on their way from a shop's catalog to the lists of a page. The test makes the vectors.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readBaseLists } from '@nearside/browser/page/baseLists.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import type { ModelManifest } from '@nearside/core/model/manifest.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import { testShop } from '@nearside/evaluate/testShop.ts'
import { readProductFile } from '@nearside/train/import/readCatalog.ts'
import { readModel } from '@nearside/train/models/read.ts'
import type { PicturedItem } from '@nearside/train/shop/pictureVectors.ts'
import { readCatalog } from '@nearside/train/shop/read.ts'
import { shopEvents } from '@nearside/train/shop/testEvents.ts'
import { writeShop } from '@nearside/train/shop/testWrite.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Flags, runCommand } from '../testCommand.ts'
import { imported } from '../testImport.ts'
import { command as pretrain } from './pretrain.ts'
import { command as publish } from './publish.ts'

const LOOKS = 3
const FILE = 'pictures.safetensors'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nearside-pictures-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const inFolder = (name: string) => join(folder, name)
const run = (flags: Flags) => runCommand(pretrain, { flags })

/**
 * Picture vectors of products in three styles. All vectors share a strong component and have noise; the last product
 * has no vector.
 */
function vectorsOf(count: number, seed = 1): (readonly number[] | undefined)[] {
  const random = createRandom(seed)
  const direction = () => Array.from({ length: 64 }, () => random.normal())
  const common = direction()
  const looks = Array.from({ length: LOOKS }, direction)
  return Array.from({ length: count }, (_, k) => {
    if (k === count - 1) return undefined
    const noise = direction()
    // The numbers are rounded like the float32 values of a model.
    return looks[k % LOOKS].map((one, j) => Math.fround(3 * common[j] + one + 0.3 * noise[j]))
  })
}

const products = (count: number, seed?: number): PicturedItem[] =>
  vectorsOf(count, seed).map((pictureVector, k) => ({
    ...{ id: `p${k}`, title: `Tin cup ${k}`, category: 'Cups', price: k + 1 },
    ...(pictureVector && { pictureVector }),
  }))

const base64 = (values: readonly number[]) => {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [k, value] of values.entries()) bytes.writeFloatLE(value, 4 * k)
  return bytes.toString('base64')
}

const FORMS = {
  'products.json': (items: readonly PicturedItem[]) => JSON.stringify(items),
  'products.jsonl': (items: readonly PicturedItem[]) =>
    items.map((item) => `${JSON.stringify(item)}\n`).join(''),
  'json.csv': (items: readonly PicturedItem[]) =>
    `id;title;category;price;picture_vector\n${items
      .map(({ pictureVector: v, ...item }) =>
        [item.id, item.title, item.category, item.price, v ? JSON.stringify(v) : ''].join(';'),
      )
      .join('\n')}\n`,
  'base64.csv': (items: readonly PicturedItem[]) =>
    `id,title,category,price,Picture Vector\n${items
      .map(({ pictureVector: v, ...item }) =>
        [item.id, item.title, item.category, item.price, v ? base64(v) : ''].join(','),
      )
      .join('\n')}\n`,
}

const bytesIn = (models: string, version = '1') => readFile(join(models, version, FILE))

it('pretrain --catalog reads picture vectors alike from every file format, and the published site lists products that look alike', async () => {
  const items = products(30)
  const packed: Buffer[] = []
  for (const [name, write] of Object.entries(FORMS)) {
    await writeFile(inFolder(name), write(items))
    const { printed } = await run({ catalog: inFolder(name), out: inFolder(`${name}-models`) })
    expect(printed.join()).toContain('pictureVector 96 %')
    packed.push(await bytesIn(inFolder(`${name}-models`)))
  }
  for (const bytes of packed) expect(bytes.equals(packed[0])).toBe(true)

  const [models, site] = [inFolder('products.json-models'), inFolder('site')]
  await runCommand(publish, {
    flags: { model: models, catalog: inFolder('products.json'), out: site },
  })
  const text = await readFile(join(site, 'catalog.json'), 'utf8')
  expect(text).not.toContain('pictureVector')
  const catalog = JSON.parse(text) as Item[]
  expect(catalog).toHaveLength(30)
  const read = (path: string) => readFile(join(site, 'models', path))
  const lists = await readBaseLists({ read, catalog })
  const options = { from: 'picture', limit: 30 } as const
  for (const about of [0, 1, 2, 17]) {
    const alike = lists.similar(`p${about}`, options).map(({ id }) => Number(id.slice(1)))
    const planted = [...Array(29).keys()].filter((k) => k % LOOKS === about % LOOKS && k !== about)
    expect(alike.sort((a, b) => a - b)).toEqual(planted)
  }
  expect(lists.similar('p29', options)).toEqual([])
}, 60_000)

it('a wrong vector is refused, with file, line and reason, and nothing is written', async () => {
  const items = products(6)
  const [first, second] = items
  const out = inFolder('refused')
  const wrong = { ...second, pictureVector: (second.pictureVector ?? []).slice(1) }
  for (const [name, line] of [
    ['products.jsonl', 2],
    ['json.csv', 3],
    ['base64.csv', 3],
  ] as const) {
    const file = inFolder(name)
    await writeFile(file, FORMS[name]([first, wrong, ...items.slice(2)]))
    await expect(run({ catalog: file, out })).rejects.toMatchObject({
      code: 'catalog-invalid',
      message: `${name} line ${line}: field 'pictureVector' has 63 numbers, not 64`,
    })
  }
  await expect(readCatalog(inFolder('products.jsonl'))).rejects.toMatchObject({
    code: 'catalog-invalid',
    message: expect.stringContaining('products.jsonl line 2'),
  })
  // `sync` reads a feed without its vectors, so that a wrong vector doesn't stop new prices.
  const feed = await readProductFile(inFolder('products.jsonl'), 0)
  expect(feed.items.map(({ price }) => price)).toEqual([1, 2, 3, 4, 5, 6])
  expect(JSON.stringify(feed)).not.toContain('pictureVector')
  // A shorter vector in a later line is reported as the fault, not the vectors before it.
  const short = [...items.slice(0, 5), { ...first, id: 'short', pictureVector: [1, 2, 3] }]
  await writeFile(inFolder('short.jsonl'), FORMS['products.jsonl'](short))
  await expect(run({ catalog: inFolder('short.jsonl'), out })).rejects.toMatchObject({
    message: "short.jsonl line 6: field 'pictureVector' has 3 numbers, not 64",
  })
  await expect(readFile(join(out, 'latest.json'))).rejects.toThrow('ENOENT')
})

it('import writes picture vectors to the shop folder, from a column of any name', async () => {
  const items = products(6)
  const rows = items.map(({ pictureVector: v, id, title }) => ({ id, title, embedding: v ?? null }))
  const orders = 'customer,order,date,item\n1,o1,2026-01-01,p0\n2,o2,2026-01-02,p1\n'
  const files = { 'orders.csv': orders, 'catalog.json': JSON.stringify(rows) }
  const { items: read } = await imported(files, { columns: 'pictureVector=embedding' })
  expect(read.map(({ pictureVector }) => pictureVector?.length)).toEqual([
    64,
    64,
    64,
    64,
    64,
    undefined,
  ])
  const [given = [], kept = []] = [items[0].pictureVector, read[0].pictureVector]
  const length = Math.hypot(...given)
  for (const [j, value] of kept.entries()) expect(value).toBeCloseTo(given[j] / length, 5)
})

it('pretrain --shop trains with picture vectors, and --from uses the vectors that the catalog has now', async () => {
  const [shop, models] = [inFolder('testshop'), inFolder('trained')]
  const made = testShop(60, 12)
  const write = async (seed: number | null) => {
    const vectors = seed === null ? [] : vectorsOf(12, seed)
    const items = made.items.map((item, k) => ({
      ...item,
      ...(vectors[k] && { pictureVector: vectors[k] }),
    }))
    await writeShop(shop, items, shopEvents({ ...made, from: 0, to: 0 }), { gzip: false })
  }
  await write(1)
  const common = { shop, out: models, epochs: '1' }
  await run({ ...common, until: '2024-03-01' })
  const first = await bytesIn(models)
  expect((await readModel(models)).pictures).toHaveLength(12 * 64)
  await write(2)
  await run({ ...common, from: models, until: '2024-03-20' })
  expect((await bytesIn(models, '2')).equals(first)).toBe(false)
  // The catalog now has no vectors, so the next version has none.
  await write(null)
  await run({ ...common, from: models })
  const manifest: ModelManifest = JSON.parse(
    await readFile(join(models, '3', 'manifest.json'), 'utf8'),
  )
  expect(manifest.update?.from).toBe('2')
  expect(manifest.files.map(({ name }) => name)).not.toContain(FILE)
}, 240_000)
