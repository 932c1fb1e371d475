/** @module Code that the apps of all servers share: error answers (problem+json), and limits on requests. */

import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { OpenAPIHono } from '@hono/zod-openapi'
import { type ErrorCode, NearsideError } from '@nearside/core/error.ts'
import type { Context, MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { problem } from '../protocol/problem.ts'
import { PROBLEM_MEDIA_TYPE } from '../protocol/routes.ts'

const STATUS: Partial<Record<ErrorCode, ContentfulStatusCode>> = {
  'consent-missing': 403,
  'input-invalid': 422,
  'model-corrupt': 422,
  'policy-mismatch': 422,
  'report-conflict': 409,
  'report-invalid': 422,
  'round-closed': 410,
  'rules-invalid': 422,
  'token-refused': 401,
  'version-taken': 409,
}

/** Answers 503 for every error that isn't the request's fault, so that the sender tries again. */
export function respondThrown(c: Context, thrown: unknown): Response {
  const error = NearsideError.from(
    thrown,
    'storage-unavailable',
    'The server can’t handle the request now',
  )
  const status = STATUS[error.code] ?? 503
  return respondProblem(c, status, error.code, error.message, status === 503 ? 5 : undefined)
}

export function respondProblem(
  c: Context,
  status: ContentfulStatusCode,
  code: ErrorCode,
  title: string,
  retryAfter?: number,
): Response {
  if (retryAfter !== undefined) c.header('Retry-After', String(retryAfter))
  return c.body(JSON.stringify(problem(status, code, title)), status, {
    'Content-Type': PROBLEM_MEDIA_TYPE,
  })
}

/**
 * Limits the number of requests per minute from each address.
 * @param addressOf address that a request comes from; null for a request without a limit
 */
export function limitRate(
  perMinute: number,
  addressOf: (c: Context) => string | null,
  now: () => number,
): MiddlewareHandler {
  const waitOf = createRateLimit(perMinute)
  return async (c, next) => {
    const address = addressOf(c)
    const wait = address === null ? 0 : waitOf(address, now())
    return wait === 0
      ? next()
      : respondProblem(c, 429, 'aggregator-unreachable', 'Too many requests at once', wait)
  }
}

export const requireType =
  (mediaType: string): MiddlewareHandler =>
  async (c, next) =>
    c.req.header('content-type') !== mediaType || c.req.header('content-encoding')
      ? respondProblem(c, 415, 'report-invalid', `Send ${mediaType} uncompressed`)
      : next()

export const hashOfToken = (token: string): Uint8Array =>
  createHash('sha256').update(token).digest()

/** @throws NearsideError `token-refused` unless the request has the token of this hash as its bearer token */
export function requireToken(c: Context, tokenHash: Uint8Array): void {
  const token = /^Bearer (.+)$/.exec(c.req.header('authorization') ?? '')?.[1] ?? ''
  if (timingSafeEqual(hashOfToken(token), tokenHash)) return
  c.header('WWW-Authenticate', 'Bearer')
  throw new NearsideError('token-refused', 'The token is missing or wrong')
}

/** App without routes, which answers errors and lets nobody cache an answer. */
export function emptyApp(): OpenAPIHono {
  const app = new OpenAPIHono()
  app.onError((thrown, c) => respondThrown(c, thrown))
  app.notFound((c) => respondProblem(c, 404, 'input-invalid', 'There is nothing here'))
  app.use(async (c, next) => {
    await next()
    // `c.header` would read the answer's body once more, so it isn't used.
    c.res.headers.set('Cache-Control', 'no-store')
  })
  return app
}

export function limitBody(maxSize: number, code: ErrorCode = 'input-invalid'): MiddlewareHandler {
  const onError = (c: Context) => respondProblem(c, 413, code, 'The body is too long')
  const counted = bodyLimit({ maxSize, onError })
  return async (c, next) => {
    // Hono would stream each body to count its bytes. If the request gives a length, Node ends the body there.
    const length = Number(c.req.header('content-length') ?? Number.NaN)
    return length <= maxSize && !c.req.header('transfer-encoding') ? next() : counted(c, next)
  }
}

/**
 * Runs at most `most` tasks at once. Start a task only when its whole request has arrived, so that a slow sender blocks
 * nobody.
 * @throws NearsideError `aggregator-unreachable` if too many tasks run
 */
export function atMost(most: number): <T>(task: () => Promise<T>) => Promise<T> {
  let running = 0
  return async (task) => {
    if (running >= most)
      throw new NearsideError('aggregator-unreachable', 'Too many requests: try again later')
    running++
    try {
      return await task()
    } finally {
      running--
    }
  }
}

interface Bucket {
  readonly tokens: number
  readonly at: number
}

/** Maximum number of buckets (one per address) in a map. A full map is replaced early, before a minute has passed. */
const MOST = 100_000

/**
 * @param perMinute refill rate, and also the largest burst
 * @returns seconds that an address has to wait; 0 if the request is allowed now
 */
export function createRateLimit(perMinute: number): (address: string, now: number) => number {
  const salt = randomBytes(32)
  const rate = perMinute / 60_000
  // A bucket unused for a minute is full again and needs no memory. So two maps rotate every minute, and the older map
  // is dropped.
  let young = new Map<string, Bucket>()
  let old = young
  let since = Number.NEGATIVE_INFINITY

  function turn(now: number): void {
    old = young
    young = new Map()
    since = now
  }

  return (address, now) => {
    const key = createHmac('sha256', salt).update(address).digest('base64')
    if (Math.abs(now - since) >= 60_000 || young.size >= MOST) turn(now)
    const bucket = young.get(key) ?? old.get(key) ?? { tokens: perMinute, at: now }
    // If the clock moves backwards, the bucket isn't refilled.
    const tokens = Math.min(perMinute, bucket.tokens + Math.max(0, now - bucket.at) * rate)
    if (tokens < 1) return Math.max(1, Math.ceil((1 - tokens) / rate / 1000))
    young.set(key, { tokens: tokens - 1, at: now })
    return 0
  }
}
