import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Item } from '../catalog/item.ts'
import { foldWord, wordsOf } from '../catalog/words.ts'
import { blend } from './blend.ts'
import { highlight } from './highlight.ts'
import type { SearchHit } from './hit.ts'
import { takePrice } from './price.ts'
import { createProductSearch, prepareProductSearch } from './search.ts'

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
  it('`find` matches words, prefixes, typing errors, plurals, accents, categories, brands and ids', () => {
    expect(ids('heart')).toEqual(expect.arrayContaining(['85123A', '22457']))
    expect(ids('cakest')).toContain('22423')
    expect(ids('ornement')[0]).toBe('84879')
    expect(ids('hearts')).toEqual(ids('heart'))
    expect(ids('cafe')[0]).toBe('21080')
    expect(ids('kitchen')).toEqual(expect.arrayContaining(['22423', '22720']))
    expect(ids('boxford')).toEqual(['15056'])
    expect(ids('85123a')[0]).toBe('85123A')
  })

  it('a price in the query is compared with the current price, during a sale and after it', () => {
    const sale = { price: 4, until: '2026-06-30' }
    const sold = createProductSearch([{ id: 'a', title: 'Mug', price: 10, sale }])
    const found = (day: string) => sold.find('mug under £5', 9, Date.parse(day)).length
    expect([found('2026-06-30'), found('2026-07-01')]).toEqual([1, 0])
  })

  it('`find` matches a word even if two of its letters are swapped', () => {
    expect(ids('parsaol')).toEqual(['15056'])
    expect(ids('chalkbaord heart')[0]).toBe('22457')
    expect(ids('Parsaol')).toEqual(ids('parasol'))
    expect(search.find('parsaol')[0].terms).toEqual(['parasol'])
    expect(ids('xqzwv')).toEqual([])
  })

  it('`find` accepts two typing errors only in a query of one long word', () => {
    const shop = createProductSearch([
      { id: 'retro', title: 'Retro clock' },
      { id: 'lantern', title: 'Lantern' },
    ])
    const found = (query: string) => shop.find(query).map(({ id }) => id)
    expect(found('returns')).toEqual([])
    expect(found('rettro')).toEqual(['retro'])
    expect(found('lenturn')).toEqual(['lantern'])
  })

  it('`find` marks a hit whose spelling is only similar to the query’s, and puts it before hits by synonyms', () => {
    const titles = ['Candle holder', 'Votive holder', 'Save the planet mug', 'Las Vegas bracelet']
    const shop = createProductSearch(
      titles.map((title, at) => ({ id: `p${at}`, title })),
      [['candle holder', 'votive']],
    )
    const found = (query: string) =>
      shop.find(query).map(({ id, respelt = false }) => [id, respelt])
    expect(found('candle holder')[0]).toEqual(['p0', false])
    expect(found('candel holder').slice(0, 2)).toEqual([
      ['p0', true],
      ['p1', true],
    ])
    for (const [query, id] of [
      ['sale', 'p2'],
      ['vegan', 'p3'],
    ])
      expect(found(query)).toEqual([[id, true]])
    for (const query of ['mug', 'vega', 'bracelets', 'votive'])
      expect(found(query)[0][1]).toBe(false)
  })

  it('`find` corrects a misspelt word to the shop’s spelling and also searches the word’s synonyms', () => {
    const titles = ['Black candelabra holder', 'Glass candle holder', 'Jewel drawer', 'Trinket box']
    const shop = createProductSearch(
      titles.map((title) => ({ id: title, title })),
      [['jewel box', 'trinket box']],
    )
    const found = (query: string) => shop.find(query).map(({ id }) => id)
    expect(found('candel holder')[0]).toBe('Glass candle holder')
    expect(found('candel')).toContain('Black candelabra holder')
    expect(found('jewwel box')).toEqual(found('jewel box'))
    expect(found('jewwel box')[0]).toBe('Trinket box')
  })

  it('`find` returns hits by similar words only if there are few exact hits', () => {
    const coats = Array.from({ length: 12 }, (_, k) => ({ id: `${k}`, title: `Coat hook ${k}` }))
    const cat = { id: 'cat', title: 'Cat', category: 'Hooks' }
    const found = (items: readonly Item[]) =>
      createProductSearch([...items, cat])
        .find('coat hook')
        .map(({ id, complete }) => [id, complete])
    expect(found(coats).map(([id]) => id)).not.toContain('cat')
    expect(found(coats.slice(0, 2)).at(-1)).toEqual(['cat', false])
  })

  it('`find` ranks hits for all words of the query above hits for some of the words', () => {
    const hits = search.find('heart chalkboard')
    expect(hits[0]).toMatchObject({ id: '22457', complete: true })
    expect(hits.map((hit) => hit.complete)).toEqual(
      [...hits.map((hit) => hit.complete)].sort().reverse(),
    )
    expect(hits.some((hit) => !hit.complete)).toBe(true)
  })

  it('`find` also searches descriptions, and ranks their hits behind hits in titles', () => {
    const found = createProductSearch([
      { id: 'told', title: 'Wooden box', description: 'Holds a teapot and cups' },
      { id: 'named', title: 'Teapot' },
    ])
    expect(found.find('teapot').map((hit) => hit.id)).toEqual(['named', 'told'])
    expect(found.suggest('teap')).toEqual(['teapot'])
  })

  it('`find` ranks the exact word above longer words and similar words', () => {
    const found = createProductSearch([
      { id: 'longer', title: 'Fantail fantail fantail' },
      { id: 'similar', title: 'Hearth hearth hearth' },
      { id: 'itself', title: 'A fan with a very long title for a small heart of glass' },
    ])
    expect(found.find('fan')[0].id).toBe('itself')
    expect(found.find('heart')[0].id).toBe('itself')
  })

  it('`find` leaves out hits for some of the words if enough hits have all words', () => {
    const many = Array.from({ length: 12 }, (_, i) => ({ id: `both${i}`, title: `Red lamp ${i}` }))
    const some = { id: 'some', title: 'Red rug' }
    const found = (items: readonly Item[]) =>
      createProductSearch(items)
        .find('red lamp')
        .map((hit) => hit.id)
    expect(found([...many, some])).not.toContain('some')
    expect(found([...many.slice(1), some])).toContain('some')
  })

  it('`find` returns nothing for queries that are empty, mere punctuation or unknown, and respects the limit', () => {
    for (const query of ['', '   ', '!?', 'zzzzqq']) expect(search.find(query)).toEqual([])
    expect(search.find('heart', 1)).toHaveLength(1)
  })

  it('a search accepts items without texts, and ignores items with a repeated id', () => {
    const odd = createProductSearch([
      { id: 'a' },
      { id: 'a', title: 'Lamp' },
      { id: 'b', title: 'Lamp' },
    ])
    expect(odd.find('lamp').map((hit) => hit.id)).toEqual(['b'])
  })

  it('`find` returns each id at most once for any query, and neither `find` nor `suggest` throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (query) => {
        const found = ids(query)
        expect(new Set(found).size).toBe(found.length)
        search.suggest(query)
      }),
    )
  })
})

