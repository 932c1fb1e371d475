import { describe, expect, test } from 'vitest'
import { Catalog } from '../catalog/catalog.ts'
import type { Item } from '../catalog/item.ts'
import type { LogName } from '../events/event.ts'
import { FEATURE_COUNT } from '../features/features.ts'
import type { History } from '../features/history.ts'
import { DIMENSION } from '../model/baseModel.ts'
import { createRandom } from '../model/random.ts'
import { tinyModel, tinyTrees } from '../model/testModel.ts'
import { ITEMS, testCatalog, testModel } from '../model/testShop.ts'
import { DAY } from '../time.ts'
import { bestSellersOf } from './baseOrder.ts'
import { explainItem } from './explainItem.ts'
import { Ranker } from './ranker.ts'

const NOW = 1_700_000_000_000
const ranker = new Ranker(testModel('1'), Catalog.parse(testCatalog))

const touch = (item: number, name: LogName = 'view_item', age = 0, session = 's') => ({
  item,
  name,
  time: NOW - age * DAY,
  session,
})

const ALL = [...testCatalog.keys()]
const score = (history: History) => ranker.score(history, NOW, null)

/** Random short histories: three visits of views and purchases. */
function life(seed: number): History {
  const random = createRandom(seed)
  return Array.from({ length: 8 }, (_, i) =>
    touch(
      random.integer(ITEMS),
      random.next() < 0.3 ? 'purchase' : 'view_item',
      20 - 2 * i,
      `visit-${i >> 1}`,
    ),
  )
}

test('in the base order, the first tenth of the items has the reason ‘popular’, and all others ‘shop-order’', () => {
  const kinds = ranker.recommend(score([]), { limit: ITEMS }).map(({ reason }) => reason.kind)
  expect(kinds).toEqual([...kinds.keys()].map((at) => (at < 4 ? 'popular' : 'shop-order')))
  expect(ranker.recommend(score([]), { limit: 1 })[0]).toMatchObject({ id: 'item-31', baseRank: 1 })
})

test('a best seller is in the first tenth of the base order (at most 100 items), and the log counts shoppers for it', () => {
  const model = testModel('1')
  const popularityAll = model.statistics.popularityAll.map((count, row) => (row === 31 ? 0 : count))
  const counted = new Ranker(
    { ...model, statistics: { ...model.statistics, popularityAll } },
    Catalog.parse(testCatalog),
  )
  const list = counted.recommend(score([]), { limit: 5, order: 'base' })
  expect(list.map(({ id, reason }) => [id, reason.kind])).toEqual([
    ['item-31', 'shop-order'],
    ['item-30', 'popular'],
    ['item-29', 'popular'],
    ['item-28', 'popular'],
    ['item-27', 'shop-order'],
  ])
  expect([1, 30, 240, 3_659, 1e6].map(bestSellersOf)).toEqual([1, 3, 24, 100, 100])
})

test('in lists about an item, every reason names the relation to that item, whatever the shopper did', () => {
  const kinds = (list: readonly { reason: { kind: string } }[]) =>
    new Set(list.map(({ reason }) => reason.kind))
  expect(kinds(ranker.similar('item-0', {}))).toEqual(new Set(['similar']))
  expect(kinds(ranker.boughtTogether('item-0', {}))).toEqual(new Set(['bought-together']))
})

