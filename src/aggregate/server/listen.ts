/** @module Listens on a port with the limits that a public server needs, and stops cleanly. */
import type { Server } from 'node:http'
import { type HttpBindings, serve } from '@hono/node-server'
import { getConnInfo } from '@hono/node-server/conninfo'
import type { OpenAPIHono } from '@hono/zod-openapi'
import { NearsideError } from '@nearside/core/error.ts'
import type { Context } from 'hono'
import { addressGroup, type IsTrusted, originalAddress } from './clientAddress.ts'
import { limitConnections } from './connections.ts'

const DRAIN = 1_500

/** Address of a request's sender. @param isTrusted recognises proxies */
export function senderAddress(isTrusted: IsTrusted): (c: Context) => string {
  return (c) => {
    const remote = getConnInfo(c).remote.address ?? ''
    return originalAddress(remote, c.req.header('x-forwarded-for'), isTrusted)
  }
}

/** Address group that limits count as one sender. */
export function clientAddress(isTrusted: IsTrusted): (c: Context) => string {
  const addressOf = senderAddress(isTrusted)
  return (c) => addressGroup(addressOf(c))
}

/** @throws NearsideError `input-invalid` where the port can't be used, for example because it is in use */
export function listen(
  app: Pick<OpenAPIHono, 'fetch'>,
  hostname: string,
  port: number,
  isTrusted: IsTrusted = () => false,
): Promise<{ readonly port: number; stop(): Promise<void> }> {
  return new Promise((resolve, reject) => {
    let refusal: ReturnType<typeof limitConnections> = () => null
    const server = serve(
      {
        fetch: (request, env) => refusal((env as HttpBindings).incoming) ?? app.fetch(request, env),
        hostname,
        port,
        serverOptions: {
          headersTimeout: 5_000,
          requestTimeout: 15_000,
          keepAliveTimeout: 10_000,
          // Interval at which Node checks both timeouts, in milliseconds.
          connectionsCheckingInterval: 1_000,
          maxHeaderSize: 16_384,
        },
      },
      (info) => resolve({ port: info.port, stop: () => stop(server) }),
    ) as Server
    refusal = limitConnections(server, isTrusted)
    server.once('error', (thrown) => {
      reject(NearsideError.from(thrown, 'input-invalid', `Port ${port} can’t be used`))
    })
  })
}

/** Takes no new connections and gives running requests at most 1.5 seconds. */
function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), DRAIN)
    server.close(() => {
      clearTimeout(force)
      resolve()
    })
    server.closeIdleConnections()
    // A connection becomes idle only a moment after its response closes.
    server.on('request', (_, response) => response.once('close', closeIdle))
    const closeIdle = () => setImmediate(() => server.closeIdleConnections())
  })
}
