/** @module List queries: their limit, and the groups of items that they may exclude. */
import type { ListQuery } from './apiLists.ts'

export const EXCLUSIONS = ['bought', 'owned', 'basket', 'seen'] as const

/** Group of items that the shopper already has: `exclude` of `ListOptions` describes each. */
export type Exclusion = (typeof EXCLUSIONS)[number]

/** Limit of a list without one. */
export const DEFAULT_LIMIT = 20

/** Maximum number of items of a list. */
export const limitOf = ({ options, ...query }: ListQuery): number =>
  options?.limit ?? ('items' in query ? query.items.length : DEFAULT_LIMIT)
