/**
 * @module Limits on connections, per address and in total. At a limit, a new connection replaces the one that has
 * been silent for longest: an idle one, or one whose request is incomplete. A connection whose request is being
 * answered is never replaced. A replaced or refused connection stays open for a moment, and the server answers a
 * request on it with 503.
 */
import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import { problem } from '../protocol/problem.ts'
import { PROBLEM_MEDIA_TYPE } from '../protocol/routes.ts'
import { addressGroup, type IsTrusted } from './clientAddress.ts'

const MOST = 512
const MOST_OF_ONE_ADDRESS = 64
/** Most refused connections that may stay open. Above it, the oldest closes without an answer. */
const MOST_REFUSED = 256
/** Milliseconds that a refused connection has to send its request. */
const FAREWELL = 5_000
/** Bytes of a refused request that the server reads and discards, so that the sender reads the answer. */
const MOST_THROWN_AWAY = 2 ** 20

interface Connection {
  readonly address: string
  /** Latest request on this connection; complete once its body has arrived. */
  request: IncomingMessage | null
  /** Bytes received when `requeue` last ran. */
  heard: number
}

/**
 * @param isTrusted recognises proxies and relays, which hold connections of many people
 * @returns a function that answers a request over a refused connection; it returns null for other requests
 */
export function limitConnections(
  server: Server,
  isTrusted: IsTrusted,
): (request: IncomingMessage) => Promise<Response> | null {
  /** Open connections, the longest silent one first. */
  const open = new Map<Socket, Connection>()
  /** Refused connections, oldest first. */
  const refused = new Map<Socket, Connection>()

  /** Moves connections that sent something since the last call to the end. */
  function requeue(): void {
    for (const [socket, connection] of [...open]) {
      if (socket.bytesRead === connection.heard) continue
      connection.heard = socket.bytesRead
      open.delete(socket)
      open.set(socket, connection)
    }
  }

  /**
   * Makes room for one more connection among those that `counts` selects, by refusing a silent connection if needed.
   * Returns false where none is silent.
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
      // The connection was just answered: move it to the end, so that it is replaced last.
      if (open.delete(socket)) open.set(socket, connection)
      else socket.destroySoon()
    })
  })

  return (request) => (refused.has(request.socket) ? answerRefused(request) : null)
}

/** Whether no request on this connection is being answered. */
const isSilent = ({ request }: Connection) => request === null || !request.complete

async function answerRefused(request: IncomingMessage): Promise<Response> {
  // Read the body first: closing with unread bytes resets the connection, and the answer is lost.
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
