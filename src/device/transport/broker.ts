/**
 * @module The one door of a vault. Its worker has no network: it asks the vault's document, over a channel,
 * which looks at what is asked for by itself: a declared address, nothing in it that isn't, and a body only where an
 * update goes.
 */
import { REPORT_MEDIA_TYPE } from '../../aggregate/protocol/report.ts'
import { PLAIN } from './browserFetch.ts'
import { type Destination, isDeclared, readAtMost } from './http.ts'

/** From the worker. */
type Asked =
  /** Before anything else, and once. */
  | { readonly kind: 'declare'; readonly destinations: readonly Destination[] }
  | { readonly kind: 'abort'; readonly id: number }
  | {
      readonly kind: 'fetch'
      readonly id: number
      readonly url: string
      /** Of an update; null for a GET. */
      readonly body: Uint8Array<ArrayBuffer> | null
    }

type Answered =
  | { readonly id: number; readonly status: number; readonly body: Uint8Array<ArrayBuffer> }
  | { readonly id: number; readonly error: string }

/** An answer beyond this is nobody's model or catalog. */
const MOST_ANSWERED = 64 * 2 ** 20
/** Twice the longest update that there may be, sealed. */
const MOST_SENT = 2 ** 20

/** The document's end. */
export function serveFetches(port: MessagePort, fetch: typeof globalThis.fetch): void {
  let declared: readonly Destination[] | null = null
  const running = new Map<number, AbortController>()

  async function ask({ id, url, body }: Extract<Asked, { kind: 'fetch' }>): Promise<Answered> {
    const refused = reasonAgainst(url, body, declared ?? [])
    if (refused) return { id, error: refused }
    const stop = new AbortController()
    running.set(id, stop)
    try {
      const headers = { 'content-type': REPORT_MEDIA_TYPE }
      const sent = body ? { method: 'POST', body, headers } : { method: 'GET' }
      const response = await fetch(url, { ...PLAIN, ...sent, signal: stop.signal })
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

/** Why something is not asked for; null where it may be. */
export function reasonAgainst(
  url: string,
  body: Uint8Array | null,
  declared: readonly Destination[],
): string | null {
  const { href, search, hash } = new URL(url)
  const purposes = declared.filter(({ purpose }) => (purpose === 'upload') === (body !== null))
  if (!purposes.some((destination) => isDeclared(destination, href)))
    return `${href} is not declared`
  if (search !== '' || hash !== '') return 'an address has neither a query nor a fragment'
  if (body !== null && body.length > MOST_SENT) return 'an update is not as long as that'
  return null
}

/** The worker's end. */
export function brokeredFetch(port: MessagePort) {
  const waiting = new Map<number, (answer: Answered) => void>()
  let last = 0
  const post = (asked: Asked) => port.postMessage(asked)
  port.onmessage = ({ data }: MessageEvent<Answered>) => {
    waiting.get(data.id)?.(data)
    waiting.delete(data.id)
  }
  const fetch: typeof globalThis.fetch = (url, { body, signal } = {}) =>
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
      post({ kind: 'fetch', id, url: String(url), body: (body as Uint8Array<ArrayBuffer>) ?? null })
    })
  return {
    fetch,
    declare: (destinations: readonly Destination[]) => post({ kind: 'declare', destinations }),
  }
}
