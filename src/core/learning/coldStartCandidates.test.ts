/** @module Tests the candidates of a catalog with cold-start items. */

import { expect, test } from 'vitest'
import type { History } from '../features/history.ts'
import { DIMENSION } from '../model/baseModel.ts'
import { extendModel } from '../model/extend.ts'
import { createRandom } from '../model/random.ts'
import { tinyModel } from '../model/testModel.ts'
import { DAY } from '../time.ts'
import { amongAll, createCandidates } from './candidates.ts'

const NOW = 400 * DAY

test('candidates with cold-start items are identical to the last bit to those found by scoring all items', () => {
  const random = createRandom(5)
  const titles = ['Blue cup', 'Red cup', 'Blue red', 'Cup']
  const added = Array.from({ length: 40 }, (_, i) => ({
    id: `new ${i}`,
    title: titles[i % 4],
    category: i % 3 ? 'kitchen' : 'garden',
    price: 0.5 + (i % 7),
  }))
  const model = extendModel(tinyModel(300), added)
  const find = createCandidates(model)
  let newOnes = 0
  for (let shopper = 0; shopper < 20; shopper++) {
    const history: History = Array.from({ length: 1 + random.integer(8) }, (_, k) => ({
      item: random.integer(340),
      name: k % 2 ? ('purchase' as const) : ('view_item' as const),
      time: NOW - (20 - k) * DAY,
      session: `s${k}`,
    }))
    const found = find(history, NOW)
    expect(found.hidden).toHaveLength(DIMENSION)
    expect(found).toEqual(amongAll(model, history, NOW, found.hidden))
    newOnes += found.items.filter((item) => item >= 300).length
  }
  expect(newOnes).toBeGreaterThan(0)
})