describe('typed queries', () => {
  const shop = createProductSearch([
    { id: '20682', title: "Children's umbrella", price: 3.25 },
    { id: '22423', title: 'Birthday cakestand', price: 12.75 },
    { id: '22424', title: 'Birthday card', price: 0.42, available: false },
    { id: '21558', title: 'Lunch box with cutlery', price: 2.95 },
    { id: '50s', title: "Wrap 50's Christmas" },
    { id: '85123A', title: "Mum's kitchen clock", price: 4.95 },
  ])
  const found = (query: string) => shop.find(query).map(({ id }) => id)

  it('possessives, and compounds that are typed as one word or as two, find the item', () => {
    for (const query of ["children's", 'children’s', 'childrens', 'child', 'CHILDREN'])
      expect(found(query)).toEqual(['20682'])
    expect(found('mums clock')[0]).toBe('85123A')
    expect(shop.find("children's birthday")[0].terms).not.toContain('s')
    expect(highlight("Wrap 50's", shop.find("50's")[0].terms)[1]).toEqual({
      text: "50's",
      hit: true,
    })
    expect(found('lunchbox')).toEqual(['21558'])
    expect(shop.find('lunchbox')[0]).toMatchObject({ complete: true, terms: ['lunch', 'box'] })
    expect(shop.find('cake stand')[0]).toMatchObject({ id: '22423', complete: true })
  })

  it('singular and plural forms fold to the same word', () => {
    const same = ['child', 'children', 'childrens', "children's"]
    const pairs = 'knife knives, leaf leaves, shelf shelves, scarf scarves, mouse mice, box boxes'
    for (const forms of [
      ...pairs.split(', ').map((pair) => pair.split(' ')),
      same,
      ["50's", '50s'],
    ])
      expect(new Set(forms.map(foldWord)).size, String(forms)).toBe(1)
  })

  it('a product’s price is not compared with the query’s price if its currency differs from that of most items', () => {
    const mixed = [1, 2, 3].map((price) => ({
      id: `${price}`,
      title: 'Mug',
      price,
      currency: 'GBP',
    }))
    const foreign = { id: 'yen', title: 'Mug', price: 2, currency: 'JPY' }
    const { find } = createProductSearch([foreign, ...mixed])
    expect(find('mug under £2.50').map(({ id }) => id)).toEqual(['1', '2'])
    expect(find('mug')).toHaveLength(4)
  })

  it('a price in the query limits the hits, whether or not the query has other words', () => {
    expect(found('under £4.95')).toEqual(['20682', '21558', '22424'])
    expect(found('up to £4.95')).toEqual(['20682', '21558', '85123A', '22424'])
    expect(found('£2.95')).toEqual(['21558'])
    expect(found('£4 - £13')).toEqual(['22423', '85123A'])
    expect(found('birthday over 5')).toEqual(['22423'])
    expect(found('cakestand under £1,000')).toEqual(['22423'])
    expect(found('over £1,000.50')).toEqual([])
    expect(found('umbrella under £3')).toEqual([])
    expect(takePrice('toy under 5 years')).toBeNull()
    for (const words of ['mug under 3 pounds', 'under 3 quid mug', 'mug under 3'])
      expect(takePrice(words)?.rest.trim()).toBe('mug')
    expect(takePrice('umbrella between £3 and £5')?.rest.trim()).toBe('umbrella')
    expect(shop.find('under £5').map(({ complete }) => complete)).not.toContain(false)
  })

  it('an amount in a query can be in words, in pence or a bare decimal, in English and German', () => {
    for (const query of [
      'under a fiver',
      'under 500p',
      'unter 5 £',
      'unter 5 Pfund',
      'UNTER 5 EURO',
    ])
      expect(found(query), query).toEqual(['20682', '21558', '85123A', '22424'])
    for (const query of ['2.95', '2,95', '£2.95', '2.95 £', '295p'])
      expect(found(query), query).toEqual(['21558'])
    expect(found('42p')).toEqual(['22424'])
    expect(found('£4.95 or less')).toEqual(found('up to £4.95'))
    expect(found('bis 4,95 £')).toEqual(found('up to £4.95'))
    expect(found('über 5 £')).toEqual(['22423'])
    for (const query of ['at least £4.95', '£4.95 or more', 'ab 4,95 €', 'mindestens 4,95 £'])
      expect(found(query), query).toEqual(found('£4.95 - £1,000'))
    expect(found('ab 4,95 £')).toContain('85123A')
    expect(takePrice('zwischen 3 £ und 5 £ Tasse')?.rest.trim()).toBe('Tasse')
    for (const query of ['cheapskate', 'A5', 'lunch for 5', '50s', 'about cats', '3 pears', 'um'])
      expect(takePrice(query), query).toBeNull()
  })

  it('hits are sorted by the distance from the query’s price; the personal ranking does not change that', () => {
    const mugs = createProductSearch([
      { id: 'dear', title: 'Red mug', price: 9 },
      { id: 'cheap', title: 'Blue mug of a longer name', price: 1 },
      { id: 'middle', title: 'Mug', price: 4.9 },
      { id: 'sold', title: 'Mug', price: 0.5, available: false },
      { id: 'none', title: 'Mug' },
      { id: 'other', title: 'Beaker', price: 0.2 },
    ])
    const ids = (query: string) => mugs.find(query).map(({ id }) => id)
    expect(ids('cheap mugs')).toEqual(['cheap', 'middle', 'dear', 'sold'])
    expect(ids('billige mugs')).toEqual(ids('cheapest mug'))
    expect(ids('expensive mug')).toEqual(['dear', 'middle', 'cheap', 'sold'])
    expect(ids('mug for a fiver')).toEqual(['middle', 'cheap', 'sold'])
    expect(ids('something for a fiver').slice(0, 2)).toEqual(['middle', 'cheap'])
    expect(ids('mug around £5')).toEqual(['middle'])
    const liked = ['dear', 'middle', 'cheap']
    expect(blend(mugs.find('cheap mugs'), liked).map(({ id }) => id)).toEqual(ids('cheap mugs'))
  })

  it('`find` leaves out products that the query excludes, such as “without hearts”', () => {
    const titles = ['Pink mug', 'Red mug', 'Pink heart mug', 'Forget me not mug', 'Rose mug']
    const shop = createProductSearch(
      titles.map((title) => ({ id: title, title })),
      [['pink', 'rose'], { of: 'Herz', as: ['heart'] }],
    )
    const ids = (query: string) => shop.find(query).map(({ id }) => id)
    for (const query of [
      'mug not pink',
      'mug but not pink',
      'mugs except any pink',
      'not pink mug',
    ])
      expect(ids(query).sort(), query).toEqual(['Forget me not mug', 'Red mug'])
    expect(ids('mug ohne Herz')).not.toContain('Pink heart mug')
    expect(ids('mug without red, hearts or rose')).toEqual(['Forget me not mug'])
    expect(ids('forget me not mug')[0]).toBe('Forget me not mug')
    expect(ids('mug without')).toHaveLength(5)
    expect(ids('not pink')).toEqual([])
  })

  it('`find` returns nothing for several words if the shop has none of them', () => {
    const trees = createProductSearch([
      { id: 'tree', title: 'Christmas tree' },
      { id: 'table', title: 'Side table' },
    ])
    for (const query of ['gluten free', 'dishwasher tablets']) expect(trees.find(query)).toEqual([])
    expect(trees.find('christmsa tree').map(({ id }) => id)).toEqual(['tree'])
  })

  it('a query of item codes finds exactly the items with these codes', () => {
    expect(found('22423')).toEqual(['22423'])
    expect(found('#85123a, 22423')).toEqual(['85123A', '22423'])
    // A code with a wrong digit or two swapped digits finds nothing, because it could mean another product.
    for (const code of ['22425', '22432']) expect(found(code)).toEqual([])
  })

  it('an id without a digit is searched as a word; if two ids differ only in case, a query finds the exact one', () => {
    const lamp = { id: 'lamp', title: 'Desk lamp' }
    const shop = createProductSearch([
      lamp,
      { id: '1a', title: 'Wall lamp', price: 5 },
      { id: '1A', title: 'Floor lamp', price: 50, available: false },
    ])
    const found = (query: string) => shop.find(query).map(({ id }) => id)
    expect(found('lamp')).toHaveLength(3)
    expect(found('lamp £5')).toEqual(['1a'])
    expect([found('1a'), found('1A')]).toEqual([['1a'], ['1A']])
    expect(shop.find('wall')[0]).not.toHaveProperty('soldOut')
  })

  it('filler words of a query, such as “for the”, are ignored', () => {
    expect(shop.find('a clock for the kitchen')[0]).toMatchObject({ id: '85123A', complete: true })
    expect(found('for the')).toEqual([])
  })

  it('of two equally relevant hits, the sold-out hit comes last, whatever the personal ranking is', () => {
    const hits = shop.find('birthday')
    expect(hits.map(({ id }) => id)).toEqual(['22423', '22424'])
    expect(hits[0].relevance).toBe(hits[1].relevance)
    expect(blend(hits, ['22424', '22423'])).toEqual(hits)
  })

  it('a sold-out product that matches all words comes after available products that match all words or, if there are none, after all available products', () => {
    const titles = ['Green cushion', 'Blue cushion', 'Green mug', 'Green cushion cover']
    const order = (...sold: number[]) =>
      createProductSearch(
        titles.map((title, k) => ({ id: `${k}`, title, available: !sold.includes(k) })),
      )
        .find('green cushion')
        .map(({ id }) => id)
    const [first, second] = order()
    expect([first, second]).toEqual(['0', '3'])
    expect(order(0).slice(0, 2)).toEqual(['3', '0'])
    expect(order(0, 3).slice(2)).toEqual(['0', '3'])
    expect(order(0, 3, 1, 2).slice(0, 2)).toEqual(['0', '3'])
  })

  it('if no item has the query’s word, the most similar words are found', () => {
    expect(shop.find('umbralle')).not.toEqual([])
    expect(shop.find('brthdey').map(({ complete }) => complete)).toEqual([false, false])
    expect(found('xqzwvk')).toEqual([])
  })
})

