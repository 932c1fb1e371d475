/** @module Listens on a port with the limits that a public server needs, and stops cleanly. */
import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import { type HttpBindings, serve } from '@hono/node-server'
import { getConnInfo } from '@hono/node-server/conninfo'
import type { OpenAPIHono } from '@hono/zod-openapi'
import { NearsideError } from '@nearside/core/error.ts'
import type { Context } from 'hono'
import { problem } from '../protocol/problem.ts'
import { PROBLEM_MEDIA_TYPE } from '../protocol/routes.ts'
import { addressGroup, type IsTrusted, originalAddress } from './clientAddress.ts'

const DRAIN = 1_500

export function senderAddress(isTrusted: IsTrusted): (c: Context) => string {
  return (c) => {
    const remote = getConnInfo(c).remote.address ?? ''
    return originalAddress(remote, c.req.header('x-forwarded-for'), isTrusted)
  }
}

/** Makes a function that returns a request's sender, by `addressGroup`. */
export function clientAddress(isTrusted: IsTrusted): (c: Context) => string {
  const addressOf = senderAddress(isTrusted)
  return (c) => addressGroup(addressOf(c))
}

/** @throws NearsideError `input-invalid` if the port can't be used, e.g. because it is in use */
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
          // Interval at which Node checks the timeouts of headers and requests, in milliseconds.
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

/** Accepts no new connections, and gives running requests at most 1.5 seconds. */
function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), DRAIN)
    server.close(() => {
      clearTimeout(force)
      resolve()
    })
    server.closeIdleConnections()
    // A connection becomes idle only a moment after its response closes, so close idle connections once more then.
    server.on('request', (_, response) => response.once('close', closeIdle))
    const closeIdle = () => setImmediate(() => server.closeIdleConnections())
  })
}

const MOST = 512
const MOST_OF_ONE_ADDRESS = 64
/** Maximum number of refused connections that stay open. Beyond it, the oldest connection closes without an answer. */
const MOST_REFUSED = 256
/** Milliseconds that a refused connection has to send its request. */
const FAREWELL = 5_000
/** Maximum number of bytes of a refused request that the server reads and discards before it answers. */
const MOST_THROWN_AWAY = 2 ** 20

interface Connection {
  readonly address: string
  /** Latest request on this connection; its `complete` is true once its body has arrived. */
  request: IncomingMessage | null
  /** `bytesRead` of the socket when `requeue` last ran; 0 before the first time. */
  heard: number
}

/**
 * @param isTrusted recognises proxies and relays, which hold connections of many people
 * @returns a function that answers a request on a refused connection (503), and returns null on other connections
 */
function limitConnections(
  server: Server,
  isTrusted: IsTrusted,
): (request: IncomingMessage) => Promise<Response> | null {
  /** Open connections, sorted by the time of their last bytes, oldest first. */
  const open = new Map<Socket, Connection>()
  /** Refused connections, oldest first. */
  const refused = new Map<Socket, Connection>()

  /** Moves the connections that sent something since the last call to the end of `open`. */
  function requeue(): void {
    for (const [socket, connection] of [...open]) {
      if (socket.bytesRead === connection.heard) continue
      connection.heard = socket.bytesRead
      open.delete(socket)
      open.set(socket, connection)
    }
  }

  /**
   * If `most` open connections match `counts`, refuses a silent one (`isSilent`), to make room for a new connection.
   * Returns false if none is silent.
   */
  function makeRoom(most: number, counts: (connection: Connection) => boolean): boolean {
    const those = [...open].filter(([, connection]) => counts(connection))
    if (those.length < most) return true
    const silent = those.find(([, connection]) => isSilent(connection))
    if (silent === undefined) return false
    open.delete(silent[0])
    refuse(...silent)
    return true
  }

  function refuse(socket: Socket, connection: Connection): void {
    refused.set(socket, connection)
    const late = setTimeout(() => {
      if (isSilent(connection)) socket.destroy()
    }, FAREWELL)
    socket.once('close', () => {
      clearTimeout(late)
      refused.delete(socket)
    })
    if (refused.size <= MOST_REFUSED) return
    const [oldest] = [...refused].find(([, other]) => isSilent(other)) ?? [socket]
    refused.delete(oldest)
    oldest.destroy()
  }

  server.on('connection', (socket) => {
    const remote = socket.remoteAddress ?? ''
    const address = addressGroup(remote)
    requeue()
    const hasRoom =
      (isTrusted(remote) || makeRoom(MOST_OF_ONE_ADDRESS, (other) => other.address === address)) &&
      makeRoom(MOST, () => true)
    const connection: Connection = { address, request: null, heard: 0 }
    if (!hasRoom) return refuse(socket, connection)
    open.set(socket, connection)
    socket.once('close', () => open.delete(socket))
  })

  server.on('request', (request, response) => {
    const { socket } = request
    const connection = open.get(socket) ?? refused.get(socket)
    if (connection === undefined) return
    connection.request = request
    response.once('close', () => {
      connection.request = null
      // A request was just answered, so its connection moves to the end of `open`, to be refused last.
      if (open.delete(socket)) open.set(socket, connection)
      else socket.destroySoon()
    })
  })

  return (request) => (refused.has(request.socket) ? answerRefused(request) : null)
}

/** Whether no request on this connection is being answered. */
const isSilent = ({ request }: Connection) => request === null || !request.complete

async function answerRefused(request: IncomingMessage): Promise<Response> {
  // The body is read first: closing a connection with unread bytes would reset it, and the answer would be lost.
  await new Promise<void>((resolve) => {
    let read = 0
    request.on('data', ({ length }) => {
      read += length
      if (read > MOST_THROWN_AWAY) resolve()
    })
    request.once('close', resolve).once('end', resolve)
  })
  const body = JSON.stringify(problem(503, 'aggregator-unreachable', 'Too many connections'))
  const headers = { 'Content-Type': PROBLEM_MEDIA_TYPE, 'Retry-After': '5', Connection: 'close' }
  return new Response(body, { status: 503, headers })
}
