/** @module Tests that partial scoring of a large catalog yields the same lists as full scoring. */

import { scoreInPart } from '@nearside/browser/scoreInPart.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Catalog } from '../catalog/catalog.ts'
import { FEATURE_COUNT } from '../features/features.ts'
import { type BaseModel, DIMENSION } from '../model/baseModel.ts'
import { createRandom } from '../model/random.ts'
import { tinyModel, tinyTrees } from '../model/testModel.ts'
import { DAY } from '../time.ts'
import type { ListOptions } from './apiLists.ts'
import type { ActivePersonal } from './candidateSource.ts'
import { explainItem } from './explainItem.ts'
import { Ranker, type Scored } from './ranker.ts'
import { liftScores } from './ruledList.ts'
import type { Selection } from './selectPlaces.ts'

const ITEMS = 700
const model = tinyModel(ITEMS)
const catalog = Catalog.parse(
  // The catalog's order differs from the model's; some items are sold out.
  Array.from({ length: ITEMS }, (_, i) => (i * 13) % ITEMS).map((row) => ({
    id: model.itemIds[row],
    title: `thing ${row}`,
    category: `kind ${row % 5}`,
    available: row % 7 !== 3,
  })),
)

const histories = fc
  .array(
    fc.record({
      item: fc.nat(ITEMS - 1),
      name: fc.constantFrom('view_item', 'add_to_cart', 'purchase', 'search'),
      days: fc.nat(40),
    }),
    { maxLength: 30 },
  )
  .map((entries) =>
    entries
      .map(({ item, name, days }, k) => ({
        item,
        name,
        time: days * DAY + k,
        session: `${days}`,
        ...(name === 'search' && { query: 'cup' }),
      }))
      .sort((a, b) => a.time - b.time),
  )
const personals = fc.option(
  fc.record({ seed: fc.integer({ min: 1, max: 1e6 }), fusionWeight: fc.constantFrom(0.1, 0.5, 1) }),
)
const LIFTS = new Map(model.itemIds.map((id, row) => [id, row % 9 === 4 ? 3 : 0]))
const asked: fc.Arbitrary<ListOptions & Selection> = fc.record(
  {
    limit: fc.integer({ min: 0, max: 60 }),
    excludeIds: fc.array(
      fc.nat(ITEMS).map((i) => `item ${i}`),
      { maxLength: 12 },
    ),
    category: fc.constantFrom('kind 2', 'none'),
    order: fc.constantFrom('base', 'personal'),
    limits: fc.constant([{ per: 'category', most: 3 } as const]),
  },
  { requiredKeys: [] },
)

function personalOf({
  seed,
  fusionWeight,
}: {
  seed: number
  fusionWeight: number
}): ActivePersonal {
  const random = createRandom(seed)
  const some = (length: number) => Float32Array.from({ length }, () => random.normal())
  return { parameters: { u: some(DIMENSION), w: some(FEATURE_COUNT) }, fusionWeight }
}

const models: readonly (readonly [string, BaseModel])[] = [
  ['a model', model],
  ['one with trees', { ...model, trees: tinyTrees() }],
  // The catalog's order decides between equal scores.
  ['one of many equal items', { ...model, itemVectors: new Float32Array(ITEMS * DIMENSION) }],
]

test.each(models)('%s: partial and full scoring give the same lists', (_, given) => {
  const part = new Ranker(given, catalog, scoreInPart)
  const whole = new Ranker(given, catalog)
  fc.assert(
    fc.property(
      histories,
      personals,
      fc.array(asked, { minLength: 1, maxLength: 4 }),
      (history, own, lists) => {
        const personal = own && personalOf(own)
        const now = 41 * DAY
        const [a, b] = [part, whole].map((ranker) => ranker.score(history, now, personal))
        for (const options of lists)
          expect(part.recommend(a, options)).toEqual(whole.recommend(b, options))
        const lifted = (ranker: Ranker, scored: Scored) =>
          ranker.recommend(liftScores(ranker, LIFTS, scored), lists[0])
        expect(lifted(part, a)).toEqual(lifted(whole, b))
        const some = ['item 5', 'item 600', 'item 3', 'gone']
        expect(part.rerank(some, a, {})).toEqual(whole.rerank(some, b, {}))
        expect(explainItem(part, 'item 5', a)).toEqual(explainItem(whole, 'item 5', b))
      },
    ),
    { numRuns: 60 },
  )
})

test('a list of a large catalog needs the scores of only a small part of the items', () => {
  const large = tinyModel(20_000)
  const score = scoreInPart(large, [])
  const history = [3, 500, 9000].map((item, k) => {
    return { item, name: 'view_item' as const, time: k * DAY, session: `${k}` }
  })
  const rows = [...large.itemIds.keys()]
  const choice = { rows, excluded: new Set<number>(), isNarrowed: false }
  const few = score(history, 4 * DAY, null)?.find(20, { ...choice, among: (some) => some })
  expect(few?.length).toBeGreaterThan(20)
  expect(few?.length).toBeLessThan(1000)
})
