/** @module Makes queries from title words of an order's products, and finds their hits. */
import type { Item } from '@nearside/core/catalog/item.ts'
import { createTitleIndex, type FindByTitle } from '@nearside/core/catalog/titleIndex.ts'
import type { Case } from '@nearside/core/features/history.ts'
import { inRandomOrder, type Random } from '@nearside/core/model/random.ts'
import type { SearchHit } from '@nearside/core/search/hit.ts'
import { createProductSearch, type ProductSearch } from '@nearside/core/search/search.ts'
import {
  QUERY_KINDS,
  type QueryKind,
  queryFrom,
  type TitleFrequency,
  titleFrequency,
} from './queries.ts'

/** Maximum number of orders a shopper: further orders of a wholesaler add little information about search. */
export const ORDERS = 3
const ITEMS_PER_ORDER = 5
/** Maximum number of hits: as many as a results page requests. */
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

interface OrderQuery {
  readonly kind: QueryKind
  /** Id of the product whose title the query is from. */
  readonly id: string
  readonly hits: readonly SearchHit[]
}

export function orderQueries(
  shop: SearchShop,
  { targets }: Pick<Case, 'targets'>,
  random: Random,
): OrderQuery[] {
  // A uniform sample of the order's products.
  const some = inRandomOrder(targets, random).slice(0, ITEMS_PER_ORDER)
  const ids = some.map((row) => shop.ids[row])
  return ids.flatMap((id) =>
    QUERY_KINDS.flatMap((kind): OrderQuery[] => {
      const query = queryFrom(shop.titles.get(id) ?? '', kind, shop.frequency, random)
      return query === null ? [] : [{ kind, id, hits: shop.search.find(query, LIMIT) }]
    }),
  )
}
