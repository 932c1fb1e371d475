/**
 * @module Oblivious relay (RFC 9458): carries sealed requests to the gateways of named servers, and their answers back.
 * The relay sees who sends a request and when, but not its content. The servers see the content of a request, but not
 * its sender. The relay stores and logs nothing.
 */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { NearsideError } from '@nearside/core/error.ts'
import { readAtMost } from '@nearside/core/readAtMost.ts'
import type { Context } from 'hono'
import { cors } from 'hono/cors'
import {
  endpoint,
  OBLIVIOUS_REQUEST,
  OBLIVIOUS_RESPONSE,
  ROUTES,
  relayName,
} from '../protocol/routes.ts'
import { trustedProxies } from './clientAddress.ts'
import { MOST_SEALED } from './gateway.ts'
import { atMost, emptyApp, limitBody, limitRate, requireType, respondProblem } from './http.ts'
import { clientAddress, listen } from './listen.ts'

export interface RelayOptions {
  /** URLs of the aggregators, as shops configure them. The relay sends requests only to these servers. */
  readonly targets: readonly string[]
  /** Origins of shops whose pages may call the relay; null: any origin. */
  readonly origins: readonly string[] | null
  readonly fetch: typeof globalThis.fetch
  readonly now: () => number
  readonly perMinute: number
  readonly clientAddress: (c: Context) => string
  /** Milliseconds that a server has to answer; default 15,000. */
  readonly deadline?: number
}

/** Maximum number of requests in progress; the relay refuses more. */
const MOST_UNDER_WAY = 256
const MOST_ANSWERED = 2 ** 20
const DEADLINE = 15_000

export function createRelay(options: RelayOptions): OpenAPIHono {
  const { targets, origins, now, perMinute, clientAddress } = options
  const urls = new Map(targets.map((url) => [relayName(url), endpoint(url, ROUTES.gateway)]))
  const run = atMost(MOST_UNDER_WAY)
  const app = emptyApp()
  app.use(
    cors({
      origin: origins === null ? '*' : [...origins],
      allowMethods: ['POST'],
      allowHeaders: ['Content-Type'],
    }),
  )
  app.get(ROUTES.health, (c) => c.json({ status: 'ok', role: 'relay' }))

  app.use('/:target', async (c, next) => {
    if (c.req.method !== 'POST' || !urls.has(c.req.param('target')))
      return respondProblem(c, 404, 'input-invalid', 'This relay does not forward to this address')
    return next()
  })
  const limits = [requireType(OBLIVIOUS_REQUEST), limitRate(perMinute, clientAddress, now)] as const
  app.post('/:target', ...limits, limitBody(MOST_SEALED, 'report-invalid'), async (c) => {
    const body = new Uint8Array(await c.req.arrayBuffer())
    const url = urls.get(c.req.param('target')) ?? ''
    const response = await run(() => carry(url, body, options))
    return c.body(response, 200, { 'Content-Type': OBLIVIOUS_RESPONSE })
  })
  return app
}

/** @throws NearsideError `report-invalid` if the server can't decrypt `body`; otherwise `aggregator-unreachable` */
async function carry(
  url: string,
  body: Uint8Array<ArrayBuffer>,
  { fetch, deadline = DEADLINE }: RelayOptions,
) {
  // The relay forwards none of the sender's headers.
  const headers = { 'content-type': OBLIVIOUS_REQUEST }
  const signal = AbortSignal.timeout(deadline)
  try {
    const init = { method: 'POST', body, headers, redirect: 'error', signal } as const
    const response = await fetch(url, init)
    if (response.status === 422)
      throw new NearsideError('report-invalid', 'The server can’t decrypt this request')
    const isSealed = response.headers.get('content-type') === OBLIVIOUS_RESPONSE
    if (response.status !== 200 || !isSealed)
      throw new Error(`the server’s answer (${response.status}) is not sealed`)
    return await readAtMost(response, MOST_ANSWERED)
  } catch (thrown) {
    throw NearsideError.from(thrown, 'aggregator-unreachable', 'The server did not answer')
  }
}

interface RelayServerOptions extends Pick<RelayOptions, 'targets' | 'origins' | 'perMinute'> {
  readonly host: string
  /** TCP port; 0: any free port. */
  readonly port: number
  readonly trustedProxies: readonly string[]
}

/** @throws NearsideError `input-invalid` if the port is in use */
export async function startRelay({
  host,
  port,
  trustedProxies: list,
  ...rest
}: RelayServerOptions) {
  const isTrusted = trustedProxies(list)
  const app = createRelay({
    ...rest,
    fetch,
    now: Date.now,
    clientAddress: clientAddress(isTrusted),
  })
  return listen(app, host, port, isTrusted)
}
