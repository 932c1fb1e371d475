import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createTitleIndex } from './titleIndex.ts'

const ITEMS = [
  { id: 'red', title: 'Edwardian parasol red' },
  { id: 'black', title: 'Edwardian Parasol, black' },
  { id: 'cafe', title: 'Café napkins red berries' },
  { id: 'pin', title: 'Hat pin' },
  { id: 'pink', title: 'Pink hat' },
  { id: 'bare' },
]
const find = createTitleIndex(ITEMS)

describe('title index', () => {
  test('the index finds titles that contain all query words; case, accents, singular and plural make no difference', () => {
    expect(find('parasol')).toEqual(['red', 'black'])
    expect(find('  PARASOLS red ')).toEqual(['red'])
    expect(find('cafe berry')).toEqual(['cafe'])
    expect(find('parasol lamp')).toEqual([])
  })

  test('a query word that no title has matches title words that begin with it', () => {
    expect(find('pin')).toEqual(['pin'])
    expect(find('paras')).toEqual(['red', 'black'])
    expect(find('pa')).toEqual([])
    expect(find('edw bla')).toEqual(['black'])
  })

  test('a long query word with one typing error after its first letter still matches', () => {
    for (const slip of ['parsaol', 'parasl', 'parassol', 'parosol'])
      expect(find(slip)).toEqual(['red', 'black'])
    for (const other of ['aprasol', 'prasl', 'marasol', 'parosel']) expect(find(other)).toEqual([])
    expect(find('hta')).toEqual([])
  })

  test('a query that matches more than 100 titles finds nothing', () => {
    const many = (count: number) =>
      createTitleIndex(Array.from({ length: count }, (_, i) => ({ id: `${i}`, title: 'A lamp' })))
    expect(many(100)('lamp')).toHaveLength(100)
    expect(many(101)('lamp')).toEqual([])
  })

  test('a price in a query excludes products at other prices; a query for a price alone finds all products at that price', () => {
    const priced = createTitleIndex([
      { id: 'card', title: 'Birthday card', price: 0.85 },
      { id: 'music', title: 'Musical card', price: 2.5 },
      { id: 'unpriced', title: 'Card' },
      ...Array.from({ length: 120 }, (_, i) => ({ id: `pin ${i}`, title: 'Pin', price: 0.5 })),
      ...Array.from({ length: 130 }, (_, i) => ({ id: `hat ${i}`, title: 'Hat', price: 3 + i })),
    ])
    for (const query of ['cards under £1', 'card unter 1 £', 'card <£1'])
      expect(priced(query), query).toEqual(['card'])
    expect(priced('card over £1')).toEqual(['music'])
    expect(priced('card')).toEqual(['card', 'music', 'unpriced'])
    for (const query of ['under £1', 'gifts under £1', 'Geschenke unter 1 €', 'something < 1 £'])
      expect(priced(query), query).toHaveLength(121)
    expect(priced('pin under £1')).toEqual([])
    // This query finds nothing, because the price excludes no product.
    expect(createTitleIndex([{ id: 'card', price: 0.85 }])('under £1')).toEqual([])
    // These queries find nothing, because most products have such a price.
    for (const query of ['cheap', 'under £200']) expect(priced(query), query).toEqual([])
  })

  test('any query finds only known ids, each once, and the same ids every time', () => {
    for (const query of ['', '  ', '?!']) expect(find(query)).toEqual([])
    const ids = ITEMS.map(({ id }) => id)
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), (query) => {
        const found = find(query)
        expect(ids).toEqual(expect.arrayContaining([...found]))
        expect(new Set(found).size).toBe(found.length)
        expect(createTitleIndex(ITEMS)(query)).toEqual(found)
      }),
    )
  })
})
