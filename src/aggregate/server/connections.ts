/**
 * @module Limits on connections, by address and in all. At a limit, a new connection replaces the one that has sent
 * nothing for the longest time: an idle one, or one whose request is incomplete. A connection whose request is being
 * answered is never replaced. A connection that is replaced or refused stays open for a moment, and a request on it
 * is answered 503.
 */
import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import { problem } from '../protocol/problem.ts'
import { PROBLEM_MEDIA_TYPE } from '../protocol/routes.ts'
import { addressGroup, type IsTrusted } from './clientAddress.ts'

const MOST = 512
const MOST_OF_ONE_ADDRESS = 64
/** Refused connections that may still be open; beyond, the oldest is closed without an answer. */
const MOST_REFUSED = 256
/** Milliseconds that a refused connection may take for its request. */
const FAREWELL = 5_000
/** Bytes of a refused request that are read, so that its sender reads the answer. */
const MOST_THROWN_AWAY = 2 ** 20

interface Connection {
  readonly address: string
  /** The last one; complete once its body has come. */
  request: IncomingMessage | null
  /** Bytes that it had sent when `requeue` last looked. */
  heard: number
}

/**
 * @param isTrusted proxies and relays, which hold the connections of many
 * @returns the answer to a request that came over a refused connection; null for any other
 */
export function limitConnections(
  server: Server,
  isTrusted: IsTrusted,
): (request: IncomingMessage) => Promise<Response> | null {
  /** First the connection that has sent nothing for the longest time. */
  const open = new Map<Socket, Connection>()
  /** The oldest first. */
  const refused = new Map<Socket, Connection>()

  /** Moves each connection that has sent something meanwhile behind the others. */
  function requeue(): void {
    for (const [socket, connection] of [...open]) {
      if (socket.bytesRead === connection.heard) continue
      connection.heard = socket.bytesRead
      open.delete(socket)
      open.set(socket, connection)
    }
  }

  /** Whether there is room for one more among those that `counts`. */
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
      // It has spoken: now the last to give way.
      if (open.delete(socket)) open.set(socket, connection)
      else socket.destroySoon()
    })
  })

  return (request) => (refused.has(request.socket) ? answerRefused(request) : null)
}

/** Whether no request of it is being answered. */
const isSilent = ({ request }: Connection) => request === null || !request.complete

async function answerRefused(request: IncomingMessage): Promise<Response> {
  // Closed with bytes unread, the system would reset the connection, and the answer be lost.
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
