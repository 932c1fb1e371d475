import { NO_CONTEXT } from '@nearside/core/features/context/context.ts'
import { CONTEXT_CODE, contextFeature } from '@nearside/core/features/context/contextFeatures.ts'
import { filesOf, testCatalog, testModel, testModelFiles } from '@nearside/core/model/testShop.ts'
import { expect, test } from 'vitest'
import { readBaseLists } from './baseLists.ts'

const files = await testModelFiles('1')
const lists = await readBaseLists({
  catalog: testCatalog,
  read: async (path) => files.get(path) ?? new Uint8Array(),
})
const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id)

test('base lists leave out the ids in `excludeIds`', () => {
  const [first, ...rest] = ids(lists.recommend({ limit: 4 }))
  expect(first).toBe('item-31')
  expect(ids(lists.recommend({ limit: 3, excludeIds: [first] }))).toEqual(rest)
})

test('base lists show new items, dearer items and items bought together with a basket; lists of viewed and of bought items are empty', async () => {
  const catalog = testCatalog.map((one) => ({
    ...one,
    added: one.id === 'item-3' ? '2026-12-20' : undefined,
  }))
  const read = async (path: string) => files.get(path) ?? new Uint8Array()
  const now = () => Date.UTC(2026, 11, 24)
  const dated = await readBaseLists({ catalog, read, now })
  expect(ids(dated.recommend({ from: 'new' }))).toEqual(['item-3'])
  expect(dated.recommend({ from: 'viewed' })).toEqual([])
  expect(dated.recommend({ from: 'bought' })).toEqual([])
  const prices = dated.similar('item-9', { dearer: 1.5 }).map(({ id }) => Number(id.slice(5)) + 1)
  expect(prices).toContain(14)
  expect(Math.min(...prices)).toBeGreaterThan(10)
  expect(Math.max(...prices)).toBeLessThanOrEqual(15)
  expect(ids(dated.boughtTogether(['item-0', 'item-8'], { limit: 1 }))).toEqual(['item-12'])
})

test('base lists follow the season, as the list of a new shopper’s device does', async () => {
  const model = testModel('1')
  const lifts = Float32Array.from(testCatalog, (_, row) => (row === 5 ? 9 : 0))
  const record = { name: 'holidayLift', scale: 1, weight: 1, kept: true, reason: 'by hand' }
  const feature = contextFeature(record.name)
  if (!feature) throw new Error('no such feature')
  const seasonal = await filesOf({
    ...model,
    manifest: { ...model.manifest, contextFeatures: [record] },
    statistics: {
      ...model.statistics,
      context: [{ kind: 'holiday', values: ['christmas'], lifts }],
    },
    context: { terms: [{ feature, weight: 1 }], code: CONTEXT_CODE, contexts: NO_CONTEXT },
  })
  let now = Date.UTC(2026, 6, 1)
  const read = async (path: string) => seasonal.get(path) ?? new Uint8Array()
  const ssr = await readBaseLists({ catalog: testCatalog, read, now: () => now })
  const inJuly = ids(ssr.recommend({ limit: 3 }))
  now = Date.UTC(2026, 11, 10)
  expect(ids(ssr.recommend({ limit: 3 }))).toEqual(['item-5', ...inJuly.slice(0, 2)])
})

test('base lists by picture similarity are sorted like the device’s lists', async () => {
  const pictures = new Int8Array(testCatalog.length * 64)
  for (const row of testCatalog.keys()) pictures[row * 64 + (row % 10)] = 100
  const pictured = await filesOf({ ...testModel('1'), pictures })
  const read = async (path: string) => pictured.get(path) ?? new Uint8Array()
  const rules = [{ name: 'gift', pin: ['item-31'] }]
  const ssr = await readBaseLists({ catalog: testCatalog, read, rules })
  expect(ids(ssr.similar('item-0', { from: 'picture' }))).toEqual(['item-10', 'item-20', 'item-30'])
  expect(lists.similar('item-0', { from: 'picture' })).toEqual([])
})

