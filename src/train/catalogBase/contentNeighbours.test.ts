import fc from 'fast-check'
import { expect, test } from 'vitest'
import { contentNeighbours } from './catalogBase.ts'

const titled = (...titles: string[]) => titles.map((title, i) => ({ id: `i${i}`, title }))

/** Neighbours of a row, each as [row, weight]. */
function neighboursOf(items: Parameters<typeof contentNeighbours>[0], row: number) {
  const { neighbourItems, neighbourWeights, neighboursPerItem } = contentNeighbours(items)
  return Array.from({ length: neighboursPerItem }, (_, k) => row * neighboursPerItem + k)
    .filter((at) => neighbourWeights[at] > 0)
    .map((at) => [neighbourItems[at], neighbourWeights[at]])
}

test('items that share more words, or rarer words, are nearer neighbours', () => {
  const items = titled(
    'Red Teapot Large',
    'Blue Teapot Large',
    'Red Umbrella',
    'Garden Chair',
    'Large Plate',
    'Large Bowl',
  )
  const rows = neighboursOf(items, 0).map(([row]) => row)
  expect(rows[0]).toBe(1)
  expect(rows).not.toContain(3)
  expect(rows.indexOf(2)).toBeLessThan(rows.indexOf(4))
})

test('items with equal titles are neighbours of weight 1; a word that every title has, or a missing title, makes no neighbours', () => {
  expect(neighboursOf(titled('Tin box', 'Tin box', 'Wax candle'), 0)).toEqual([[1, 1]])
  expect(neighboursOf(titled('set cup', 'set lamp'), 0)).toEqual([])
  expect(neighboursOf([{ id: 'a' }, { id: 'b' }], 0)).toEqual([])
})

test('weights fall within (0, 1], and no item is its own neighbour', () => {
  const title = fc.array(fc.constantFrom('cup', 'lamp', 'bag', 'red', 'blue', 'tin', 'set'))
  fc.assert(
    fc.property(fc.array(title, { minLength: 2, maxLength: 70 }), (titles) => {
      const items = titled(...titles.map((words) => words.join(' ')))
      for (const row of items.keys()) {
        const found = neighboursOf(items, row)
        const weights = found.map(([, weight]) => weight)
        expect(weights.every((weight) => weight > 0 && weight <= 1)).toBe(true)
        expect(weights).toEqual([...weights].sort((a, b) => b - a))
        expect(found.map(([other]) => other)).not.toContain(row)
        expect(new Set(found.map(([other]) => other)).size).toBe(found.length)
      }
    }),
    { numRuns: 50 },
  )
})
