import { describe, expect, test } from 'vitest'
import { Catalog } from '../../core/catalog/catalog.ts'
import type { EventName } from '../../core/events/event.ts'
import { FEATURE_COUNT, FEATURES } from '../../core/features/features.ts'
import type { History } from '../../core/features/history.ts'
import { DIMENSION } from '../../core/model/baseModel.ts'
import { createRandom } from '../../core/model/random.ts'
import { tinyTrees } from '../../core/model/testModel.ts'
import { DAY } from '../../core/time.ts'
import { ITEMS, testCatalog, testModel } from '../worker/testShop.ts'
import { explainItem } from './explainItem.ts'
import { Ranker } from './ranker.ts'

const NOW = 1_700_000_000_000
const ranker = new Ranker(testModel('1'), Catalog.parse(testCatalog))

const touch = (item: number, name: EventName = 'view_item', age = 0, session = 's') => ({
  item,
  name,
  time: NOW - age * DAY,
  session,
})

const ALL = [...testCatalog.keys()]
const score = (history: History) => ranker.score(history, NOW, null)
const scoreOf = (history: History, row: number) => score(history).scoresOf([row])[0]

/** Random small lives: three visits of views and purchases. */
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

describe('reasons are true to the model', () => {
  test.each([1, 2, 3, 4, 5])(
    'life %i: without what a reason names, the item scores less',
    (seed) => {
      const history = life(seed)
      for (const { id, reason } of ranker.recommend(score(history), { limit: 12 })) {
        const named =
          reason.kind === 'bought-before' ? id : 'item' in reason ? reason.item : undefined
        if (named === undefined) continue
        const row = ranker.rowOf(id) ?? -1
        const without = history.filter(({ item }) => item !== ranker.rowOf(named))
        expect(without.length).toBeLessThan(history.length)
        expect(scoreOf(without, row)).toBeLessThan(scoreOf(history, row))
      }
    },
  )

  test('bought before is said only of what was bought', () => {
    const history = [touch(3, 'view_item', 2, 'a'), touch(9, 'purchase', 1, 'b')]
    const reasons = new Map(
      ranker.recommend(score(history), { limit: ITEMS }).map(({ id, reason }) => [id, reason]),
    )
    expect(reasons.get('item-9')).toEqual({ kind: 'bought-before' })
    const said = [...reasons].filter(([, reason]) => reason.kind === 'bought-before')
    expect(said.map(([id]) => id)).toEqual(['item-9'])
  })

  test('what stands no higher than for everybody is popular, with or without a history', () => {
    const [first] = ranker.recommend(score([]), { limit: 1 })
    expect(first).toMatchObject({ id: 'item-31', baseRank: 1, reason: { kind: 'popular' } })
  })

  test('a taste that was learned is called taste', () => {
    const model = testModel('1')
    const u = model.itemVectors.slice(2 * DIMENSION, 3 * DIMENSION).map((x) => 20 * x)
    const parameters = { u, w: new Float32Array(FEATURE_COUNT) }
    const history = [touch(1, 'view_item_list')]
    const scored = ranker.score(history, NOW, { parameters, fusionWeight: 1 })
    const [first] = ranker.recommend(scored, { limit: 1 })
    expect(first).toMatchObject({ id: 'item-2', reason: { kind: 'taste' } })
  })
})

describe('reasons of a list', () => {
  /** As of a shop that logs orders only. */
  function orderOnly() {
    const model = testModel('1')
    const { features } = model.manifest
    const isOfViews = (name: string) =>
      FEATURES.some((one) => one.name === name && one.group === 'interaction')
    const kept = features.map((one) => ({ ...one, kept: !isOfViews(one.name) }))
    return new Ranker(
      { ...model, manifest: { ...model.manifest, features: kept } },
      Catalog.parse(testCatalog),
    )
  }

  test('what goes together is bought together where the log has orders only', () => {
    const alone = [touch(0, 'view_item', 0, 'a'), touch(9, 'view_item', 0, 'b')]
    const [first] = ranker.recommend(score(alone), { limit: 1, excludeIds: ['item-0', 'item-9'] })
    expect(first.reason).toMatchObject({ kind: 'because', signal: 'viewed' })
    const other = orderOnly()
    const [same] = other.recommend(other.score(alone, NOW, null), {
      limit: 1,
      excludeIds: ['item-0', 'item-9'],
    })
    expect(same.id).toBe(first.id)
    expect(same.reason).toEqual({
      kind: 'bought-together',
      item: 'item' in first.reason && first.reason.item,
    })
  })

  test('three say the same, then another one that is nearly as true is given', () => {
    const scored = score([touch(0)])
    const list = ranker.recommend(scored, { limit: 8, category: 'mugs', excludeIds: ['item-0'] })
    const words = list.map(({ reason }) => JSON.stringify(reason))
    expect(new Set(words).size).toBeGreaterThan(1)
    for (const { id, reason } of list) {
      // Whatever is said is a term that lifts the item.
      const { contributions } = explainItem(ranker, id, scored) ?? { contributions: [] }
      const kind = contributions.find((one) => one.kind === reason.kind)
      expect(reason.kind === 'popular' || (kind?.amount ?? 0) > 0).toBe(true)
    }
  })
})

test('lists about an item say so, and nothing of what the shopper did', () => {
  const kinds = (list: readonly { reason: { kind: string } }[]) =>
    new Set(list.map(({ reason }) => reason.kind))
  expect(kinds(ranker.similar('item-0', {}))).toEqual(new Set(['similar']))
  expect(kinds(ranker.boughtTogether('item-0', {}))).toEqual(new Set(['bought-together']))
})

describe('places', () => {
  test('baseRank is the place among the same candidates', () => {
    const list = ranker.recommend(score([touch(0)]), { category: 'mugs', limit: ITEMS })
    expect(list).toHaveLength(8)
    expect(list.map(({ baseRank }) => baseRank).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(list.find(({ id }) => id === 'item-28')?.baseRank).toBe(1)
  })

  test('λ = 0 is the base, and scores come in falling order', () => {
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

describe('a list that would be all of one subject', () => {
  const categoryOf = (id: string) => testCatalog.find((item) => item.id === id)?.category
  const mugs = (list: readonly { id: string }[]) =>
    list.filter(({ id }) => categoryOf(id) === 'mugs').length
  const looked = score([0, 4, 8, 12].map((item) => touch(item)))

  test('is not, unless that is asked for', () => {
    expect(mugs(ranker.recommend(looked, { limit: 6, diversify: false }))).toBe(6)
    const list = ranker.recommend(looked, { limit: 6 })
    expect(mugs(list)).toBeLessThan(6)
    expect(mugs(list)).toBeGreaterThan(2)
    expect(categoryOf(list[0].id)).toBe('mugs')
  })

  test('says of what is there for variety alone that it is, unless something of the shopper’s own speaks for it', () => {
    const plain = ranker.recommend(looked, { limit: 6, diversify: false }).map(({ id }) => id)
    const added = ranker.recommend(looked, { limit: 6 }).filter(({ id }) => !plain.includes(id))
    expect(added.length).toBeGreaterThan(0)
    expect(new Set(added.map(({ reason }) => reason.kind))).toEqual(new Set(['variety']))
  })

  test('is left alone in everybody’s order, of a category, and for who is unknown', () => {
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

test('what an explanation says adds up, trees and all', () => {
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
