import { Catalog } from '@nearside/core/catalog/catalog.ts'
import { NearsideError } from '@nearside/core/error.ts'
import { FEATURES } from '@nearside/core/features/features.ts'
import type { Interaction } from '@nearside/core/features/history.ts'
import { extendModel } from '@nearside/core/model/extend.ts'
import { readBaseModel } from '@nearside/core/model/files.ts'
import { scoreTerms } from '@nearside/core/model/score.ts'
import { Ranker } from '@nearside/core/ranking/ranker.ts'
import { expect, test } from 'vitest'
import { makeCatalogBase } from './catalogBase.ts'
import taught from './weights.json' with { type: 'json' }

const NOW = Date.parse('2026-03-01T12:00:00Z')
const ITEMS = Array.from({ length: 24 }, (_, i) => ({
  id: `i${i}`,
  title: `${['cup', 'lamp', 'bag'][i % 3]} ${['red', 'blue'][i % 2]} ${i}`,
  price: 1 + (i % 7),
  category: ['kitchen', 'light', 'travel'][i % 3],
  brand: ['Alba', 'Brio'][i % 2],
}))

const make = async (items: Parameters<typeof makeCatalogBase>[1]) => {
  const { manifest, files } = await makeCatalogBase('shop', items, NOW)
  return { manifest, files, model: await readBaseModel(manifest, files) }
}

const look = (item: number, time = NOW): Interaction => ({
  ...{ item, time },
  name: 'view_item',
  session: 'visit',
})

test('the weights of a model made without a log cover every feature', () => {
  expect(Object.keys(taught.weights)).toEqual(FEATURES.map(({ name }) => name))
  expect(Object.values(taught.weights).every(({ scale }) => scale > 0)).toBe(true)
  expect(taught.weights.popularity30.weight).toBeGreaterThan(0)
})

test('after one view, products like the viewed product rank higher; after three views of other products, they rank lower again', async () => {
  const { model } = await make(ITEMS)
  const places = (history: readonly Interaction[]) => {
    const { base } = scoreTerms(model, history, NOW + 60_000)
    return [...base.keys()].sort((a, b) => base[b] - base[a])
  }
  // Rows 0, 6, 12 and 18 have the same category, brand and words.
  expect(
    places([look(0)])
      .slice(0, 4)
      .sort((a, b) => a - b),
  ).toEqual([0, 6, 12, 18])
  const later = [look(0), ...[1, 7, 13].map((item, k) => look(item, NOW + k + 1))]
  const after = places(later)
  expect(after.indexOf(19)).toBeLessThan(after.indexOf(6))
})

test('for a shopper without a history, a list has the catalog’s order', async () => {
  const { model } = await make(ITEMS)
  const ranker = new Ranker(model, Catalog.parse(ITEMS))
  const nobody = ranker.everybodys(NOW)
  const list = ranker.recommend(nobody, { limit: 5 })
  expect(list.map(({ id }) => id)).toEqual(['i0', 'i1', 'i2', 'i3', 'i4'])
  expect(new Set(list.map(({ reason }) => reason.kind))).toEqual(new Set(['shop-order']))
})

test('a model that was made from a catalog alone lists similar products, but no products bought together', async () => {
  const { model } = await make(ITEMS)
  const ranker = new Ranker(model, Catalog.parse(ITEMS))
  const similar = ranker.similar('i0', { limit: 3 }).map(({ id }) => id)
  expect(similar.sort()).toEqual(['i12', 'i18', 'i6'])
  expect(ranker.boughtTogether('i0', { limit: 3 })).toEqual([])
})

test('a product that is added later gets neighbours of its category, and a view of a similar product makes it rank higher', async () => {
  const { model } = await make(ITEMS)
  const grown = extendModel(model, [...ITEMS, { ...ITEMS[0], id: 'added', title: 'mug' }])
  const { neighbours = [], weights = [] } = grown.statistics.coldStart ?? {}
  const beside = [...neighbours].filter((_, k) => weights[k] > 0)
  expect(beside.length).toBe(8)
  expect(beside.every((row) => row % 3 === 0)).toBe(true)
  const { base } = scoreTerms(grown, [look(0)], NOW + 60_000)
  expect(base[24]).toBeGreaterThan(base[1])
})

test('the same catalog on the same day gives the same files, whose manifest names no log', async () => {
  const [one, other] = [await make(ITEMS), await make(ITEMS)]
  expect(one.manifest).toEqual(other.manifest)
  expect(one.manifest).toMatchObject({ source: 'catalog', shop: 'shop', items: 24, parent: null })
})

test('a model can be made from a catalog that has only ids, but not from a catalog of a single item', async () => {
  const { model } = await make([{ id: 'a' }, { id: 'b' }, { id: 'c' }])
  const { base } = scoreTerms(model, [look(1)], NOW + 60_000)
  expect(base[1]).toBeGreaterThan(base[0])
  const failure = await make([{ id: 'a' }]).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(NearsideError)
  expect((failure as NearsideError).code).toBe('input-invalid')
})
