import { scoreInPart } from '@nearside/browser/scoreInPart.ts'
import { utf8 } from '@nearside/core/bytes.ts'
import { Catalog } from '@nearside/core/catalog/catalog.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import { type BaseModel, DIMENSION } from '@nearside/core/model/baseModel.ts'
import { extendModel } from '@nearside/core/model/extend.ts'
import { readBaseModel, writeBaseModel } from '@nearside/core/model/files.ts'
import { parseManifest } from '@nearside/core/model/manifest.ts'
import {
  hashOfId,
  joinTail,
  parseTailIndex,
  pickRows,
  readBucket,
  readShard,
  type TailRows,
} from '@nearside/core/model/tail.ts'
import { tinyModel } from '@nearside/core/model/testModel.ts'
import { Ranker } from '@nearside/core/ranking/ranker.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { inRowsOf } from '../shop/modelRows.ts'
import { splitTail } from './splitTail.ts'

/** With 1000 items or more, there are always 100 best sellers (a tenth of the items, at most 100). */
const HEAD = 1000
const ITEMS = HEAD + 300
const SIZES = { whole: HEAD, head: HEAD, shard: 48 }
const NOW = Date.UTC(2025, 0, 1)
const DEPARTMENTS = ['kitchen', 'garden']

async function splitShop(seed: number) {
  const given = tinyModel(ITEMS, seed)
  const { length } = given.itemIds
  const pictures = Int8Array.from({ length: length * DIMENSION }, (_, i) => (i * 31) % 127)
  const written = await writeBaseModel({ ...given, pictures })
  const whole = await readBaseModel(written.manifest, written.files)
  const split = await splitTail(written, SIZES)
  if (!split) throw new Error('not split')
  const head = await readBaseModel(
    parseManifest(JSON.parse(JSON.stringify(split.manifest))),
    split.files,
  )
  const index = parseTailIndex(JSON.parse(new TextDecoder().decode(split.tail.get('index.json'))))
  let first = SIZES.head
  const shards = index.shards.map((record) => {
    const bytes = split.tail.get(record.file.name) ?? utf8('')
    const shard = readShard(bytes, record, first, head.statistics)
    first += record.items
    return shard
  })
  const rowOf = new Map(whole.itemIds.map((id, row) => [id, row]))
  const itemOf = (id: string): Item => {
    const row = rowOf.get(id) ?? -1
    return {
      id,
      title: `${id} thing`,
      category: whole.content?.categories[whole.statistics.category[row]] || undefined,
      price: Math.exp(whole.statistics.logPrice[row]),
    }
  }
  return { written, split, whole, head, index, shards, itemOf }
}

type Shop = Awaited<ReturnType<typeof splitShop>>

const catalogOf = (shop: Shop, ...parts: readonly Pick<BaseModel, 'itemIds'>[]) =>
  new Catalog(parts.flatMap(({ itemIds }) => itemIds.map(shop.itemOf)))

const shardsOf = ({ shards, itemOf }: Shop, department: string) =>
  shards.filter(({ itemIds }) => itemIds.some((id) => itemOf(id).category === department))

test('the head (most popular items) and the shards (other items) together have each item once, with the whole model’s values', async () => {
  const { split, head, shards, whole, index } = await splitShop(3)
  expect(head.itemIds).toHaveLength(SIZES.head)
  const all = joinTail(head, shards)
  expect([...all.itemIds].sort()).toEqual([...whole.itemIds].sort())
  const rows = all.itemIds.map((id) => whole.itemIds.indexOf(id))
  const { popularity30 } = whole.statistics
  expect(Math.min(...head.statistics.popularity30)).toBeGreaterThanOrEqual(
    Math.max(...shards.flatMap(({ statistics }) => [...statistics.popularity30])),
  )
  const tied = (
    { statistics: { neighboursPerItem: each, ...of }, itemIds }: BaseModel,
    row: number,
  ) =>
    Array.from({ length: each }, (_, k) => row * each + k)
      .filter((k) => of.neighbourWeights[k] > 0)
      .map((k) => [itemIds[of.neighbourItems[k]], of.neighbourWeights[k]])
      .sort()
  for (const [at, row] of rows.entries()) {
    const vector = (of: BaseModel, r: number) =>
      of.itemVectors.subarray(r * DIMENSION, (r + 1) * DIMENSION)
    expect(vector(all, at)).toEqual(vector(whole, row))
    expect(all.pictures?.subarray(at * DIMENSION, (at + 1) * DIMENSION)).toEqual(
      whole.pictures?.subarray(row * DIMENSION, (row + 1) * DIMENSION),
    )
    expect(all.bias[at]).toBe(whole.bias[row])
    expect(all.statistics.popularity30[at]).toBe(popularity30[row])
    expect(all.statistics.peerGroup[at]).toBe(whole.statistics.peerGroup[row])
    expect(tied(all, at)).toEqual(tied(whole, row))
  }
  for (const { items } of index.shards) expect(items).toBeLessThanOrEqual(SIZES.shard)
  for (const [n, { itemIds }] of shards.entries())
    for (const id of itemIds) {
      const hash = hashOfId(id)
      const bucket = split.tail.get(`ids-${hash % index.buckets.length}.safetensors`)
      expect(readBucket(bucket ?? utf8('')).get(hash)).toContain(n)
    }
})

