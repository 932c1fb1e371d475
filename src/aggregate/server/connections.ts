/**
 * @module Who may hold a connection. A connection without a whole request (idle, or holding back its
 * headers or its body) gives way to a new one, the longest silent first, once its address or the whole
 * server has enough; so whoever opens many and sends nothing only pushes out themselves.
 */
import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import { addressGroup, type IsTrusted } from './clientAddress.ts'

const MOST = 512
const MOST_OF_ONE_ADDRESS = 64

interface Connection {
  readonly address: string
  /** The last one; complete once its body has come. */
  request: IncomingMessage | null
}

/** @param isTrusted proxies, which hold the connections of many */
export function limitConnections(server: Server, isTrusted: IsTrusted): void {
  /** The longest silent first. */
  const open = new Map<Socket, Connection>()

  /** Whether there is room for one more among those that `counts`. */
  function makeRoom(most: number, counts: (connection: Connection) => boolean): boolean {
    const those = [...open].filter(([, connection]) => counts(connection))
    if (those.length < most) return true
    const silent = those.find(([, { request }]) => request === null || !request.complete)
    if (silent === undefined) return false
    open.delete(silent[0])
    silent[0].destroy()
    return true
  }

  server.on('connection', (socket) => {
    const remote = socket.remoteAddress ?? ''
    const address = addressGroup(remote)
    const hasRoom =
      (isTrusted(remote) || makeRoom(MOST_OF_ONE_ADDRESS, (other) => other.address === address)) &&
      makeRoom(MOST, () => true)
    if (!hasRoom) {
      socket.destroy()
      return
    }
    open.set(socket, { address, request: null })
    socket.once('close', () => open.delete(socket))
  })

  server.on('request', (request, response) => {
    const { socket } = request
    const connection = open.get(socket)
    if (connection === undefined) return
    connection.request = request
    response.once('close', () => {
      connection.request = null
      // It has spoken: now the last to give way.
      if (open.delete(socket)) open.set(socket, connection)
    })
  })
}
