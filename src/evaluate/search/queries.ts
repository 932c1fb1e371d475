/** @module Makes synthetic queries, also mistyped, from title words of an order's products, and finds their hits. */
import type { Item } from '@nearside/core/catalog/item.ts'
import { createTitleIndex, type FindByTitle } from '@nearside/core/catalog/titleIndex.ts'
import { foldWord, wordsOf } from '@nearside/core/catalog/words.ts'
import type { Case } from '@nearside/core/features/history.ts'
import { inRandomOrder, type Random } from '@nearside/core/model/random.ts'
import type { SearchHit } from '@nearside/core/search/hit.ts'
import { createProductSearch, type ProductSearch } from '@nearside/core/search/search.ts'

/** Ways to make a query from a title: its two rarest words (`narrow`), or a word that other titles share (`broad`). */
export const QUERY_KINDS = ['narrow', 'broad'] as const

type QueryKind = (typeof QUERY_KINDS)[number]

/** Number of products whose title has a word, by folded word. */
type TitleFrequency = ReadonlyMap<string, number>

export function titleFrequency(items: readonly Item[]): TitleFrequency {
  const counts = new Map<string, number>()
  for (const { title = '' } of items) {
    for (const word of new Set(wordsOf(title).map(({ text }) => foldWord(text))))
      counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  return counts
}

/** Makes a query of words of the title; null if the title has no fitting word. */
export function queryFrom(
  title: string,
  kind: QueryKind,
  frequency: TitleFrequency,
  random: Random,
): string | null {
  const count = (word: string) => frequency.get(foldWord(word)) ?? 0
  // Shoppers rarely search for numbers and short words: sizes, "of", "in".
  const words = [...new Set(wordsOf(title).map(({ text }) => text.toLowerCase()))].filter(
    (word) => word.length > 2 && /\p{L}/u.test(word),
  )
  if (kind === 'narrow') {
    const rarest = [...words].sort((a, b) => count(a) - count(b)).slice(0, 2)
    return rarest.length > 0 ? rarest.join(' ') : null
  }
  const shared = words.filter((word) => count(word) > 1)
  return shared.length > 0 ? shared[random.integer(shared.length)] : null
}

/**
 * Removes, changes or adds a letter in the query's longest word, but never the first letter, which people rarely
 * mistype. Null if no word has four letters.
 */
export function mistype(query: string, random: Random): string | null {
  const [longest] = wordsOf(query).sort((a, b) => b.text.length - a.text.length)
  if (!longest || longest.text.length < 4) return null
  const at = longest.from + 1 + random.integer(longest.text.length - 1)
  const others = [...'abcdefghijklmnopqrstuvwxyz'].filter((letter) => letter !== query[at])
  const letter = others[random.integer(others.length)]
  const kind = random.integer(3)
  const typed = kind === 0 ? '' : kind === 1 ? letter : letter + query[at]
  return query.slice(0, at) + typed + query.slice(at + 1)
}

/** Maximum number of orders per shopper; a wholesaler's further orders add little information. */
export const ORDERS = 3
const ITEMS_PER_ORDER = 5
/** Maximum number of hits, as on a results page. */
export const LIMIT = 500

export interface SearchShop {
  readonly search: ProductSearch
  readonly find: FindByTitle
  readonly frequency: TitleFrequency
  readonly titles: ReadonlyMap<string, string>
  /** Ids of the model's rows, and rows by id. */
  readonly ids: readonly string[]
  readonly rows: ReadonlyMap<string, number>
}

export function searchShop(items: readonly Item[], ids: readonly string[]): SearchShop {
  return {
    search: createProductSearch(items),
    find: createTitleIndex(items),
    frequency: titleFrequency(items),
    titles: new Map(items.map(({ id, title }) => [id, title ?? ''])),
    ids,
    rows: new Map(ids.map((id, row) => [id, row])),
  }
}

export interface OrderQuery {
  readonly kind: QueryKind | 'typed'
  readonly hits: readonly SearchHit[]
  /** Ids of the purchased products that the query is about. */
  readonly bought: readonly string[]
}

export function orderQueries(
  shop: SearchShop,
  { targets }: Pick<Case, 'targets'>,
  random: Random,
): OrderQuery[] {
  const some = inRandomOrder(targets, random).slice(0, ITEMS_PER_ORDER)
  return some.flatMap((row) =>
    QUERY_KINDS.flatMap((kind): OrderQuery[] => {
      const id = shop.ids[row]
      const query = queryFrom(shop.titles.get(id) ?? '', kind, shop.frequency, random)
      return query === null ? [] : [{ kind, hits: shop.search.find(query, LIMIT), bought: [id] }]
    }),
  )
}
