/** @module Asks a shop system's GraphQL API, and reads lists page by page. */
import { NearsideError } from '@nearside/core/error.ts'
import { isRecord } from '@nearside/core/isRecord.ts'
import type { Read } from '@nearside/core/reading.ts'
import { type Fetching, fetchWhole } from './fetchWhole.ts'

export interface ShopApi extends Fetching {
  readonly url: string
  /** Secret of the API; absent: requests are anonymous. */
  readonly token?: string
}

interface Query<T> {
  readonly query: string
  readonly variables?: Readonly<Record<string, number>>
  readonly headers?: Readonly<Record<string, string>>
  readonly read: Read<T>
  /** What to do if the API refuses the request. */
  readonly ifRefused: string
}

/** Address without its parameters. */
export const placeOf = (url: string) => new URL(url).origin + new URL(url).pathname

/** @throws NearsideError `input-invalid`, `aborted` */
export async function askGraphql<T>(
  { url, ...fetching }: ShopApi,
  { query, variables, headers, read, ifRefused }: Query<T>,
): Promise<T> {
  const refuse = (why: string) => new NearsideError('input-invalid', `${placeOf(url)}: ${why}`)
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
    // A redirect could carry the secret to another server.
    redirect: 'error',
  } as const
  const { response, body } = await fetchWhole(url, init, fetching).catch((cause: NearsideError) => {
    throw new NearsideError(cause.code, `${placeOf(url)}: ${cause.message}`, { cause })
  })
  const answer = parse(new TextDecoder().decode(body))
  const [error] = isRecord(answer) && Array.isArray(answer.errors) ? answer.errors : []
  const { message, extensions } = isRecord(error) ? error : {}
  const code = isRecord(extensions) ? extensions.code : undefined
  if ([401, 403].includes(response.status) || code === 'FORBIDDEN')
    throw refuse(`access is refused: ${ifRefused}`)
  if (error) throw refuse(`the API answers ${JSON.stringify(message ?? code ?? '?')}`)
  if (!response.ok || !isRecord(answer))
    throw refuse(`is no GraphQL API (status ${response.status}): check the address`)
  return read(answer.data, placeOf(url))
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

export interface Page<T> {
  readonly items: readonly T[]
  readonly totalItems: number
}

/**
 * Yields the entries of all pages. Each page begins with the last entry of the page before, which detects a change of
 * the list between two pages.
 * @throws NearsideError `input-invalid` after such a change
 */
export async function* readPages<T extends { readonly id: string }>(
  readPage: (skip: number) => Promise<Page<T>>,
): AsyncGenerator<T, void> {
  let last: T | undefined
  for (let count = 0, total = 1; count < total; ) {
    const { items, totalItems } = await readPage(Math.max(0, count - 1))
    const fresh = last ? items.slice(1) : items
    if (items[0]?.id !== (last ?? items[0])?.id || (fresh.length === 0 && count < totalItems))
      throw new NearsideError(
        'input-invalid',
        'the shop changed while it was read: run the command again',
      )
    yield* fresh
    last = items.at(-1)
    count += fresh.length
    total = totalItems
  }
}
