/**
 * @module Broker of a vault (frame on another origin that keeps the shopper's data). The vault's worker has no network
 * access: it asks the vault's document over a channel to make its requests. The document doesn't trust the worker. It
 * allows only declared addresses, without query or fragment, and a body only for an update or a token request.
 */

import { REPORT_MEDIA_TYPE } from '@nearside/aggregate/protocol/report.ts'
import { OBLIVIOUS_REQUEST } from '@nearside/aggregate/protocol/routes.ts'
import {
  TOKEN_REQUEST_BYTES,
  TOKEN_REQUEST_MEDIA_TYPE,
  WORK_HEADER,
} from '@nearside/aggregate/protocol/token.ts'
import { readAtMost } from '@nearside/core/readAtMost.ts'
import { PLAIN } from './browserFetch.ts'
import { type Destination, isDeclared } from './http.ts'

/** Messages from the worker. The first one declares the addresses; later declarations are ignored. */
type Asked =
  | { readonly kind: 'declare'; readonly destinations: readonly Destination[] }
  | { readonly kind: 'abort'; readonly id: number }
  | ({ readonly kind: 'fetch'; readonly id: number } & Request)

interface Request {
  readonly url: string
  /** Body; null for a GET. */
  readonly body: Uint8Array<ArrayBuffer> | null
  readonly headers: Readonly<Record<string, string>>
  readonly cookies: boolean
}

type Answered =
  | { readonly id: number; readonly status: number; readonly body: Uint8Array<ArrayBuffer> }
  | { readonly id: number; readonly error: string }

/** Maximum size of an answer, bytes; no model or catalog is larger. */
const MOST_ANSWERED = 64 * 2 ** 20

interface Posted {
  readonly purpose: Destination['purpose']
  /** Maximum size of the body, bytes. */
  readonly most: number
  /** Name of the only further header that is allowed, and the form of its value. */
  readonly header: string
  readonly form: RegExp
  readonly cookies: boolean
}

/** Rules for POST requests by content type. */
const POSTED: Readonly<Record<string, Posted>> = {
  [REPORT_MEDIA_TYPE]: {
    purpose: 'upload',
    most: 2 ** 20,
    header: 'authorization',
    form: /^PrivateToken token="[\w-]{1,600}"$/,
    cookies: false,
  },
  [TOKEN_REQUEST_MEDIA_TYPE]: {
    purpose: 'token',
    most: TOKEN_REQUEST_BYTES,
    header: WORK_HEADER,
    form: /^\d{1,16}$/,
    // A shop's issuer gives tokens to signed-in shoppers, so a request for a token carries the shopper's cookies.
    cookies: true,
  },
  // The document can't read a request sealed for a relay, so only the worker's own checks apply to its content.
  [OBLIVIOUS_REQUEST]: {
    purpose: 'relay',
    most: 2 ** 20,
    header: '',
    form: /(?!)/,
    cookies: false,
  },
}

const POSTED_ONLY: readonly Destination['purpose'][] = ['upload', 'token', 'relay']

/** Document's end of the channel: makes the requests that the worker asks for. */
export function serveFetches(port: MessagePort, fetch: typeof globalThis.fetch): void {
  let declared: readonly Destination[] | null = null
  const running = new Map<number, AbortController>()

  async function ask({ id, ...request }: Request & { readonly id: number }): Promise<Answered> {
    const { url, body, headers, cookies } = request
    const refused = reasonAgainst(request, declared ?? [])
    if (refused) return { id, error: refused }
    const stop = new AbortController()
    running.set(id, stop)
    try {
      const sent = body ? { method: 'POST', body, headers } : { method: 'GET' }
      const init = { ...PLAIN, ...sent, ...(cookies && { credentials: 'include' as const }) }
      const response = await fetch(url, { ...init, signal: stop.signal })
      return { id, status: response.status, body: await readAtMost(response, MOST_ANSWERED) }
    } catch (error) {
      return { id, error: error instanceof Error ? error.message : String(error) }
    } finally {
      running.delete(id)
    }
  }

  port.onmessage = async ({ data }: MessageEvent<Asked>) => {
    if (data.kind === 'declare') declared ??= data.destinations
    else if (data.kind === 'abort') running.get(data.id)?.abort()
    else {
      const answer = await ask(data)
      port.postMessage(answer, 'body' in answer ? [answer.body.buffer] : [])
    }
  }
}

/** Reason to refuse a request; null to allow it. */
function reasonAgainst(
  { url, body, headers, cookies }: Request,
  declared: readonly Destination[],
): string | null {
  const { href, search, hash } = new URL(url)
  const { 'content-type': type = '', ...others } = headers
  const posted = Object.hasOwn(POSTED, type) ? POSTED[type] : null
  if ((posted === null) !== (body === null))
    return 'a body needs a known content type, and such a content type needs a body'
  const isMeant = ({ purpose }: Destination) =>
    posted ? purpose === posted.purpose : !POSTED_ONLY.includes(purpose)
  if (!declared.some((destination) => isMeant(destination) && isDeclared(destination, href)))
    return `${href} is not declared`
  if (search || hash) return 'an address has neither a query nor a fragment'
  if (posted && body && body.length > posted.most) return 'the body is too long for its type'
  if (cookies && !posted?.cookies) return 'only a token request may carry cookies'
  for (const [name, value] of Object.entries(others))
    if (name !== posted?.header || !posted.form.test(value)) return `the header ${name} is not sent`
  return null
}

/** Worker's end of the channel: asks the document to make each request. */
export function brokeredFetch(port: MessagePort) {
  const waiting = new Map<number, (answer: Answered) => void>()
  let last = 0
  const post = (asked: Asked) => port.postMessage(asked)
  port.onmessage = ({ data }: MessageEvent<Answered>) => {
    waiting.get(data.id)?.(data)
    waiting.delete(data.id)
  }
  const fetch: typeof globalThis.fetch = (url, { body, credentials, headers, signal } = {}) =>
    new Promise((resolve, reject) => {
      const id = ++last
      waiting.set(id, (answer) => {
        if ('error' in answer) reject(new TypeError(answer.error))
        else resolve(new Response(answer.body, { status: answer.status }))
      })
      signal?.addEventListener('abort', () => {
        post({ kind: 'abort', id })
        reject(signal.reason)
      })
      post({
        ...{ kind: 'fetch', id, url: String(url), cookies: credentials === 'include' },
        body: (body as Uint8Array<ArrayBuffer> | undefined) ?? null,
        headers: { ...(headers as Record<string, string> | undefined) },
      })
    })
  return {
    fetch,
    declare: (destinations: readonly Destination[]) => post({ kind: 'declare', destinations }),
  }
}
