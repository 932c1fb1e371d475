/** @module Reads list queries: their limit, and the variants of products whose `groupId` they contain. */
import type { VariantsOf } from '../catalog/catalog.ts'
import type { ListQuery, Recommendation } from './apiLists.ts'

export const EXCLUSIONS = ['bought', 'owned', 'basket', 'seen'] as const

/** Group of items that the shopper already has; `exclude` of `ListOptions` describes the groups. */
export type Exclusion = (typeof EXCLUSIONS)[number]

export const DEFAULT_LIMIT = 20

export const limitOf = ({ options, ...query }: ListQuery): number =>
  options?.limit ?? ('items' in query ? query.items.length : DEFAULT_LIMIT)

export const withLimit = (query: ListQuery, least: number): ListQuery =>
  ({ ...query, options: { ...query.options, limit: Math.max(least, limitOf(query)) } }) as ListQuery

/** Query with variants' ids in place of each `groupId`. `about`: variant that rules test in a list about a product. */
export type VariantQuery = ListQuery & { readonly about?: string }

/** Replaces each `groupId` in the query by its variants' ids. A list about a product excludes the product's variants. */
export function withVariants(query: ListQuery, variantsOf: VariantsOf): VariantQuery {
  const namesFamily = (id: string) => variantsOf(id).length > 0
  const all = (ids: readonly string[]) =>
    ids.flatMap((id) => (namesFamily(id) ? variantsOf(id) : [id]))
  if (query.kind === 'rerank') {
    if (!query.items.some(namesFamily)) return query
    // A limit counts products, so `asProducts` applies the limit after the ranking.
    return { ...query, items: all(query.items), options: { ...query.options, limit: undefined } }
  }
  const { excludeIds = [] } = query.options ?? {}
  const about = query.kind === 'recommend' ? [] : [query.item].flat()
  if (![...about, ...excludeIds].some(namesFamily)) return query
  const own = query.kind === 'similar' ? variantsOf(query.item) : []
  const options = { ...query.options, excludeIds: [...all(excludeIds), ...own] }
  if (query.kind === 'similar') return { ...query, item: own[0] ?? query.item, options }
  if (query.kind === 'recommend') return { ...query, options }
  const item = all(about)
  return { ...query, item, options, ...(typeof query.item === 'string' && { about: item[0] }) }
}

/**
 * Replaces variants' ids in a reranked list by the ids that the page passed: a product stands where its best variant
 * ranks. Other lists stay unchanged.
 * @param list result of the query `withVariants(asked)`
 */
export function asProducts(
  asked: ListQuery,
  list: readonly Recommendation[],
  variantsOf: VariantsOf,
): readonly Recommendation[] {
  if (asked.kind !== 'rerank' || !asked.items.some((id) => variantsOf(id).length > 0)) return list
  const wanted = new Set(asked.items)
  const productOf = new Map(asked.items.flatMap((id) => variantsOf(id).map((one) => [one, id])))
  const places = new Map<string, Recommendation>()
  for (const one of list)
    for (const id of [one.id, productOf.get(one.id)])
      if (id !== undefined && wanted.has(id) && !places.has(id)) places.set(id, { ...one, id })
  const kept = [...places.values()]
  const inBaseOrder = [...kept].sort((a, b) => a.baseRank - b.baseRank)
  const baseRanks = new Map(inBaseOrder.map(({ id }, at) => [id, at + 1]))
  return kept
    .map((one, at) => ({ ...one, rank: at + 1, baseRank: baseRanks.get(one.id) ?? at + 1 }))
    .slice(0, limitOf(asked))
}