describe('suggest', () => {
  it('`suggest` completes the last word in the shop’s spelling', () => {
    expect(search.suggest('cak')).toContain('cakestand')
    expect(search.suggest('heart chalk')[0]).toBe('heart chalkboard')
    expect(search.suggest('napk')).toEqual(['napkins'])
    const candles = createProductSearch([
      { id: 'a', title: 'Candlestick candle' },
      { id: 'b', title: 'Handle of a candle' },
    ])
    expect(candles.suggest('candl')).toEqual(['candle', 'candlestick'])
    expect(candles.suggest('cendle')).toEqual(['candle'])
    expect(candles.suggest('')).toEqual([])
  })

  it('`suggest` sorts completions by the demand for their products, never by the rarity of the word', () => {
    const canon = Array.from({ length: 30 }, (_, k) => ({ id: `${k}`, title: `Canon lens ${k}` }))
    const rare = { id: 'rare', title: 'Candylocks candle holder' }
    expect(createProductSearch([...canon, rare]).suggest('can')[0]).toBe('canon')
    const [first, ...others] = canon
    expect(createProductSearch([rare, ...others.slice(-1), first]).suggest('can')[0]).toMatch(
      /^cand/,
    )
    expect(createProductSearch([...canon, rare]).suggest('lens can')).toEqual(['lens canon'])
  })

  it('`suggest` completes words of another language if the list of synonyms rewords them', () => {
    const shop = createProductSearch(
      [
        { id: 'a', title: 'Red mug' },
        { id: 'b', title: 'Tassel' },
        { id: 'c', title: 'Blue mug' },
      ],
      [
        { of: ['Tasse', 'Tassen'], as: ['mug', 'cup'] },
        { of: 'Taschenlampe', as: ['torch'] },
      ],
    )
    expect(shop.suggest('tas')).toEqual(['tasse', 'tassel'])
    expect(shop.suggest('Tassen')).toEqual(['tassen'])
  })
})

