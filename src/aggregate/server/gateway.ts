/**
 * @module Gateway of Oblivious HTTP (RFC 9458): opens a request that a relay carries, passes it to this server's own
 * routes, and seals their answer. The server sees the relay's address instead of the device's, so it can't limit
 * devices by address. The gateway limits each relay and accepts only relays that the operator names. The relay limits
 * its callers by address, and tokens limit reports.
 */

import { createCipheriv, createHash } from 'node:crypto'
import type { OpenAPIHono } from '@hono/zod-openapi'
import { type Bytes, concat, equalBytes } from '@nearside/core/bytes.ts'
import { NearsideError } from '@nearside/core/error.ts'
import type { Context } from 'hono'
import {
  gatewayKeyOf,
  REQUEST_HEADER,
  REQUEST_INFO,
  RESPONSE_LABEL,
  RESPONSE_NONCE_BYTES,
  RESPONSE_SECRET_BYTES,
  responseKeys,
} from '../privacy/oblivious.ts'
import { importOpeningKeys, type OpeningKeys, openingContext } from '../privacy/openSeal.ts'
import { cryptoRandomBytes, type RandomBytes } from '../privacy/randomBytes.ts'
import { ENCAPSULATED_BYTES, NONE } from '../privacy/seal.ts'
import { decodeRequest, encodeResponse, type RequestMessage } from '../protocol/binaryHttp.ts'
import { OBLIVIOUS_REQUEST, OBLIVIOUS_RESPONSE, ROUTES } from '../protocol/routes.ts'
import { WORK_HEADER } from '../protocol/token.ts'
import { limitBody, limitRate, requireType, respondProblem } from './http.ts'

export interface GatewayOptions {
  readonly keys: OpeningKeys
  /** Whether the request comes from a relay that the operator named. */
  readonly isRelay: (c: Context) => boolean
  readonly perMinute: number
}

/** Maximum size of a sealed request, bytes; above the size of the largest report. */
export const MOST_SEALED = 2 ** 20
const ASKED: Readonly<Record<string, string>> = {
  [ROUTES.task]: 'GET',
  [ROUTES.tokens]: 'POST',
  [ROUTES.reports]: 'POST',
}
const HEADERS = ['content-type', 'authorization', WORK_HEADER.toLowerCase()]
const ANSWERED = ['content-type', 'retry-after']

/** Marks a request that a relay carried. The sender's address of a relayed request is unknown. */
export interface InnerBindings {
  readonly isRelayed: true
}

export function gatewayRoute(
  app: OpenAPIHono,
  { keys, isRelay, perMinute }: GatewayOptions,
  addressOf: (c: Context) => string,
  now: () => number,
): void {
  app.get(ROUTES.gatewayKeys, (c) =>
    c.body(encodeKeys(keys.publicKey), 200, { 'Content-Type': 'application/ohttp-keys' }),
  )
  app.use(ROUTES.gateway, async (c, next) => {
    return isRelay(c)
      ? next()
      : respondProblem(c, 403, 'input-invalid', 'Only relays of this server may call')
  })
  const limits = [requireType(OBLIVIOUS_REQUEST), limitRate(perMinute, addressOf, now)] as const
  app.post(ROUTES.gateway, ...limits, limitBody(MOST_SEALED, 'report-invalid'), async (c) => {
    const sealed = new Uint8Array(await c.req.arrayBuffer())
    const { message, seal } = openRequest(keys, sealed)
    const bindings: InnerBindings = { isRelayed: true }
    const answer = await ask(app, message, bindings)
    const answered = [...answer.headers].filter(([name]) => ANSWERED.includes(name))
    const headers = Object.fromEntries(answered)
    const body = new Uint8Array(await answer.arrayBuffer())
    const response = await seal(encodeResponse({ status: answer.status, headers, body }))
    return c.body(response, 200, { 'Content-Type': OBLIVIOUS_RESPONSE })
  })
}

function ask(app: OpenAPIHono, message: RequestMessage, bindings: InnerBindings) {
  const { method, path, headers, body } = message
  if (!Object.hasOwn(ASKED, path) || ASKED[path] !== method)
    throw new NearsideError('input-invalid', `A relay must not carry this ${method} request`)
  const sent = Object.entries(headers).filter(([name]) => HEADERS.includes(name))
  const init = { method, headers: Object.fromEntries(sent), ...(method === 'POST' && { body }) }
  return app.request(path, init, bindings)
}

/** `application/ohttp-keys` (RFC 9458 §3): one key, preceded by its length. */
function encodeKeys(publicKey: Uint8Array): Bytes {
  const [id, suite] = [REQUEST_HEADER.slice(0, 3), REQUEST_HEADER.slice(3)]
  const key = concat(id, publicKey, Uint8Array.of(0, suite.length), suite)
  return concat(Uint8Array.of(0, key.length), key)
}

/** Converts a signing key pair into the keys that open sealed requests (RFC 8032 §5.1.5, RFC 7748). */
export function gatewayKeys(publicKey: Bytes, privateKey: Bytes): OpeningKeys {
  const scalar = createHash('sha512').update(privateKey).digest().subarray(0, 32)
  return importOpeningKeys(gatewayKeyOf(publicKey), scalar)
}

/**
 * @param random source of randomness; only tests pass one
 * @returns the request, and a function that seals its answer
 * @throws NearsideError `report-invalid` for a request that was changed, sealed to another key, or isn't binary HTTP
 */
export function openRequest(
  keys: OpeningKeys,
  sealed: Uint8Array,
  random: RandomBytes = cryptoRandomBytes,
) {
  if (!equalBytes(sealed.slice(0, REQUEST_HEADER.length), REQUEST_HEADER))
    throw new NearsideError('report-invalid', 'The request is changed, or sealed to another key')
  const rest = sealed.slice(REQUEST_HEADER.length)
  const context = openingContext(keys, rest, REQUEST_INFO)
  const plain = context.open(NONE)
  let message: RequestMessage
  try {
    message = decodeRequest(new Uint8Array(plain))
  } catch (cause) {
    throw new NearsideError('report-invalid', 'The sealed request is not binary HTTP', { cause })
  }
  return {
    message,
    async seal(answer: Uint8Array): Promise<Bytes> {
      const nonce = random(RESPONSE_NONCE_BYTES)
      const secret = context.export(RESPONSE_LABEL, RESPONSE_SECRET_BYTES)
      const [key, iv] = await responseKeys(secret, rest.slice(0, ENCAPSULATED_BYTES), nonce)
      const cipher = createCipheriv('aes-128-gcm', key, iv)
      return concat(nonce, cipher.update(answer), cipher.final(), cipher.getAuthTag())
    },
  }
}
