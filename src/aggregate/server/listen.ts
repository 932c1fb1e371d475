/** @module An app on a port, with the limits that a public server needs and a clean way to stop. */
import type { Server } from 'node:http'
import { serve } from '@hono/node-server'
import { getConnInfo } from '@hono/node-server/conninfo'
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'

export interface Listening {
  readonly port: number
  /** Takes no new connection, lets the running requests finish for at most ten seconds. */
  stop(): Promise<void>
}

const DRAIN = 10_000

export function clientAddress(c: Context): string {
  return getConnInfo(c).remote.address ?? ''
}

export function listen(
  app: Pick<OpenAPIHono, 'fetch'>,
  hostname: string,
  port: number,
): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const server = serve(
      {
        fetch: app.fetch,
        hostname,
        port,
        serverOptions: {
          headersTimeout: 5_000,
          requestTimeout: 30_000,
          keepAliveTimeout: 10_000,
          maxHeaderSize: 16_384,
        },
      },
      (info) => resolve({ port: info.port, stop: () => stop(server) }),
    ) as Server
    server.maxConnections = 512
    server.once('error', reject)
  })
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), DRAIN)
    server.close(() => {
      clearTimeout(force)
      resolve()
    })
    server.closeIdleConnections()
  })
}
