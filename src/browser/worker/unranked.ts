/**
 * @module Lists without a ranker, because the base model is missing or has not loaded yet. A first download brings the
 * popularity of the best sellers first, which is enough for a new shopper's first list. Then follows the popularity of
 * all items, which is enough for every list of best sellers.
 */
import type { Catalog } from '@nearside/core/catalog/catalog.ts'
import { highestRows } from '@nearside/core/model/highest.ts'
import type { ListQuery, Reason, Recommendation } from '@nearside/core/ranking/apiLists.ts'
import { bestSellersOf } from '@nearside/core/ranking/baseOrder.ts'
import {
  type CatalogOrder,
  idsWithoutModel,
  inShopOrder,
} from '@nearside/core/ranking/catalogOrder.ts'
import { limitOf } from '@nearside/core/ranking/listQuery.ts'
import type { Ruled } from '@nearside/core/ranking/ruledList.ts'
import { selectPlaces } from '@nearside/core/ranking/selectPlaces.ts'
import type { KnownPopularity } from '../learning/modelSource.ts'
import type { Shop } from './shop.ts'

/** Maximum number of products in a list that is made from the first parts of catalog and model. */
const MOST_FROM_HEAD = 100

/** Whether the first part of the catalog and the best sellers give the same list as the whole catalog and model. */
export const isFromHead = (query: ListQuery): boolean =>
  query.kind === 'recommend' &&
  !query.options?.from &&
  !query.options?.category &&
  limitOf(query) <= MOST_FROM_HEAD

/** Sequence of a new shopper's list, by the popularity of the last 30 days. */
export class FirstOrder {
  #sold: ReadonlyMap<string, number> | null = null
  /** Whether the popularity of all items of the model is known. */
  isWhole = false
  #bestSellers: ReadonlySet<string> = new Set()
  /** Items in the sequence of a new shopper's list; null while the popularity is unknown. */
  order: CatalogOrder | null = null

  /**
   * Whether the first part of a catalog contains at least half of the best sellers. The model can be newer than the
   * catalog, so some best sellers can be missing from the first part.
   */
  isIn(head: Catalog | null): boolean {
    const best = [...this.#bestSellers]
    return 2 * best.filter((id) => head?.get(id)).length >= best.length
  }

  get isKnown(): boolean {
    return this.#sold !== null
  }

  take({ ids, popularity, items }: KnownPopularity): void {
    this.#sold = new Map(ids.map((id, row) => [id, popularity[row]]))
    this.isWhole = ids.length === items
    const best = highestRows(Float32Array.from(popularity), bestSellersOf(items))
    this.#bestSellers = new Set(best.filter((row) => popularity[row] > 0).map((row) => ids[row]))
  }

  /** Sorts the catalog's items as the base model does for a new shopper. */
  sort({ ids, categories }: CatalogOrder): void {
    const sold = this.#sold
    if (!sold) return
    const sales = ids.map((id) => sold.get(id) ?? 0)
    const sorted = ids.map((_, place) => place).sort((a, b) => sales[b] - sales[a])
    this.order = {
      ids: sorted.map((place) => ids[place]),
      categories: sorted.map((place) => categories[place]),
    }
  }

  reasonOf(item: string): Reason {
    if (!this.#sold) return { kind: 'shop-order' }
    if (this.isWhole && !this.#sold.has(item)) return { kind: 'new' }
    return { kind: this.#bestSellers.has(item) ? 'popular' : 'shop-order' }
  }

  scoreOf(item: string): number | undefined {
    return this.#sold ? (this.#sold.get(item) ?? 0) : undefined
  }
}

/**
 * List without a ranker: viewed items latest first; `recommend` in a new shopper's sequence, if that is known; all
 * other lists in the catalog's sequence.
 */
export function listUnranked(
  { catalog, first, order }: Pick<Shop, 'catalog' | 'first' | 'order'>,
  query: ListQuery,
  { lifts, ...ruled }: Ruled,
): readonly Recommendation[] {
  const from = query.kind === 'rerank' ? undefined : query.options?.from
  const isFirst = query.kind === 'recommend' && !from
  const isSold = (id: string) => catalog?.get(id)?.available !== false
  const listed = idsWithoutModel(isFirst ? (first.order ?? order) : order, query)
  const all = ruled.among ? inOrderOf(ruled.among, listed) : listed
  const ids = query.kind === 'rerank' && !query.options?.soldOut ? all.filter(isSold) : all
  const scoreOf = (id: string, place: number) =>
    (isFirst ? first.scoreOf(id) : undefined) ?? -Math.log(place + 1)
  const scores = Float32Array.from(ids, (id, at) => scoreOf(id, at) + (lifts?.get(id) ?? 0))
  const best = lifts?.size ? highestRows(scores, ids.length) : [...ids.keys()]
  const isWhole = query.kind === 'rerank' || from === 'viewed'
  const limits = isWhole ? { perFamily: Number.POSITIVE_INFINITY } : {}
  const options = { ...query.options, ...limits, ...ruled, limit: limitOf(query) }
  const chosen = selectPlaces(
    (count) => best.slice(0, count),
    options,
    (at) => catalog?.get(ids[at]),
  )
  const list = inShopOrder(chosen.map((at) => ids[at]))
  return isFirst ? list.map((one) => ({ ...one, reason: first.reasonOf(one.id) })) : list
}

function inOrderOf(wanted: ReadonlySet<string>, listed: readonly string[]): readonly string[] {
  const both = new Set(listed.filter((id) => wanted.has(id)))
  return [...wanted].filter((id) => both.has(id))
}
