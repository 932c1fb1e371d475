import { describe, expect, it } from 'vitest'
import { createRandom } from '../../src/core/model/random.ts'
import { SHIPPED_ROOM } from '../../src/sdk/search/blend.ts'
import { SHIPPED_SETTINGS } from '../../src/sdk/search/retrieve.ts'
import { assignFolds, chooseBySettings } from './folds.ts'
import { chooseRooms, ROOMS } from './rooms.ts'
import { SETTINGS } from './settings.ts'

describe('cross-validation', () => {
  it('never lets a query choose its own settings', () => {
    // Each of the settings is perfect for one query and slightly worse than the first elsewhere.
    const queries = 12
    const quality = [
      Array.from({ length: queries }, () => 0.5),
      ...Array.from({ length: queries }, (_, own) =>
        Array.from({ length: queries }, (_, query) => (query === own ? 1 : 0.4)),
      ),
    ]
    const each = Int32Array.from({ length: queries }, (_, query) => query)
    expect([...chooseBySettings(quality, each)]).toEqual(new Array(queries).fill(0))
  })

  it('finds what is better everywhere, in folds of equal size', () => {
    const fold = assignFolds(23, 5, createRandom(2))
    const sizes = [0, 1, 2, 3, 4].map((f) => fold.filter((own) => own === f).length)
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
    const quality = [0.2, 0.9, 0.3].map((value) => new Array(23).fill(value) as number[])
    expect(new Set(chooseBySettings(quality, fold))).toEqual(new Set([1]))
  })
})

describe('the choice of room', () => {
  it('takes the first that other folds don’t see fall, by neither metric', () => {
    const lexical = { ndcg: [0.5, 0.5, 0.5], mrr: [1, 1, 1] }
    const better = { ndcg: [0.9, 0.9, 0.4], mrr: [1, 1, 1] }
    const later = { ndcg: [0.9, 0.9, 0.9], mrr: [1, 0.5, 1] }
    const fold = Int32Array.from([0, 1, 2])
    expect([...chooseRooms([better], lexical, fold)]).toEqual([0, 0, 0])
    expect([...chooseRooms([later, lexical], lexical, fold)]).toEqual([1, 0, 1])
    expect([...chooseRooms([{ ndcg: [0, 0, 0], mrr: [0, 0, 0] }], lexical, fold)]).toEqual([
      -1, -1, -1,
    ])
  })
})

it('tries the settings that ship', () => {
  expect(SETTINGS).toContainEqual(SHIPPED_SETTINGS)
  expect(ROOMS).toContainEqual(SHIPPED_ROOM)
})
