/** @module Checks that the demo shop's files in this repository are complete, match the import's report and can be read. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { Catalog } from '@nearside/core/catalog/catalog.ts'
import { beforeAll, describe, expect, test } from 'vitest'
import type { ImportReport } from '../import/importShop.ts'
import { readWordVectors } from '../wordVectors.ts'
import { readShop } from './read.ts'
import type { Shop } from './shop.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const directory = join(root, 'data/online-retail')
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

describe('data/online-retail', () => {
  let shop: Shop
  let report: ImportReport
  beforeAll(async () => {
    shop = await readShop(directory)
    report = JSON.parse(await readFile(join(directory, 'report.json'), 'utf8')) as ImportReport
  }, 120_000)

  test('the demo shop’s files match the sizes and hashes of its report', async () => {
    expect(report.files.map(({ name }) => name)).toEqual(['catalog.jsonl.gz', 'events.tsv.gz'])
    for (const { name, bytes, sha256: packed, contentSha256 } of report.files) {
      const file = await readFile(join(directory, name))
      expect([name, file.length, sha256(file)]).toEqual([name, bytes, packed])
      expect(sha256(gunzipSync(file))).toBe(contentSha256)
    }
  })

  test('the counts in the demo shop’s report add up to the published counts', () => {
    const [{ lines, kept, dropped }] = report.logs
    expect(lines).toBe(541_909)
    expect(kept + Object.values(dropped).reduce((sum, count) => sum + count, 0)).toBe(lines)
    expect(dropped['no shopper']).toBe(135_080)
    expect(kept + dropped['exact duplicate']!).toBe(396_337)
  })

  test('the demo shop has as many items, shoppers and events as its report says', () => {
    expect(shop).toMatchObject({ name: 'online-retail', dayOnly: false })
    expect(shop.items).toHaveLength(3_659)
    expect(shop.shoppers).toHaveLength(4_334)
    const events = shop.shoppers.reduce((sum, { interactions }) => sum + interactions.length, 0)
    expect(events).toBe(report.shop.events)
    expect(new Date(shop.from).toISOString()).toBe('2010-12-01T08:26:00.000Z')
    expect(new Date(shop.to).toISOString()).toBe('2011-12-09T12:50:00.000Z')
  })

  test('every product has a readable title, a price in pounds and one of 24 categories', () => {
    for (const { id, title, price, currency, category } of shop.items) {
      expect(title, id).toMatch(/\p{Ll}/u)
      expect(price, id).toBeGreaterThan(0)
      expect(currency, id).toBe('GBP')
      expect(category, id).toBeTruthy()
    }
    const categories = [...new Set(shop.items.flatMap(({ category }) => category ?? []))]
    expect(categories).toHaveLength(24)
    expect(shop.items.filter(({ available }) => available !== false).length).toBeGreaterThan(3_000)
  })

  test('the browser’s catalog equals the shop’s catalog without services (such as carriage), with a picture for each product', async () => {
    const text = await readFile(join(root, 'public/catalog/catalog.json'), 'utf8')
    const catalog = Catalog.parse(JSON.parse(text))
    expect(catalog.faults).toEqual([])
    const services = ['Next Day Carriage', 'Packing Charge', 'High Resolution Image']
    expect(catalog.items.map(({ image, ...item }) => item)).toEqual(
      shop.items.filter(({ title = '' }) => !services.includes(title)),
    )
    expect(catalog.items).toHaveLength(shop.items.length - services.length)
    for (const { image } of catalog.items)
      expect(image).toMatch(/^\/catalog\/images\/[a-z0-9-]+\.svg$/)
  })

  test('every title contains a word that has a word vector', async () => {
    const { words, dimension } = await readWordVectors(join(root, 'data/word-vectors'))
    expect(dimension).toBe(100)
    const known = new Set(words)
    const named = shop.items.filter(({ title }) =>
      title!
        .toLowerCase()
        .split(/[^\p{L}]+/u)
        .some((word) => known.has(word)),
    )
    expect(named.length).toBe(shop.items.length)
  })
})