describe('blend', () => {
  // Relevances are multiples of 1/7, so that many hits tie, and none ties by rounding alone.
  const hit = fc.record({
    id: fc.uuid(),
    relevance: fc.integer({ min: 1, max: 40 }).map((n) => n / 7),
    complete: fc.boolean(),
    terms: fc.constant([]),
  })
  const result = fc
    .uniqueArray(hit, { selector: (entry) => entry.id, maxLength: 30 })
    .map((hits) =>
      hits.sort((a, b) => Number(b.complete) - Number(a.complete) || b.relevance - a.relevance),
    )
  const liked = result.chain((hits) => fc.tuple(fc.constant(hits), fc.shuffledSubarray(hits)))

  it('without a tolerance, `blend` reorders only hits of equal relevance, whatever the personal ranking is', () => {
    fc.assert(
      fc.property(liked, ([hits, order]) => {
        const blended = blend(
          hits,
          order.map(({ id }) => id),
        )
        expect(new Set(blended)).toEqual(new Set(hits))
        expect(blended.map(({ complete, relevance }) => [complete, relevance])).toEqual(
          hits.map(({ complete, relevance }) => [complete, relevance]),
        )
      }),
    )
  })

  it('with a tolerance, `blend` lets no hit overtake a hit that is clearly more relevant', () => {
    const tolerance = fc.double({ min: 0, max: 0.9, noNaN: true })
    fc.assert(
      fc.property(liked, tolerance, ([hits, order], width) => {
        const blended = blend(
          hits,
          order.map(({ id }) => id),
          width,
        )
        expect(new Set(blended)).toEqual(new Set(hits))
        expect(blended).toHaveLength(hits.length)
        blended.forEach((later, place) => {
          for (const earlier of blended.slice(0, place)) {
            expect(Number(later.complete)).toBeLessThanOrEqual(Number(earlier.complete))
            if (later.complete !== earlier.complete) continue
            expect(later.relevance * (1 - width)).toBeLessThanOrEqual(
              earlier.relevance * (1 + 2e-9),
            )
          }
        })
      }),
    )
  })

  const hits = (...relevances: number[]): SearchHit[] =>
    relevances.map((relevance, i) => ({ id: 'abcdef'[i], relevance, complete: true, terms: [] }))
  const ids = (found: readonly SearchHit[]) => found.map(({ id }) => id).join('')

  it('`blend` sorts hits of equal relevance by the personal ranking, and other hits by relevance', () => {
    const found = hits(9, 5, 5 * (1 - 1e-12), 5, 4.99)
    expect(ids(blend(found, ['e', 'd', 'b', 'a']))).toBe('adbce')
    expect(ids(blend(found, ['e', 'd', 'b', 'a'], 0.01))).toBe('aedbc')
    expect(ids(blend([...hits(5), { ...hits(5, 5)[1], complete: false }], ['b', 'a']))).toBe('ab')
  })
})

