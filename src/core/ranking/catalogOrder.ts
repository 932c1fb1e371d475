/** @module Makes lists in the catalog's order, without model or worker. */
import type { Item } from '../catalog/item.ts'
import type { ListOptions, ListQuery, Recommendation } from './apiLists.ts'
import { limitOf } from './listQuery.ts'

export interface CatalogOrder {
  readonly ids: readonly string[]
  /** Category of each id in `ids`; '' for none. */
  readonly categories: readonly string[]
}

export const EMPTY_ORDER: CatalogOrder = { ids: [], categories: [] }

/** Order of the items that lists may show. Skips missing and repeated ids, because a page's items aren't validated. */
export function orderOf(
  items: readonly (Pick<Item, 'id' | 'category' | 'available'> | null)[],
): CatalogOrder {
  const categories = new Map<string, string>()
  for (const item of items) {
    const id = String(item?.id ?? '')
    if (id && item?.available !== false && !categories.has(id))
      categories.set(id, item?.category ?? '')
  }
  return { ids: [...categories.keys()], categories: [...categories.values()] }
}

/** Makes a list for a page where no recommender runs. */
export function listWithoutModel(order: CatalogOrder, query: ListQuery): Recommendation[] {
  const { from, dearer }: ListOptions = query.options ?? {}
  if (from || dearer) return []
  return inShopOrder(idsWithoutModel(order, query).slice(0, limitOf(query)))
}

/** Ids that `listWithoutModel` would list without a limit. */
export function idsWithoutModel(
  { ids, categories }: CatalogOrder,
  query: ListQuery,
): readonly string[] {
  if (query.kind === 'rerank') return [...new Set(query.items)]
  if (query.kind === 'boughtTogether') return []
  let { category } = query.options ?? {}
  const excluded = new Set(query.options?.excludeIds)
  if (query.kind === 'similar') {
    const own = categories[ids.indexOf(query.item)]
    if (!own) return []
    category ??= own
    excluded.add(query.item)
  }
  return ids.filter(
    (id, at) => !excluded.has(id) && (category === undefined || categories[at] === category),
  )
}

export function inShopOrder(ids: readonly string[]): Recommendation[] {
  return ids.map((id, i) => ({
    id,
    score: 1 / (i + 1),
    rank: i + 1,
    baseRank: i + 1,
    reason: { kind: 'shop-order' },
  }))
}
