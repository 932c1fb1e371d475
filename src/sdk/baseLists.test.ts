import { expect, test } from 'vitest'
import { testCatalog, testModelFiles } from '../device/worker/testShop.ts'
import { readBaseLists } from './baseLists.ts'

const files = await testModelFiles('1')
const lists = await readBaseLists({
  catalog: testCatalog,
  read: async (path) => files.get(path) ?? new Uint8Array(),
})
const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id)

test('leaves out the ids that it is told to', () => {
  const [first, ...rest] = ids(lists.recommend({ limit: 4 }))
  expect(first).toBe('item-31')
  expect(ids(lists.recommend({ limit: 3, excludeIds: [first] }))).toEqual(rest)
})

test('refuses from JavaScript what a device refuses, and takes what says nothing of nobody', () => {
  // Where ids lay in an earlier version.
  const old = { exclude: ['item-31'] } as never
  for (const list of [
    () => lists.recommend(old),
    () => lists.similar('item-31', old),
    () => lists.boughtTogether('item-31', old),
  ])
    expect(list).toThrow(/ids go to excludeIds/)
  expect(() => lists.recommend({ limit: -1 })).toThrow(/limit must be a number from 0/)
  const nobodys = { exclude: ['bought'] } as never
  expect(lists.recommend(nobodys)).toEqual(lists.recommend())
})
