import { describe, expect, it } from 'vitest'
import type { Item } from '../catalog/item.ts'
import { createProductSearch } from './search.ts'
import type { Synonyms } from './synonymList.ts'
import { foldSynonyms, otherWordings, reworded } from './synonyms.ts'

const ITEMS: readonly Item[] = [
  { id: 'tlight', title: 'Red hanging T-light holder' },
  { id: 'candle', title: 'Red candle' },
  { id: 'pad', title: 'Notebook with owls' },
  { id: 'mug', title: 'Red mug' },
]
const SYNONYMS: Synonyms = [
  ['t-light', 'tealight', 'tea light'],
  ['Notebook', 'notepads', 'jotter'],
  ['alone'],
  ['', 'empty'],
]
const ids = (query: string, synonyms?: Synonyms) =>
  createProductSearch(ITEMS, synonyms)
    .find(query)
    .map((hit) => hit.id)

describe('synonyms', () => {
  it('otherWordings gives each alternative wording once, for singular, plural and phrases', () => {
    const folded = foldSynonyms(SYNONYMS)
    expect(otherWordings(['red', 'tealights'], folded)).toEqual([
      ['red', 't', 'light'],
      ['red', 'tea', 'light'],
    ])
    expect(otherWordings(['tea', 'light', 'holder'], folded)[0]).toEqual(['t', 'light', 'holder'])
    expect(otherWordings(['alone'], folded)).toEqual([])
    expect(otherWordings(['empty'], folded)).toEqual([])
    expect(otherWordings(['teapot', 'light'], folded)).toEqual([])
  })

  it('a query with a synonym finds products with the shop’s word, and these products match all words of the query', () => {
    expect(ids('jotter')).toEqual([])
    expect(ids('jotter', SYNONYMS)).toEqual(['pad'])
    const [first] = createProductSearch(ITEMS, SYNONYMS).find('red tealight')
    expect(first).toMatchObject({ id: 'tlight', complete: true })
    expect(first.terms).toEqual(expect.arrayContaining(['red', 'light']))
  })

  it('a single letter in a synonym matches whole words only', () => {
    const found = createProductSearch(
      [...ITEMS, { id: 'tall', title: 'Tall triple light' }],
      SYNONYMS,
    )
    const tall = found.find('tealight light').find((hit) => hit.id === 'tall')
    expect(tall).toMatchObject({ complete: false, terms: ['light'] })
  })

  it('hits by a synonym rank below hits by the shopper’s own words', () => {
    const found = createProductSearch(
      [
        { id: 'asked', title: 'Wallet' },
        { id: 'other', title: 'Purse' },
      ],
      [['wallet', 'purse']],
    )
    expect(found.find('wallet').map((hit) => hit.id)).toEqual(['asked', 'other'])
    expect(found.find('purse').map((hit) => hit.id)).toEqual(['other', 'asked'])
  })

  it('a rewording replaces its phrase, and `#` in it stands for any number', () => {
    const rewordings: Synonyms = [
      { of: 'gift for', as: [''] },
      { of: '# year old', as: ['child'] },
      { of: "mother's day", as: ['mum', 'flower'] },
      { of: 'empty', as: [''] },
    ]
    const folded = foldSynonyms(rewordings)
    expect(reworded(['Gift', 'for', 'a', '5', 'years', 'old', 'girl'], folded)).toEqual([
      ['a', 'child', 'girl'],
    ])
    expect(reworded(['mothers', 'day', 'card'], folded)).toEqual([
      ['mum', 'card'],
      ['flower', 'card'],
    ])
    for (const words of [['empty'], ['five', 'year', 'old'], ['red']])
      expect(reworded(words, folded)).toEqual([words])
  })

  it('a synonym of several words never outranks the shopper’s own word', () => {
    const found = createProductSearch(
      [
        { id: 'own', title: 'Earbuds with a case and a very long title' },
        { id: 'both', title: 'Ear bud' },
      ],
      [['earbuds', 'ear bud']],
    )
    expect(found.find('earbuds').map(({ id }) => id)).toEqual(['own', 'both'])
  })

  it('synonyms change no result of a query that contains no synonym', () => {
    for (const query of ['red', 'candle', 'red mug', 'xyz'])
      expect(createProductSearch(ITEMS, SYNONYMS).find(query)).toEqual(
        createProductSearch(ITEMS).find(query),
      )
  })

  it('a rewording with `alone` applies only if its phrase is the whole query', () => {
    const folded = foldSynonyms([{ of: ['gift', 'present'], as: ['gift box'], alone: true }])
    expect(reworded(['Gifts'], folded)).toEqual([['gift', 'box']])
    expect(reworded(['gift', 'wrap'], folded)).toEqual([['gift', 'wrap']])
  })

  it('a rewording applies to each listed form of a foreign word, and to the parts of a compound', () => {
    const folded = foldSynonyms([
      { of: ['Weihnachten', 'Weihnacht'], as: ['christmas'] },
      { of: ['Baum', 'Bäume'], as: ['tree'] },
      { of: 'Kugel', as: ['bauble', 'ball'] },
      { of: 'tree', as: ['fir'] },
    ])
    expect(reworded(['BÄUME'], folded)).toEqual([['fir']])
    expect(reworded(['Weihnachtsbaumkugel'], folded)).toEqual([
      ['christmas', 'fir', 'bauble'],
      ['christmas', 'fir', 'ball'],
    ])
    for (const word of ['Baumhaus', 'Autobaum', 'Um'])
      expect(reworded([word], folded)).toEqual([[word]])
  })

  it('a misspelt word is corrected to a word that the list rewords', () => {
    const shop = createProductSearch(
      [
        { id: 'tree', title: 'Christmas tree' },
        { id: 'mug', title: 'Mug' },
      ],
      [
        { of: 'Weihnachten', as: ['christmas'] },
        { of: 'Tasse', as: ['mug'] },
      ],
    )
    for (const query of ['Weinachten', 'Weihnahcten'])
      expect(shop.find(query).map(({ id, complete }) => [id, complete])).toEqual([['tree', true]])
    expect(shop.find('Tas')).toEqual([])
  })
})