/** Edit distance: the minimum number of letters to insert, delete or replace. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + Number(a[i - 1] !== b[j - 1])))
    row = next
  }
  return row[b.length]
}

describe('highlight', () => {
  it('`highlight` marks only words that begin with a query word, or with a query word that has one typing error', () => {
    const word = fc.constantFrom(...ITEMS.flatMap(({ title = '' }) => title.split(' ')))
    const typed = fc
      .tuple(word, fc.nat(), fc.constantFrom('', 'e', 'x'))
      .map(([text, at, letter]) => {
        const place = at % (text.length + 1)
        return text.slice(0, place) + letter + text.slice(place + 1)
      })
    fc.assert(
      fc.property(fc.array(fc.oneof(word, typed), { minLength: 1, maxLength: 3 }), (words) => {
        const asked = wordsOf(words.join(' ')).map(({ text }) => foldWord(text))
        for (const { id, terms, complete } of search.find(words.join(' '))) {
          const slips = complete ? 0.2 : 0.34
          const title = ITEMS.find((item) => item.id === id)?.title ?? ''
          for (const piece of highlight(title, terms)) {
            if (!piece.hit) continue
            const shown = foldWord(piece.text)
            // A misspelt word is also searched as the shop spells it. The shop's spelling can also begin longer words.
            const beginnings = [...shown].map((_, at) => shown.slice(0, at + 1))
            const near = (query: string) =>
              shown.startsWith(query) ||
              (query.length >= 4 &&
                beginnings.some(
                  (one) => editDistance(one, query) <= Math.round(query.length * slips),
                ))
            expect(asked.some(near), `${shown} for ${words.join(' ')}`).toBe(true)
          }
        }
      }),
    )
  })

  it('`highlight` marks the matched words and keeps every letter of the text', () => {
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

describe('prepareProductSearch', () => {
  it('prepareProductSearch builds the same search as createProductSearch, in slices with pauses', async () => {
    const many = Array.from({ length: 60 }, (_, i) => ({ id: `m${i}`, title: `Blue jug ${i}` }))
    let pauses = 0
    const prepared = await prepareProductSearch([...ITEMS, ...many, ...ITEMS], [], async () => {
      pauses++
    })
    expect(pauses).toBe(3)
    const whole = createProductSearch([...ITEMS, ...many])
    for (const query of ['heart', 'jug 7', 'cakest', 'parsaol'])
      expect(prepared.find(query)).toEqual(whole.find(query))
    expect(prepared.suggest('hear')).toEqual(whole.suggest('hear'))
  })

  it('prepareProductSearch lets other tasks run between the slices, even without `nextTask`', async () => {
    const many = Array.from({ length: 250 }, (_, i) => ({ id: `m${i}`, title: `Blue jug ${i}` }))
    let turns = 0
    let preparing = true
    const turning = (async () => {
      for (; preparing; turns++) await new Promise(setImmediate)
    })()
    const prepared = await prepareProductSearch(many)
    preparing = false
    await turning
    expect(turns).toBeGreaterThanOrEqual(10)
    expect(prepared.find('jug 7')[0].id).toBe('m7')
  })
})
