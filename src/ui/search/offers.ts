/**
 * @module Suggestions ("offers" in the code) of the search box: if it is empty, this shopper's recent searches and the
 * categories; otherwise searches, categories and products that match its text.
 */

import type { Words } from '@nearside/browser/page/words.ts'
import type { Item } from '@nearside/core/catalog/item.ts'
import { categoriesBegun } from '@nearside/core/search/categoriesBegun.ts'
import { highlight } from '@nearside/core/search/highlight.ts'
import type { AskSearch } from '@nearside/core/search/searchAmong.ts'
import type { SearchKey } from '../messages/search.ts'

export interface Offer {
  /** Address; unique among the suggestions. */
  readonly href: string
  readonly text: string
  readonly item?: Item
}

export interface Offers {
  /** Note, which can't be chosen; empty if there is no note. */
  readonly note: string
  readonly groups: readonly { readonly title: string; readonly offers: readonly Offer[] }[]
}

export interface Offered {
  readonly itemOf: (id: string) => Item | undefined
  /** Categories, most important first. */
  readonly categories: readonly string[]
  readonly linkTo: (item: Item) => string
  readonly linkToSearch: (query: string) => string
  readonly linkToCategory: (category: string) => string
  readonly categoryText: (category: string) => string
  readonly words: Words<SearchKey>
}

export const SEARCHES = 5
const CATEGORIES = 6
const CATEGORIES_TYPED = 3
const PRODUCTS = 5
/** Maximum number of completions of the typed text for which products are searched. */
const MEANINGS = 2
/** Number of hits to request. These hits contain at least five families of variants, unless a family is very large. */
const FOUND = 30

const searchOffer = ({ linkToSearch }: Offered, text: string): Offer => ({
  href: linkToSearch(text),
  text,
})

const categoryOffers = (shop: Offered, categories: readonly string[]): readonly Offer[] =>
  categories.map((name) => ({ href: shop.linkToCategory(name), text: shop.categoryText(name) }))

/** Suggestions while nothing is typed. @param searches the shopper's last searches */
export function offersBefore(shop: Offered, searches: readonly string[]): Offers {
  const { categories, words } = shop
  return {
    note: '',
    groups: [
      { title: words('recent'), offers: searches.map((text) => searchOffer(shop, text)) },
      { title: words('browse'), offers: categoryOffers(shop, categories.slice(0, CATEGORIES)) },
    ],
  }
}

/**
 * Suggestions for a text. The search for products first completes the last word, because "kitch" itself is nearer to
 * "witch" than to "kitchen". If no product has all words, the suggestions are searches made from the nearest products.
 */
export async function offersFor(query: string, shop: Offered, search: AskSearch): Promise<Offers> {
  const { itemOf, categories, categoryText, linkTo, words } = shop
  const asked = query.toLowerCase()
  const { suggestions: texts } = await search({ query, limit: 0, suggestions: SEARCHES })
  const begin = texts.includes(asked) ? [] : texts.filter((text) => text.startsWith(asked))
  const meanings = begin.length > 0 ? begin.slice(0, MEANINGS) : [query]
  const answers = await Promise.all(
    meanings.map((text) => search({ query: text, limit: FOUND, suggestions: SEARCHES })),
  )
  const hits = answers.flatMap((answer) => answer.hits)
  const whole = hits[0]?.complete ?? false
  const items = hits.flatMap(({ id }) => itemOf(id) ?? [])
  const near = hits.map(({ id, terms }) => {
    const pieces = highlight(itemOf(id)?.title ?? '', terms).filter(({ hit }) => hit)
    return pieces.map(({ text }) => text.toLowerCase()).join(' ')
  })
  const other = answers.flatMap((answer) => answer.suggestions)
  const searches = [...new Set(whole ? texts : hits.length > 0 ? near : other)]
    .filter((text) => text !== asked && text !== '')
    .slice(0, SEARCHES)
  const begun = categoriesBegun(categories, query, categoryText).slice(0, CATEGORIES_TYPED)
  const first = hits.length === 0 ? categories.slice(0, CATEGORIES) : []
  const others = first.filter((one) => !begun.includes(one))
  return {
    note: hits.length === 0 ? words('nothing', { query }) : whole ? '' : words('partly', { query }),
    groups: [
      {
        title: whole ? words('suggestions') : words('meant'),
        offers: searches.map((text) => searchOffer(shop, text)),
      },
      { title: words('categories'), offers: categoryOffers(shop, begun) },
      {
        title: words('products'),
        offers: oneOfEach(items)
          .slice(0, PRODUCTS)
          .map((item) => ({ href: linkTo(item), text: item.title ?? item.id, item })),
      },
      { title: words('browse'), offers: categoryOffers(shop, others) },
    ],
  }
}

/** Items with only one variant per family: the one that matches best. */
function oneOfEach(items: readonly Item[]): readonly Item[] {
  const seen = new Set<string>()
  return items.filter(({ id, groupId = id }) => !seen.has(groupId) && seen.add(groupId))
}