describe('a list of similar items', () => {
  const model = tinyModel(400)
  const about = model.itemIds[0]
  const among = (list: readonly { id: string }[]) => new Set(list.map(({ id }) => id))
  const single = model.itemIds.map((id) => ({ id, category: 'one' }))
  const variants = single.map((item, row) => ({ ...item, groupId: `family ${row >> 2}` }))

  test.each([
    ['of single products', single, 30],
    ['of products with four variants each', variants, 60],
  ])('contains only the thirty most similar products, in a shop %s', (_kind, catalog, nearest) => {
    const ranked = new Ranker(model, new Catalog(catalog))
    const all = ranked.similar(about, { limit: 400, diversify: false })
    expect(all.length).toBeGreaterThan(nearest)
    expect(ranked.similar(about, { limit: 8, among: among(all.slice(120)) })).toEqual([])
    const near = ranked.similar(about, { limit: 8, among: among(all.slice(0, 30)) })
    expect(near.map(({ id }) => id)).toHaveLength(8)
  })

  test('a list of similar items contains as many products as requested, even more than thirty', () => {
    const ranked = new Ranker(model, new Catalog(single))
    expect(ranked.similar(about, { limit: 90 })).toHaveLength(90)
  })

  describe('in a shop of twelve products', () => {
    const titles = [
      ...['Paper fan', 'Phone charm', 'Garden hose', 'Cake stand', 'Door mat', 'Alarm clock'],
      ...['Toy robot', 'Tea towel', 'Candle lamp', 'Wool scarf', 'Bread knife', 'Picture frame'],
    ]
    const random = tinyModel(titles.length)
    const { statistics } = random
    const neighbourWeights = statistics.neighbourWeights.map(() => 0)
    const unrelated = { ...random, statistics: { ...statistics, neighbourWeights } }
    const shop: readonly Item[] = unrelated.itemIds.map((id, row) => {
      return {
        id,
        title: titles[row],
        category: `category ${row}`,
        price: 5 + row,
        currency: 'EUR',
      }
    })
    const idsAbout = (catalog: readonly Item[], options = {}) => {
      const ranked = new Ranker(unrelated, new Catalog(catalog))
      return ranked.similar(shop[0].id, options).map(({ id }) => id)
    }

    test('products that have nothing in common have no similar products, dearer or not', () => {
      const ranked = new Ranker(unrelated, new Catalog(shop))
      for (const { id } of shop) expect(ranked.similar(id, {})).toEqual([])
      expect(idsAbout(shop, { dearer: 3 })).toEqual([])
      expect(ranked.alikeTo(0)).toEqual(new Map())
    })

    test.each([
      ['of the same category', { category: 'category 0' }],
      ['with nearly the same title', { title: 'Paper fan, red' }],
    ])('the list for a paper fan has a product %s, but no phone charm', (_kind, change) => {
      const catalog = shop.map((item, row) => (row === 3 ? { ...item, ...change } : item))
      expect(idsAbout(catalog)).toEqual([shop[3].id])
      expect(idsAbout(catalog, { dearer: 3 })).toEqual([shop[3].id])
    })
  })
})

describe('places', () => {
  test('baseRank is the place in base order among the items that the list may contain', () => {
    const list = ranker.recommend(score([touch(0)]), { category: 'mugs', limit: ITEMS })
    expect(list).toHaveLength(8)
    expect(list.map(({ baseRank }) => baseRank).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(list.find(({ id }) => id === 'item-28')?.baseRank).toBe(1)
  })

  test('with fusion weight λ = 0 the scores equal the base scores, and a list is sorted by descending score', () => {
    const parameters = {
      u: new Float32Array(DIMENSION).fill(9),
      w: new Float32Array(FEATURE_COUNT).fill(9),
    }
    const history = life(6)
    const off = ranker.score(history, NOW, { parameters, fusionWeight: 0 })
    expect(off.scoresOf(ALL)).toEqual(score(history).scoresOf(ALL))
    const scores = ranker
      .recommend(off, { limit: ITEMS, diversify: false })
      .map(({ score }) => score)
    expect(scores).toEqual([...scores].sort((a, b) => b - a))
  })
})

describe('a list dominated by one category', () => {
  const categoryOf = (id: string) => testCatalog.find((item) => item.id === id)?.category
  const mugs = (list: readonly { id: string }[]) =>
    list.filter(({ id }) => categoryOf(id) === 'mugs').length
  const looked = score([0, 4, 8, 12].map((item) => touch(item, 'view_item', 1)))

  test('a list dominated by one category becomes a mix, unless `diversify` is false', () => {
    expect(mugs(ranker.recommend(looked, { limit: 6, diversify: false }))).toBe(6)
    const list = ranker.recommend(looked, { limit: 6 })
    expect(mugs(list)).toBeLessThan(6)
    expect(mugs(list)).toBeGreaterThan(2)
    expect(categoryOf(list[0].id)).toBe('mugs')
  })

  test('a list’s categories aren’t varied if it is in base order, has a single category or is for a cold-start shopper', () => {
    const stranger = score([touch(0, 'view_item_list')])
    for (const options of [{ order: 'base' }, { category: 'mugs' }] as const) {
      const list = ranker.recommend(looked, { ...options, limit: 8 })
      expect(ranker.recommend(looked, { ...options, limit: 8, diversify: false })).toEqual(list)
    }
    expect(ranker.recommend(stranger, { limit: 8 })).toEqual(
      ranker.recommend(looked, { limit: 8, order: 'base' }),
    )
  })
})

test('the contributions of an explanation add up to the score minus the mean score, also with trees', () => {
  const withTrees = new Ranker(
    { ...testModel('1'), trees: tinyTrees() },
    Catalog.parse(testCatalog),
  )
  for (const seed of [1, 2, 3]) {
    const scored = withTrees.score(life(seed), NOW, null)
    expect(scored.scoresOf(ALL)).not.toEqual(score(life(seed)).scoresOf(ALL))
    for (const { id } of testCatalog) {
      const explained = explainItem(withTrees, id, scored)
      const sum = explained?.contributions.reduce((total, { amount }) => total + amount, 0)
      expect(sum).toBeCloseTo((explained?.score ?? 0) - (explained?.meanScore ?? 0), 4)
    }
  }
})
