import { expect, test } from 'vitest'
import { Catalog } from '../catalog/catalog.ts'
import type { Item } from '../catalog/item.ts'
import type { NearsideError } from '../error.ts'
import { type BaseModel, DIMENSION } from '../model/baseModel.ts'
import { extendModel } from '../model/extend.ts'
import { tinyModel } from '../model/testModel.ts'
import type { ListQuery } from './apiLists.ts'
import { idsWithoutModel, listWithoutModel, orderOf } from './catalogOrder.ts'
import { Ranker } from './ranker.ts'
import { requireQuery } from './requireQuery.ts'

/** Picture vectors in a plane, by their angles in degrees; null for a product without a vector. */
function atAngles(angles: readonly (number | null)[]): Int8Array {
  const pictures = new Int8Array(angles.length * DIMENSION)
  angles.forEach((angle, row) => {
    if (angle === null) return
    const turn = (angle * Math.PI) / 180
    // The vectors have different lengths, so that the test fails if anything but their direction counts.
    const length = 127 - 20 * (row % 4)
    pictures[row * DIMENSION] = Math.round(length * Math.cos(turn))
    pictures[row * DIMENSION + 1] = Math.round(length * Math.sin(turn))
  })
  return pictures
}

const ANGLES = [0, 50, 20, null, 35, 61, 180, 10, null, 59, 90, 5]
const model: BaseModel = { ...tinyModel(ANGLES.length), pictures: atAngles(ANGLES) }
const items: readonly Item[] = model.itemIds.map((id) => ({ id, category: 'one' }))
const about = model.itemIds[0]

function looksLike(given: BaseModel, catalog: readonly Item[], options = {}, item = about) {
  const ranker = new Ranker(given, new Catalog(catalog))
  return ranker.similar(item, { from: 'picture', ...options })
}
const rowsOf = (list: readonly { readonly id: string }[]) =>
  list.map(({ id }) => model.itemIds.indexOf(id))

test('a list by picture has the products whose vectors are within 60 degrees, nearest first, each with the reason ‘looks-like’', () => {
  const list = looksLike(model, items)
  expect(rowsOf(list)).toEqual([11, 7, 2, 4, 1, 9])
  for (const { id, score, reason } of list) {
    const angle = ANGLES[model.itemIds.indexOf(id)] ?? Number.NaN
    expect(Math.abs(score - Math.cos((angle * Math.PI) / 180))).toBeLessThan(0.02)
    expect(reason).toEqual({ kind: 'looks-like', item: about })
  }
  expect(rowsOf(looksLike(model, items, { limit: 2 }))).toEqual([11, 7])
})

test('a list by picture never has products that are sold out, excluded or without a vector', () => {
  const catalog = items.map((item, row) => ({ ...item, available: row !== 7 }))
  expect(rowsOf(looksLike(model, catalog, { excludeIds: [model.itemIds[2]] }))).toEqual([
    11, 4, 1, 9,
  ])
  const without = model.itemIds[3]
  expect(looksLike(model, items, {}, without)).toEqual([])
  expect(looksLike(model, items, {}, 'unknown')).toEqual([])
  // A list about a sold-out product still helps the shopper.
  const soldOut = items.map((item, row) => ({ ...item, available: row > 0 }))
  expect(rowsOf(looksLike(model, soldOut))).toEqual([11, 7, 2, 4, 1, 9])
})

test('products added after training, and models without picture vectors, have no list by picture', () => {
  const catalog = [...items, { id: 'added', category: 'one' }]
  const extended = extendModel(model, catalog)
  expect(rowsOf(looksLike(extended, catalog))).toEqual([11, 7, 2, 4, 1, 9])
  expect(looksLike(extended, catalog, {}, 'added')).toEqual([])
  expect(looksLike(tinyModel(ANGLES.length), items)).toEqual([])
  const query: ListQuery = { kind: 'similar', item: about, options: { from: 'picture' } }
  expect(idsWithoutModel(orderOf(items), { ...query, options: {} })).not.toEqual([])
  expect(listWithoutModel(orderOf(items), query)).toEqual([])
})

test('queries for similar items accept only "picture" as `from`, and no other query accepts it', () => {
  const refusal = (query: ListQuery) => {
    try {
      requireQuery(query)
      return null
    } catch (error) {
      return (error as NearsideError).code
    }
  }
  const [picture, viewed] = [{ from: 'picture' }, { from: 'viewed' }] as const
  expect(refusal({ kind: 'similar', item: about, options: picture })).toBeNull()
  expect(refusal({ kind: 'similar', item: about, options: { ...picture, dearer: 2 } })).toBeNull()
  expect(refusal({ kind: 'recommend', options: viewed })).toBeNull()
  for (const query of [
    { kind: 'recommend', options: picture },
    { kind: 'boughtTogether', item: about, options: picture },
    { kind: 'similar', item: about, options: viewed },
  ] as const)
    expect(refusal(query)).toBe('input-invalid')
})
