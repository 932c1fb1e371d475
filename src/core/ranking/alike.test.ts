import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createAlike } from './related.ts'

const ITEMS = [
  { id: 'hearts', title: 'Hot Water Bottle Hearts' },
  { id: 'calm', title: 'Hot water bottles, Keep Calm' },
  { id: 'bag', title: 'Jumbo Bag Keep Calm' },
  { id: 'jug', title: 'Water Jug' },
  { id: 'same', title: 'water JUG' },
  { id: 'bare' },
]

test('two titles are more alike if they share more words, or rarer words', () => {
  const alike = createAlike(ITEMS)('calm')
  const sorted = [...alike].sort((a, b) => b[1] - a[1]).map(([id]) => id)
  expect(sorted.slice(0, 3)).toEqual(['calm', 'hearts', 'bag'])
  expect(alike.get('calm')).toBeCloseTo(1, 12)
  expect(alike.has('bare')).toBe(false)
  expect(createAlike(ITEMS)('jug').get('same')).toBeCloseTo(1, 12)
  expect(createAlike(ITEMS)('bare').size).toBe(0)
  expect(createAlike(ITEMS)('nowhere').size).toBe(0)
})

test('the similarity of any two titles is symmetric, and above 0 and at most 1', () => {
  const word = fc.constantFrom('red', 'bag', 'heart', 'clock', 'tin', '?')
  const titles = fc.array(fc.array(word, { maxLength: 4 }), { maxLength: 8 })
  fc.assert(
    fc.property(titles, (given) => {
      const alike = createAlike(given.map((words, i) => ({ id: `${i}`, title: words.join(' ') })))
      for (const a of given.keys())
        for (const [b, value] of alike(`${a}`)) {
          expect(value).toBeGreaterThan(0)
          expect(value).toBeLessThan(1 + 1e-9)
          expect(alike(b).get(`${a}`)).toBeCloseTo(value, 9)
        }
    }),
  )
})
