import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fuseLists, type WeighedLists } from './fusedLists.ts'

const M = 3

/** Lists of two items from [other, weight] pairs, strongest first. */
function lists(
  rows: readonly (readonly (readonly [number, number])[])[],
  evidence: number[],
): WeighedLists {
  const neighbourItems = new Uint32Array(rows.length * M)
  const neighbourWeights = new Float32Array(rows.length * M)
  rows.forEach((row, item) => {
    neighbourItems.fill(item, item * M, (item + 1) * M)
    row.forEach(([other, weight], k) => {
      neighbourItems[item * M + k] = other
      neighbourWeights[item * M + k] = weight
    })
  })
  return {
    neighboursPerItem: M,
    neighbourItems,
    neighbourWeights,
    evidence: Float64Array.from(evidence),
  }
}

it('weighs old and new by their evidence, the old decayed', () => {
  const old = lists([[[1, 0.5]], []], [10, 0])
  const fresh = lists(
    [
      [
        [5, 0.4],
        [1, 0.1],
      ],
      [],
    ],
    [5, 0],
  )
  const fused = fuseLists(old, fresh, 0.5)
  expect([...fused.neighbourItems.slice(0, M)]).toEqual([1, 5, 0])
  expect([...fused.neighbourWeights.slice(0, M)]).toEqual(
    [0.3, 0.2, 0].map((value) => expect.closeTo(value, 6)),
  )
  expect([...fused.evidence]).toEqual([10, 0])
  // Nothing known, nothing new: an empty row in the form that readers expect.
  expect([...fused.neighbourItems.slice(M)]).toEqual([1, 1, 1])
  expect([...fused.neighbourWeights.slice(M)]).toEqual([0, 0, 0])
})

it('keeps the old where nothing new came, and takes the new where the old is forgotten', () => {
  const row = fc.uniqueArray(
    fc.tuple(fc.integer({ min: 2, max: 9 }), fc.float({ min: 2 ** -6, max: 1, noNaN: true })),
    {
      maxLength: M,
      selector: ([other]) => other,
    },
  )
  fc.assert(
    fc.property(row, row, (before, now) => {
      const sorted = (pairs: typeof before) => [...pairs].sort((a, b) => b[1] - a[1] || a[0] - b[0])
      const old = lists([sorted(before)], [4])
      const fresh = lists([sorted(now)], [3])
      const nothing = lists([[]], [0])
      expect(fuseLists(old, nothing, 0.5).neighbourWeights).toEqual(old.neighbourWeights)
      expect(fuseLists(old, fresh, 0).neighbourItems).toEqual(fresh.neighbourItems)
    }),
  )
})
