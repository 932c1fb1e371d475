/**
 * @module A slow line between browser and server on this machine. All connections share one bottleneck and have a delay
 * each way, and each connection's handshake takes a round trip. Chromium's debugging tools can't do this: they slow
 * each target separately, so a worker's requests would bypass the page's limit.
 */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface Line {
  readonly bitsPerSecond: number
  readonly roundTripMs: number
}

/** Bytes that the bottleneck passes on at a time. */
const PIECE = 4096
/** Bytes that may wait in a connection before the line stops reading from the server, about as in a real network. */
const WAITING = 128 * 1024

/** @returns the slow line's own port, which leads to `port`, and a function that closes the line */
export async function slowLine(
  port: number,
  { bitsPerSecond, roundTripMs }: Line,
): Promise<{ port: number; close(): void }> {
  const sockets = new Set<Socket>()
  /** Queue with a function for each connection that has waiting data. The function sends one piece of these data. */
  const turns: (() => number)[] = []
  let busy = false

  function pass(): void {
    const turn = turns.shift()
    if (!turn) {
      busy = false
      return
    }
    busy = true
    const start = performance.now()
    later(start + (8000 * turn()) / bitsPerSecond, pass)
  }

  /** Milliseconds by which timers fired too early, because they count only whole milliseconds; below 0: too late. */
  let owed = 0
  function later(at: number, work: () => void): void {
    const wait = at - performance.now() + owed
    if (wait < 1) {
      owed = Math.max(0, wait)
      setImmediate(work)
      return
    }
    owed = 0
    const until = performance.now() + wait
    setTimeout(() => {
      // If a timer fires late, the next waits are shorter, by at most 20 ms in all.
      owed = Math.max(-20, until - performance.now())
      work()
    }, wait)
  }

  const server = createServer({ allowHalfOpen: false, noDelay: true }, (client) => {
    const upstream = connect({ port, host: 'localhost', noDelay: true })
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    const established = performance.now() + roundTripMs
    client.on('data', (data) => {
      const at = Math.max(performance.now(), established) + roundTripMs / 2
      setTimeout(() => upstream.writable && upstream.write(data), at - performance.now())
    })
    const waiting: Buffer[] = []
    let amount = 0
    const turn = (): number => {
      const piece = waiting[0].subarray(0, PIECE)
      if (piece.length === waiting[0].length) waiting.shift()
      else waiting[0] = waiting[0].subarray(PIECE)
      amount -= piece.length
      if (amount < WAITING) upstream.resume()
      setTimeout(() => client.writable && client.write(piece), roundTripMs / 2)
      if (amount > 0) turns.push(turn)
      return piece.length
    }
    upstream.on('data', (data: Buffer) => {
      if (amount === 0) turns.push(turn)
      waiting.push(data)
      amount += data.length
      if (amount >= WAITING) upstream.pause()
      if (!busy) pass()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
