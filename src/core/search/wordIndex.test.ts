import fc from 'fast-check'
import MiniSearch from 'minisearch'
import { expect, test } from 'vitest'
import { foldWord, textWords } from '../catalog/words.ts'
import { type Matching, WordIndex } from './wordIndex.ts'

const WORDS = ['mug', 'mugs', 'muggy', 'cat', 'coat', 'candle', 'candles', 'handle', 'tea', 'set']
const text = fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 6 })
const distinct = fc.uniqueArray(fc.constantFrom(...WORDS), { selector: foldWord, minLength: 1 })
const product = fc.record({ title: text, category: text, brand: text, description: text })
const MATCHING: Matching = {
  boost: { title: 3, category: 1.5, brand: 1, description: 1, id: 4 },
  weights: { prefix: 0.1, fuzzy: 0.2 },
  prefix: (term) => term.length > 2,
  fuzzy: (term) => (term.length < 4 ? false : 0.2),
}

test('hits have the same scores and matched words as MiniSearch’s with the same weights', () => {
  fc.assert(
    fc.property(fc.array(product, { minLength: 1, maxLength: 12 }), distinct, (products, query) => {
      const items = products.map((fields, i) => ({
        id: `p${i}`,
        ...Object.fromEntries(
          Object.entries(fields).map(([name, words]) => [name, words.join(' ')]),
        ),
      }))
      const theirs = new MiniSearch({
        fields: ['title', 'category', 'brand', 'description', 'id'],
        tokenize: textWords,
        processTerm: (term) => foldWord(term) || null,
      })
      theirs.addAll(items)
      const expected = theirs.search(query.join(' '), { ...MATCHING, combineWith: 'OR' })
      const ours = new WordIndex()
      ours.add(items)
      const found = new Map(
        ours.search(query, MATCHING).map((match) => [`p${match.product}`, match]),
      )
      expect([...found.keys()].sort()).toEqual(expected.map(({ id }) => id).sort())
      for (const { id, score, terms, queryTerms } of expected) {
        const match = found.get(id)
        expect(match?.score).toBeCloseTo(score, 9)
        expect([...(match?.terms ?? [])].sort()).toEqual([...terms].sort())
        expect([...(match?.asked ?? [])].sort()).toEqual([...queryTerms].sort())
      }
    }),
  )
})

test('a product is not found by a field that it lacks', () => {
  const index = new WordIndex()
  index.add([{ id: '1' }, { id: '2', description: 'A mug' }])
  expect(index.search(['mug'], MATCHING).map(({ product }) => product)).toEqual([1])
  expect(index.named(['mug'])).toEqual([])
  expect([index.size, index.frequency('mug'), index.knows('mugs')]).toEqual([2, 1, true])
})