test('a group’s id in a request means all variants of the product, as on a device', async () => {
  const family = ['item-0', 'item-4', 'item-8']
  const catalog = testCatalog.map((item) =>
    family.includes(item.id) ? { ...item, groupId: 'mug', available: item.id !== 'item-0' } : item,
  )
  const read = async (path: string) => files.get(path) ?? new Uint8Array()
  const grouped = await readBaseLists({ catalog, read })
  const options = { limit: 31, diversify: false }
  const similar = ids(grouped.similar('mug', options))
  expect(similar.length).toBeGreaterThan(family.length)
  const ofVariant = ids(grouped.similar('item-4', options))
  expect(similar).toEqual(ofVariant.filter((id) => !family.includes(id)))
  expect(ids(grouped.similar('mug', { dearer: 3 })).length).toBeGreaterThan(0)
  expect(ids(grouped.boughtTogether('mug')).sort()).toEqual(['item-12', 'item-16', 'item-20'])
  expect(ids(grouped.recommend({ ...options, excludeIds: ['mug'] }))).not.toContain('item-8')
})

test('a price in another currency than most prices is left out, and reported', async () => {
  const read = async (path: string) => files.get(path) ?? new Uint8Array()
  const catalog = testCatalog.map((item) => ({
    ...item,
    currency: item.id === 'item-13' ? 'EUR' : 'GBP',
  }))
  const mixed = await readBaseLists({ catalog, read })
  const dearer = { dearer: 1.5, limit: 31 }
  expect(ids(lists.similar('item-9', dearer))).toContain('item-13')
  expect(ids(mixed.similar('item-9', dearer))).not.toContain('item-13')
  expect(ids(mixed.similar('item-9', { limit: 31 }))).toContain('item-13')
  expect(mixed.faults).toEqual([expect.stringContaining('item-13: EUR')])
})

test('catalogs in other languages and currencies with the same ids get the same ranking', async () => {
  const japanese = testCatalog.map(({ id, price = 0 }) => ({
    id,
    title: `商品 ${id}`,
    category: '食器',
    price: 190 * price,
    currency: 'JPY',
  }))
  const read = async (path: string) => files.get(path) ?? new Uint8Array()
  const translated = await readBaseLists({ catalog: japanese, read })
  const options = { limit: 10, diversify: false }
  expect(ids(translated.recommend(options))).toEqual(ids(lists.recommend(options)))
})

test('base lists refuse invalid options as a device does, but ignore a valid `exclude`, which names items of a shopper', () => {
  // An earlier version of the interface took ids in `exclude`.
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

test('base lists obey the shop’s rules like a new shopper’s device', async () => {
  const ruled = await readBaseLists({
    catalog: testCatalog,
    read: async (path) => files.get(path) ?? new Uint8Array(),
    now: () => Date.UTC(2026, 11, 24),
    rules: {
      rules: [
        { name: 'recall', hide: { id: ['item-31'] } },
        { name: 'gifts', when: { page: ['home'], until: '2026-12-24' }, pin: ['item-3'] },
        { name: 'late', when: { from: '2026-12-25' }, pin: ['item-4'] },
        { name: 'bags', boost: { category: ['bags'] }, by: 1e3 },
        { name: 'oops', boost: { category: ['bags'] }, by: 0 },
      ],
    },
  })
  expect(ruled.faults).toEqual(['rule 5 (‘oops’).by must be a number above 1'])
  expect(ids(ruled.recommend({ limit: 2 }))).toEqual(['item-27', 'item-23'])
  expect(ids(ruled.recommend({ limit: 2, page: 'home' }))).toEqual(['item-3', 'item-27'])
  expect(ids(ruled.recommend({ limit: 2, rules: false }))).toEqual(['item-31', 'item-30'])
  expect(ids(ruled.similar('item-27', { limit: 31 }))).not.toContain('item-31')
})
