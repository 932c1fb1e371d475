/** @module List queries: their limit, the groups of items that they may exclude, and products that they name. */
import type { VariantsOf } from '../catalog/families.ts'
import type { ListQuery } from './apiLists.ts'

export const EXCLUSIONS = ['bought', 'owned', 'basket', 'seen'] as const

/** Group of items that the shopper already has; `exclude` of `ListOptions` describes the groups. */
export type Exclusion = (typeof EXCLUSIONS)[number]

/** Limit of a query that names none. */
export const DEFAULT_LIMIT = 20

/** Maximum number of items of a list. */
export const limitOf = ({ options, ...query }: ListQuery): number =>
  options?.limit ?? ('items' in query ? query.items.length : DEFAULT_LIMIT)

/** The query with at least this limit. */
export const withLimit = (query: ListQuery, least: number): ListQuery =>
  ({ ...query, options: { ...query.options, limit: Math.max(least, limitOf(query)) } }) as ListQuery

/** Replaces a product's id in the query by the ids of its variants. A list about a product excludes its variants. */
export function withVariants(query: ListQuery, variantsOf: VariantsOf): ListQuery {
  if (query.kind === 'rerank') return query
  const namesFamily = (id: string) => variantsOf(id).length > 0
  const all = (ids: readonly string[]) =>
    ids.flatMap((id) => (namesFamily(id) ? variantsOf(id) : [id]))
  const { excludeIds = [] } = query.options ?? {}
  const about = query.kind === 'recommend' ? [] : [query.item].flat()
  if (![...about, ...excludeIds].some(namesFamily)) return query
  const own = query.kind === 'similar' ? variantsOf(query.item) : []
  const options = { ...query.options, excludeIds: [...all(excludeIds), ...own] }
  if (query.kind === 'similar') return { ...query, item: own[0] ?? query.item, options }
  return query.kind === 'boughtTogether'
    ? { ...query, item: all(about), options }
    : { ...query, options }
}
