import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Item } from '../catalog/item.ts'
import { blend } from './blend.ts'
import { highlight } from './highlight.ts'
import type { SearchHit } from './retrieve.ts'
import { createProductSearch } from './search.ts'
import { foldWord, wordsOf } from './text.ts'

const ITEMS: readonly Item[] = [
  { id: '85123A', title: 'White hanging heart t-light holder', category: 'Candles' },
  { id: '22423', title: 'Regency cakestand 3 tier', category: 'Kitchen' },
  { id: '84879', title: 'Assorted colour bird ornament', category: 'Decoration' },
  { id: '22720', title: 'Set of 3 cake tins pantry design', category: 'Kitchen' },
  { id: '22457', title: 'Natural slate heart chalkboard', category: 'Decoration' },
  { id: '21080', title: 'Café napkins red berries', category: 'Party' },
  { id: '15056', title: 'Edwardian parasol', brand: 'Boxford', category: 'Garden' },
]

const search = createProductSearch(ITEMS)
const ids = (query: string) => search.find(query).map((hit) => hit.id)

describe('find', () => {
  it('finds by word, prefix, typing error, plural, accent, category, brand and id', () => {
    expect(ids('heart')).toEqual(expect.arrayContaining(['85123A', '22457']))
    expect(ids('cakest')).toContain('22423')
    expect(ids('ornement')[0]).toBe('84879')
    expect(ids('hearts')).toEqual(ids('heart'))
    expect(ids('cafe')[0]).toBe('21080')
    expect(ids('kitchen')).toEqual(expect.arrayContaining(['22423', '22720']))
    expect(ids('boxford')).toEqual(['15056'])
    expect(ids('85123a')[0]).toBe('85123A')
  })

  it('puts hits for all words before hits for some, whatever their score', () => {
    const hits = search.find('heart chalkboard')
    expect(hits[0]).toMatchObject({ id: '22457', complete: true })
    expect(hits.map((hit) => hit.complete)).toEqual(
      [...hits.map((hit) => hit.complete)].sort().reverse(),
    )
    expect(hits.some((hit) => !hit.complete)).toBe(true)
  })

  it('leaves out hits for some words only where enough have all', () => {
    const many = Array.from({ length: 12 }, (_, i) => ({ id: `both${i}`, title: `Red lamp ${i}` }))
    const some = { id: 'some', title: 'Red rug' }
    const found = (items: readonly Item[]) =>
      createProductSearch(items)
        .find('red lamp')
        .map((hit) => hit.id)
    expect(found([...many, some])).not.toContain('some')
    expect(found([...many.slice(1), some])).toContain('some')
  })

  it('finds nothing for an empty query, punctuation or an unknown word, and respects the limit', () => {
    for (const query of ['', '   ', '!?', 'zzzzqq']) expect(search.find(query)).toEqual([])
    expect(search.find('heart', 1)).toHaveLength(1)
  })

  it('survives items without texts and a repeated id', () => {
    const odd = createProductSearch([
      { id: 'a' },
      { id: 'a', title: 'Lamp' },
      { id: 'b', title: 'Lamp' },
    ])
    expect(odd.find('lamp').map((hit) => hit.id)).toEqual(['b'])
  })

  it('never throws and never repeats an id, whatever is typed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (query) => {
        const found = ids(query)
        expect(new Set(found).size).toBe(found.length)
        search.suggest(query)
      }),
    )
  })
})

describe('suggest', () => {
  it('completes the word being typed, as the shop spells it', () => {
    expect(search.suggest('cak')).toContain('cakestand')
    expect(search.suggest('heart chalk')[0]).toBe('heart chalkboard')
    expect(search.suggest('napk')).toEqual(['napkins'])
  })
})

describe('blend', () => {
  const hit = fc.record({
    id: fc.uuid(),
    relevance: fc.double({ min: 0.01, max: 100, noNaN: true }),
    complete: fc.boolean(),
    terms: fc.constant([]),
  })
  const result = fc
    .uniqueArray(hit, { selector: (entry) => entry.id, maxLength: 30 })
    .map((hits) =>
      hits.sort((a, b) => Number(b.complete) - Number(a.complete) || b.relevance - a.relevance),
    )
  const tolerance = fc.double({ min: 0, max: 0.9, noNaN: true })

  it('is a permutation in which no hit passes a clearly more relevant one', () => {
    fc.assert(
      fc.property(
        result.chain((hits) => fc.tuple(fc.constant(hits), fc.shuffledSubarray(hits))),
        tolerance,
        ([hits, liked], width) => {
          const order = liked.map((entry) => entry.id)
          const blended = blend(hits, order, { tolerance: width })
          expect(new Set(blended)).toEqual(new Set(hits))
          expect(blended).toHaveLength(hits.length)
          blended.forEach((later, place) => {
            for (const earlier of blended.slice(0, place)) {
              expect(Number(later.complete)).toBeLessThanOrEqual(Number(earlier.complete))
              if (later.complete !== earlier.complete) continue
              // Rounding of one multiplication is all the slack there is.
              expect(later.relevance * (1 - width)).toBeLessThanOrEqual(
                earlier.relevance * (1 + 1e-12),
              )
            }
          })
        },
      ),
    )
  })

  it('follows the shopper where relevance is equal, and relevance where it is not', () => {
    const equal = (id: string): SearchHit => ({ id, relevance: 5, complete: true, terms: [] })
    expect(blend([equal('a'), equal('b'), equal('c')], ['c', 'a']).map((h) => h.id)).toEqual([
      'c',
      'a',
      'b',
    ])
    const best: SearchHit = { ...equal('best'), relevance: 9 }
    expect(blend([best, equal('a')], ['a', 'best']).map((h) => h.id)).toEqual(['best', 'a'])
  })

  it('with tolerance 0 keeps the order by relevance', () => {
    const hits: SearchHit[] = [3, 2, 1].map((relevance) => ({
      id: String(relevance),
      relevance,
      complete: true,
      terms: [],
    }))
    expect(blend(hits, ['1', '2', '3'], { tolerance: 0 })).toEqual(hits)
  })
})

describe('highlight', () => {
  it('marks the words that matched and loses no letter', () => {
    const [first] = search.find('hart')
    expect(highlight('White hanging heart', first.terms)).toEqual([
      { text: 'White hanging ', hit: false },
      { text: 'heart', hit: true },
    ])
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, query) => {
        const terms = wordsOf(query).map((word) => foldWord(word.text))
        expect(
          highlight(text, terms)
            .map((piece) => piece.text)
            .join(''),
        ).toBe(text)
      }),
    )
  })
})
