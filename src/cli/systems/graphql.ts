/** @module Sends requests to a shop system's GraphQL API. */
import { isRecord } from '@nearside/core/isRecord.ts'
import type { Read } from '@nearside/core/reading.ts'
import { ask, placeOf, refusal, type ShopApi } from './ask.ts'

interface Query<T> {
  readonly query: string
  readonly variables?: Readonly<Record<string, number | string | null>>
  /** Headers with the secret; without headers, the request is anonymous. */
  readonly secret?: Readonly<Record<string, string>>
  readonly read: Read<T>
  readonly ifRefused: string
}

/** @throws NearsideError `input-invalid` if the API refuses or fails to answer, `aborted` if the signal aborts */
export async function askGraphql<T>(
  api: ShopApi,
  { query, variables, secret, read, ifRefused }: Query<T>,
): Promise<T> {
  const { url } = api
  const { value, status } = await ask(api, {
    ...{ url, ifRefused, busyFor, isSecret: secret !== undefined },
    headers: { 'content-type': 'application/json', ...secret },
    body: JSON.stringify({ query, variables }),
  })
  const error = errorOf(value)
  const { message, code } = error ?? {}
  if (code === 'FORBIDDEN' || code === 'ACCESS_DENIED')
    throw refusal(url, `access is refused (${JSON.stringify(message)}): ${ifRefused}`)
  if (error) throw refusal(url, `the API answers ${JSON.stringify(message ?? code ?? '?')}`)
  if (status !== 200 || !isRecord(value))
    throw refusal(url, `is no GraphQL API (status ${status}): check the address`)
  return read(value.data, placeOf(url))
}

function errorOf(value: unknown) {
  const errors = isRecord(value) ? value.errors : undefined
  if (typeof errors === 'string') return { message: errors }
  const [error] = Array.isArray(errors) ? errors : []
  if (error === undefined) return null
  const { message, extensions } = isRecord(error) ? error : {}
  return { message, code: isRecord(extensions) ? extensions.code : undefined }
}

/**
 * Milliseconds until the API can afford the query; null if the API doesn't refuse the query for its cost.
 * @see https://shopify.dev/docs/apps/build/apis/graphql-admin/rate-limits
 */
function busyFor(value: unknown): number | null {
  if (errorOf(value)?.code !== 'THROTTLED') return null
  const field = (of: unknown, name: string) => (isRecord(of) ? of[name] : undefined)
  const cost = field(field(value, 'extensions'), 'cost')
  const status = field(cost, 'throttleStatus')
  const missing =
    Number(field(cost, 'requestedQueryCost')) - Number(field(status, 'currentlyAvailable'))
  const seconds = missing / Number(field(status, 'restoreRate'))
  return Number.isFinite(seconds) ? Math.ceil(1000 * Math.max(0, seconds)) : 1000
}
