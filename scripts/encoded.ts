/** @module Serves answers in the best encoding for the browser; compresses each answer once, not once per visitor. */
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { MiddlewareHandler } from 'hono'

const COMPRESSIBLE = /^(text|application)\/|^image\/svg/

const ENCODERS = {
  br: (bytes: ArrayBuffer) =>
    promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
  gzip: (bytes: ArrayBuffer) => promisify(gzip)(bytes, { level: 9 }),
} as const

function encodingFor(accepted = ''): keyof typeof ENCODERS | undefined {
  const names = accepted.split(',').map((part) => part.split(';')[0].trim())
  return names.includes('br') ? 'br' : names.includes('gzip') ? 'gzip' : undefined
}

/** Middleware that compresses answers that have an `ETag`, and caches the compressed bytes by their `ETag`. */
export function encoded(): MiddlewareHandler {
  const kept = new Map<string, Promise<Buffer<ArrayBuffer>>>()
  return async (context, next) => {
    await next()
    const { status, headers } = context.res
    const encoding = encodingFor(context.req.header('accept-encoding'))
    const tag = headers.get('etag')
    if (
      status !== 200 ||
      context.req.method !== 'GET' ||
      !COMPRESSIBLE.test(headers.get('content-type') ?? '')
    )
      return
    headers.append('vary', 'accept-encoding')
    if (!encoding || !tag) return
    const key = `${encoding} ${tag}`
    const made = kept.get(key) ?? context.res.arrayBuffer().then(ENCODERS[encoding])
    kept.set(key, made)
    made.catch(() => kept.delete(key))
    const bytes = await made
    context.res = new Response(bytes, { headers })
    context.res.headers.set('content-encoding', encoding)
    context.res.headers.set('content-length', String(bytes.length))
  }
}
