import { describe, expect, it } from 'vitest'
import { createRandom } from '../../src/core/model/random.ts'
import { SHIPPED_SETTINGS } from '../../src/sdk/search/retrieve.ts'
import { assignFolds, chooseBySettings } from './folds.ts'
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

it('tries the settings that ship', () => {
  expect(SETTINGS).toContainEqual(SHIPPED_SETTINGS)
})
