import type { Item } from '@nearside/core/catalog/item.ts'
import { DAY } from '@nearside/core/time.ts'
import { START, type TestShop, testModel, testShop, UNTIL } from '@nearside/evaluate/testShop.ts'
import { describe, expect, it } from 'vitest'
import { OutOfFoldStatistics } from '../ranker/outOfFold.ts'
import type { ShopSearch } from '../shop/shop.ts'
import { learnTolerance } from './learnTolerance.ts'

const MINUTE = 60_000
const KINDS = ['lamp', 'kettle', 'blanket', 'notebook', 'umbrella']

/** Five kinds with six products each; half the titles of a kind are two words longer. */
const ITEMS: readonly Item[] = KINDS.flatMap((kind, k) =>
  Array.from({ length: 6 }, (_, i) => ({
    id: `${k}${i}`,
    title: `${['Red', 'Blue', 'White'][i % 3]} ${kind}${i < 3 ? ' of tin' : ''}`,
  })),
)

const shop: TestShop = { ...testShop(120, ITEMS.length), items: ITEMS }

/** A minute before each order, its shopper searches for the kind of every product that `isAsked` selects. */
function searchesFor(isAsked: (item: number) => boolean, shoppers = shop.shoppers): ShopSearch[] {
  return shoppers
    .flatMap(({ id, interactions }) =>
      interactions
        .filter(({ item }) => isAsked(item))
        .map(({ item, time, session }) => ({
          shopper: id,
          query: KINDS[Math.floor(item / 6)],
          time: time - MINUTE,
          session,
        })),
    )
    .sort((a, b) => a.time - b.time)
}

function learn(searches: readonly ShopSearch[] | undefined) {
  const statistics = new OutOfFoldStatistics(ITEMS, shop.shoppers, {
    from: START,
    until: UNTIL + 60 * DAY,
  })
  const from = START + 20 * DAY
  return learnTolerance(
    testModel(shop),
    { items: ITEMS, searches },
    shop.shoppers,
    statistics,
    from,
  )
}

describe('the search tolerance', () => {
  it('the search tolerance is 0 without searches', () => {
    expect(learn(undefined)).toEqual({ tolerance: 0, metrics: {} })
  })

  it('the search tolerance (how much less relevant a preferred hit can be) grows if shoppers buy their favourites, even those that long titles make less relevant', () => {
    const { tolerance, metrics } = learn(searchesFor(() => true))
    expect(tolerance).toBeGreaterThan(0)
    expect(metrics.searchesAnswered).toBeGreaterThan(100)
  })

  it('the search tolerance stays 0 if shoppers buy the most relevant item', () => {
    // Shoppers buy only products with short titles after a search, and relevance alone ranks these products first.
    expect(learn(searchesFor((item) => item % 6 >= 3)).tolerance).toBe(0)
  })

  it('the search tolerance stays 0 if there are too few shoppers', () => {
    const few = searchesFor(() => true, shop.shoppers.slice(0, 25))
    const { tolerance, metrics } = learn(few)
    expect(metrics.searchesAnswered).toBeGreaterThan(25)
    expect(tolerance).toBe(0)
  })
})
