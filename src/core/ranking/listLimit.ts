/** @module Maximum number of items of a list. */
import type { ListQuery } from './apiLists.ts'

export const DEFAULT_LIMIT = 20

export const limitOf = ({ options, ...query }: ListQuery): number =>
  options?.limit ?? ('items' in query ? query.items.length : DEFAULT_LIMIT)
