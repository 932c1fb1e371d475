/** @module Validates list queries. A page with a worker doesn't load this code, because the worker validates. */
import { invalidInput } from '../error.ts'
import type { ListOptions, ListQuery } from './apiLists.ts'
import { EXCLUSIONS } from './listQuery.ts'

const FROM: readonly unknown[] = [
  'viewed',
  'bought',
  'unbought',
  'considered',
  'new',
  'picture',
] satisfies ListOptions['from'][]

/**
 * @throws NearsideError `input-invalid` if an option or an id is malformed; a page without types can pass such values
 */
export function requireQuery({ options = {}, ...query }: ListQuery): void {
  const refuse = (what: string) => invalidInput(`${query.kind}: ${what}.`)
  const isIds = (value: unknown) =>
    Array.isArray(value) && value.every((id) => typeof id === 'string')
  if (typeof options !== 'object' || options === null) throw refuse('options must be an object')
  const { limit, order, distinct, until, from, dearer, excludeIds } = options as ListOptions
  const { exclude = [], page = '', rules = true, diversify = true } = options as ListOptions
  for (const [name, number] of Object.entries({ limit, distinct, until }))
    if (number !== undefined && !(typeof number === 'number' && number >= 0))
      throw refuse(`${name} must be a number from 0, not ${number}`)
  if (!['personal', 'base', undefined].includes(order))
    throw refuse(`order must be personal or base, not ${order}`)
  const isAbout = query.kind === 'similar'
  const isFrom = FROM.includes(from) && (from === 'picture' ? isAbout : query.kind === 'recommend')
  const isDearer = isAbout && dearer !== undefined && dearer > 1
  if ((from && !isFrom) || (dearer && !isDearer))
    throw refuse(
      `from must be one of ${FROM.join(', ')}, and only for recommend; picture, and dearer above 1, only for similar`,
    )
  if (!Array.isArray(exclude) || !exclude.every((kind) => EXCLUSIONS.includes(kind)))
    throw refuse(`exclude must be an array of ${EXCLUSIONS.join(', ')}; ids go to excludeIds`)
  if (excludeIds !== undefined && !isIds(excludeIds))
    throw refuse('excludeIds must be an array of ids')
  if (typeof page !== 'string' || typeof rules !== 'boolean' || typeof diversify !== 'boolean')
    throw refuse('page must be a text; rules and diversify must be true or false')
  if ('items' in query && !isIds(query.items)) throw refuse('items must be an array of ids')
  if ('item' in query && !isIds([query.item].flat())) throw refuse('item must be the id of an item')
}
