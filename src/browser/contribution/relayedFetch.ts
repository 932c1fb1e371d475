/**
 * @module Requests through an oblivious relay (RFC 9458), each sealed to its aggregator. The aggregators see the
 * relay's address instead of the device's, and the relay can't read a request.
 */
import {
  gatewayKeyOf,
  REQUEST_OVERHEAD,
  sealRequest,
} from '@nearside/aggregate/privacy/oblivious.ts'
import { cryptoRandomBytes } from '@nearside/aggregate/privacy/randomBytes.ts'
import { SEALING_BYTES } from '@nearside/aggregate/privacy/seal.ts'
import { decodeResponse, encodeRequest } from '@nearside/aggregate/protocol/binaryHttp.ts'
import { endpoint, OBLIVIOUS_REQUEST, relayName } from '@nearside/aggregate/protocol/routes.ts'
import { fromBase64 } from '@nearside/core/bytes.ts'
import { invalidInput, NearsideError } from '@nearside/core/error.ts'
import { readAtMost } from '@nearside/core/readAtMost.ts'

export interface Relayed {
  readonly relay: string
  readonly leader: string
  /** Signing key of the leader, Ed25519, base64. */
  readonly leaderKey: string
  readonly helper: string
  readonly helperKey: string
}

const MOST_ANSWERED = 2 ** 20

export interface Carrier {
  readonly ask: (url: string, init?: RequestInit) => Promise<Response>
  /**
   * Log detail of a relayed request: the relay, and the length of the sealed body. The entry's other fields describe
   * the request before it was sealed.
   */
  readonly detailOf: (url: string, init: RequestInit) => Readonly<Record<string, string | number>>
}

/** Fetch that reaches only the two aggregators and rejects any other address. */
export function relayedFetch(fetch: typeof globalThis.fetch, names: Relayed): Carrier {
  const { relay, leader, leaderKey, helper, helperKey } = names
  const servers = [
    { base: leader.replace(/\/+$/, ''), key: leaderKey },
    { base: helper.replace(/\/+$/, ''), key: helperKey },
  ]
  function messageOf(url: string, init: RequestInit) {
    const server = servers.find(({ base }) => url.startsWith(`${base}/`))
    if (server === undefined) throw invalidInput(`The relay serves aggregators only, not ${url}.`)
    const { base, key } = server
    const message = encodeRequest({
      method: init.method ?? 'GET',
      authority: new URL(base).host,
      path: url.slice(base.length),
      headers: Object.fromEntries(new Headers(init.headers)),
      body: new Uint8Array((init.body as Uint8Array | null | undefined) ?? []),
    })
    return { base, key, message }
  }

  const detailOf = (url: string, init: RequestInit) => ({
    relay,
    sealed: messageOf(url, init).message.length + REQUEST_OVERHEAD,
  })

  async function ask(url: string, init: RequestInit = {}): Promise<Response> {
    const { base, key, message } = messageOf(url, init)
    const random = cryptoRandomBytes(SEALING_BYTES)
    const sealed = await sealRequest(gatewayKeyOf(fromBase64(key)), message, random)
    const response = await fetch(endpoint(relay, `/${encodeURIComponent(relayName(base))}`), {
      ...init,
      method: 'POST',
      headers: { 'content-type': OBLIVIOUS_REQUEST },
      body: sealed.request,
    })
    // A server's sealed answer, even a refusal, has status 200; any other response is not sealed by the server.
    if (response.status !== 200)
      throw new NearsideError('aggregator-unreachable', `The relay answered ${response.status}.`)
    const answer = await readAtMost(response, MOST_ANSWERED)
    try {
      const { status, headers, body } = decodeResponse(await sealed.open(answer))
      return new Response(body, { status, headers })
    } catch (cause) {
      const message = 'The relay’s answer is not sealed by the server.'
      throw new NearsideError('aggregator-unreachable', message, { cause })
    }
  }
  return { ask, detailOf }
}
