/** @module Sends requests to a shop system's API. If the API is busy, the request waits and is repeated. */
import { invalidInput, NearsideError } from '@nearside/core/error.ts'
import { isRecord } from '@nearside/core/isRecord.ts'
import { createReaders, jsonOrNull, type Read } from '@nearside/core/reading.ts'
import { type Fetching, fetchWhole } from './fetchWhole.ts'

export interface ShopApi extends Fetching {
  readonly url: string
  /** Secret from the environment variable `TOKEN`; absent if the variable isn't set. */
  readonly token?: string
  /** Waits; returns early if `signal` aborts. */
  readonly wait: (milliseconds: number) => Promise<unknown>
  /** Current time, milliseconds since the epoch. */
  readonly now: () => number
}

export const TOKEN = 'NEARSIDE_SHOP_TOKEN'

interface Question {
  readonly url: string
  /** Text of a POST request; without it, the request is a GET. */
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Whether headers or body contain a secret. */
  readonly isSecret: boolean
  /** Advice for people if the API refuses access. */
  readonly ifRefused: string
  /** Milliseconds to wait if an answer in JSON says that the API is busy; null if the API isn't busy. */
  readonly busyFor?: (value: unknown) => number | null
}

interface Answer {
  /** Parsed JSON; null if the answer isn't JSON. */
  readonly value: unknown
  readonly status: number
  readonly headers: Headers
}

/** Hosts that may get a secret unencrypted: this machine, and names without a dot, such as a container's. */
const LOCAL = /^([^.:]+|127(\.\d+){3}|\[::1\])$/
const TRIES = 5
/** Maximum milliseconds to wait for the API; if it requests a longer wait, `ask` throws. */
const LONGEST = 120_000

const placeOf = (url: string) => new URL(url).origin + new URL(url).pathname

export const refusal = (url: string, why: string, cause?: unknown) =>
  invalidInput(`${placeOf(url)}: ${why}`, cause)

/** @throws NearsideError `input-invalid` if the environment variable `TOKEN` isn't set */
export function tokenOf({ token }: ShopApi, rights: string): string {
  if (token !== undefined) return token
  throw invalidInput(`set ${TOKEN}: ${rights}`)
}

/**
 * Asks a REST API.
 * @throws NearsideError as `ask`; also `input-invalid` for an error status or an answer that isn't JSON
 */
export async function askRest(api: ShopApi, question: Question): Promise<Answer> {
  const answer = await ask(api, question)
  const { value, status } = answer
  if (status === 200 && value !== null) return answer
  const message = isRecord(value) ? value.message : 'no JSON'
  throw refusal(question.url, `status ${status}, ${JSON.stringify(message)}: check the address`)
}

interface Query<T> {
  readonly query: string
  readonly variables?: Readonly<Record<string, number | string | null>>
  /** Headers with the secret; without headers, the request is anonymous. */
  readonly secret?: Readonly<Record<string, string>>
  readonly read: Read<T>
  readonly ifRefused: string
}

/**
 * Asks a GraphQL API.
 * @throws NearsideError as `ask`; also `input-invalid` if the API answers with an error
 */
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

/** First error in a GraphQL answer; null if there is none. */
function errorOf(value: unknown) {
  const errors = isRecord(value) ? value.errors : undefined
  if (typeof errors === 'string') return { message: errors }
  const [error] = Array.isArray(errors) ? errors : []
  if (error === undefined) return null
  const { message, extensions } = isRecord(error) ? error : {}
  return { message, code: isRecord(extensions) ? extensions.code : undefined }
}

/**
 * Milliseconds until a GraphQL API can afford the query; null if it doesn't refuse the query for its cost.
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

/** @throws NearsideError `input-invalid` if the API refuses or fails to answer, `aborted` if the signal aborts */
export async function ask(api: ShopApi, question: Question): Promise<Answer> {
  const { url, isSecret, ifRefused, busyFor } = question
  const { protocol, hostname } = new URL(url)
  if (isSecret && protocol !== 'https:' && !LOCAL.test(hostname))
    throw refusal(url, 'use https://, because the token must not travel unencrypted')
  for (let tried = 1; ; tried++) {
    const isLast = tried === TRIES
    const answer = await askOnce(api, question).catch((error: NearsideError) => {
      const isLost = error.code === 'input-invalid' && !isTimeout(error)
      if (isLast || !isLost) throw error
      return null
    })
    const pause = answer ? pauseAfter(answer, tried, busyFor) : 1000 * 2 ** (tried - 1)
    if (answer && pause === null) return checked(answer, url, ifRefused)
    if (isLast || (pause ?? 0) > LONGEST)
      throw refusal(
        url,
        `is busy (status ${answer?.status}), after ${tried} requests: try again later`,
      )
    await api.wait(pause ?? 0)
    if (api.signal.aborted) throw new NearsideError('aborted', `${placeOf(url)}: stopped`)
  }
}

const isTimeout = ({ cause }: Error) =>
  cause instanceof Error && (cause.cause as Error | undefined)?.name === 'TimeoutError'

async function askOnce(api: ShopApi, { url, body, headers }: Question): Promise<Answer> {
  const init = { ...(body !== undefined && { method: 'POST', body }), headers }
  // A redirect isn't followed, because it could carry the secret to another server.
  const whole = await fetchWhole(url, { ...init, redirect: 'manual' }, api).catch(
    (cause: NearsideError) => {
      throw new NearsideError(cause.code, `${placeOf(url)}: ${cause.message}`, { cause })
    },
  )
  const { status, headers: sent } = whole.response
  return { value: jsonOrNull(new TextDecoder().decode(whole.body)), status, headers: sent }
}

/** Milliseconds to wait before the request is repeated; null if the answer is final. */
function pauseAfter(
  { value, status, headers }: Answer,
  tried: number,
  busyFor: Question['busyFor'],
) {
  if (status !== 429 && ![500, 502, 503, 504].includes(status)) return busyFor?.(value) ?? null
  // If the header is missing or names a date, `seconds` is NaN, and each try waits twice as long as the last.
  const seconds = Number.parseFloat(headers.get('retry-after') ?? '')
  return seconds >= 0 ? 1000 * seconds : 1000 * 2 ** (tried - 1)
}

function checked(answer: Answer, url: string, ifRefused: string): Answer {
  const { status, headers } = answer
  if (status === 401 || status === 403) throw refusal(url, `access is refused: ${ifRefused}`)
  if (status < 300 || status >= 400) return answer
  const to = headers.get('location') ?? ''
  const other = URL.canParse(to, url) ? placeOf(new URL(to, url).href) : 'nowhere'
  throw refusal(url, `redirects to ${other}, which gets no token: give the shop's final address`)
}

export function readersOf(system: string) {
  const readers = createReaders((what) =>
    invalidInput(`${what} is missing: is that a ${system} API?`),
  )
  const orNull =
    <T>(read: Read<T>): Read<T | null> =>
    (value, what) =>
      value === null || value === undefined ? null : read(value, what)
  return {
    ...readers,
    anyText: readers.text(/^/),
    orNull,
    each: <T>(read: Read<T>) => readers.list(read, 100_000),
  }
}