test('a small model is not split', async () => {
  expect(await splitTail(await writeBaseModel(tinyModel(100)), SIZES)).toBeNull()
})

test('once a category’s shards and the shopper’s items are loaded, the category’s list equals that of the whole catalog bit by bit', async () => {
  const names = ['view_item', 'add_to_cart', 'purchase'] as const
  const event = fc.record({
    at: fc.nat(ITEMS - 1),
    name: fc.constantFrom(...names),
    hours: fc.integer({ min: 0, max: 2000 }),
  })
  const shops = await Promise.all([1, 2, 3].map(splitShop))
  fc.assert(
    fc.property(
      fc.constantFrom(...shops),
      fc.constantFrom(...DEPARTMENTS),
      fc.array(event, { maxLength: 12 }),
      fc.option(
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 200, maxLength: 200 }),
      ),
      fc.boolean(),
      (shop, department, events, personal, inPart) => {
        const { whole, head, shards } = shop
        const own = new Set(events.map(({ at }) => whole.itemIds[at]))
        const loaded = new Set(shardsOf(shop, department))
        const parts = shards.flatMap((shard): TailRows[] => {
          if (loaded.has(shard)) return [shard]
          const rows = [...shard.itemIds.keys()].filter((row) => own.has(shard.itemIds[row]))
          return rows.length > 0 ? [pickRows(shard, rows)] : []
        })
        const active = personal && {
          parameters: {
            u: Float32Array.from(personal.slice(0, DIMENSION)),
            w: Float32Array.from(head.featureWeights, (_, f) => personal[DIMENSION + f] ?? 0),
          },
          fusionWeight: 0.4,
        }
        const listed = (model: BaseModel, catalog: Catalog) => {
          const ranker = new Ranker(model, catalog, inPart ? scoreInPart : null)
          const history = events
            .map(({ at, name, hours }) => {
              const row = ranker.rowOf(whole.itemIds[at]) ?? -1
              return { item: row, name, time: NOW - hours * 3_600_000, session: `${hours >> 3}` }
            })
            .sort(
              (a, b) =>
                a.time - b.time ||
                (ranker.model.itemIds[a.item] < ranker.model.itemIds[b.item] ? -1 : 1),
            )
          const scored = ranker.score(history, NOW, active, null, inPart)
          return ranker.recommend(scored, { category: department, limit: ITEMS })
        }
        const expected = listed(whole, catalogOf(shop, head, ...shards))
        expect(expected.length).toBeGreaterThan(400)
        expect(listed(joinTail(head, parts), catalogOf(shop, head, ...parts))).toEqual(expected)
      },
    ),
    { numRuns: 60 },
  )
})

test('a shop reduced to the most popular items (the head) keeps only the shoppers’ interactions with these items', async () => {
  const { head, whole } = await splitShop(4)
  const items = whole.itemIds.map((id) => ({ id }))
  const [known, other] = [head.itemIds[5], whole.itemIds.find((id) => !head.itemIds.includes(id))]
  const at = (id?: string) => ({ item: items.findIndex((one) => one.id === id), time: 1 })
  const shoppers = [{ id: 's', interactions: [at(other), at(known)] }]
  const shop = {
    name: 'shop',
    items,
    shoppers,
    from: 0,
    to: 1,
    dayOnly: false,
  } as unknown as Parameters<typeof inRowsOf>[1]
  const seen = inRowsOf(head, shop)
  expect(seen.items).toHaveLength(HEAD)
  expect(seen.shoppers).toEqual([{ id: 's', interactions: [{ item: 5, time: 1 }] }])
})

test('a new product changes no score of the other products', async () => {
  const shop = await splitShop(5)
  const fresh: Item = { id: 'new', title: 'new thing', category: DEPARTMENTS[0], price: 3 }
  const scores = (model: BaseModel, ...parts: readonly Pick<BaseModel, 'itemIds'>[]) => {
    const items = [...catalogOf(shop, ...parts).items, fresh]
    const ranker = new Ranker(extendModel(model, items), new Catalog(items), null)
    const history = [{ item: 7, name: 'view_item' as const, time: NOW, session: '' }]
    const scored = ranker.score(history, NOW, null, null, false)
    const list = ranker.recommend(scored, { limit: 2 * ITEMS, diversify: false })
    return new Map(list.map(({ id, score }) => [id, score]))
  }
  const all = scores(joinTail(shop.head, shop.shards), shop.head, ...shop.shards)
  const part = scores(
    joinTail(shop.head, shop.shards.slice(0, 2)),
    shop.head,
    ...shop.shards.slice(0, 2),
  )
  part.delete('new')
  expect(part.size).toBeGreaterThan(HEAD)
  for (const [id, score] of part) expect(score, id).toBe(all.get(id))
})

test('a new product of a new brand gets a peer group (category and brand) that no item of the whole model has', async () => {
  const { head, whole } = await splitShop(6)
  const items = [...head.itemIds.map((id) => ({ id })), { id: 'new', brand: 'a new brand' }]
  const group = extendModel(head, items).statistics.peerGroup.at(-1)
  expect(group).toBeGreaterThan(Math.max(...whole.statistics.peerGroup))
})
