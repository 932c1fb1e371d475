/**
 * @module Sends load to an aggregation server: as fast as it answers, at a fixed rate, and beside half-open
 * connections. The load comes from several addresses of this machine, because a server accepts at most 64 connections
 * per address. (On Linux every 127.x.x.x belongs to this machine.)
 */
import { Agent, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { REPORT_MEDIA_TYPE } from '@nearside/aggregate/protocol/report.ts'
import { ROUTES } from '@nearside/aggregate/protocol/routes.ts'
import type { Random } from '@nearside/core/model/random.ts'

/** Number of concurrent reports: twice the maximum that a leader writes in one transaction. */
const AT_ONCE = 128
const ADDRESSES = 8
/** Milliseconds after which a report counts as unanswered, in a burst and beside half-open connections. */
const PATIENCE = { burst: 60_000, beside: 10_000 }

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)))

type Send = (body: Uint8Array, i: number) => Promise<boolean>

/** @returns a function that sends the i-th report and resolves to whether it was counted */
export function sender(url: string, keepAlive: boolean): { send: Send; close(): void } {
  const maxSockets = keepAlive ? 32 : Number.POSITIVE_INFINITY
  const agents = Array.from(
    { length: ADDRESSES },
    (_, i) => new Agent({ keepAlive, maxSockets, localAddress: `127.0.1.${i + 1}` } as object),
  )
  const headers = { 'content-type': REPORT_MEDIA_TYPE }
  const timeout = keepAlive ? PATIENCE.burst : PATIENCE.beside
  const options = { method: 'POST', headers, timeout }
  return {
    send: (body, i) =>
      new Promise((resolve) => {
        const agent = agents[i % ADDRESSES]
        const sent = request(`${url}${ROUTES.reports}`, { ...options, agent }, (response) => {
          response.resume()
          response.once('end', () => resolve(response.statusCode === 201))
          response.once('error', () => resolve(false))
        })
        sent.once('timeout', () => sent.destroy())
        sent.once('error', () => resolve(false))
        sent.end(body)
      }),
    close() {
      for (const agent of agents) agent.destroy()
    },
  }
}

/**
 * Sends reports as fast as the server answers.
 * @returns number of reports per second
 * @throws Error if a report is not counted
 */
export async function burst(send: Send, bodies: readonly Uint8Array[]): Promise<number> {
  const start = performance.now()
  let next = 0
  const one = async () => {
    while (next < bodies.length) {
      const i = next++
      if (!(await send(bodies[i], i))) throw new Error('a report of a burst was not counted')
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, one))
  return (1000 * bodies.length) / (performance.now() - start)
}

/**
 * Sends reports at a fixed mean rate without waiting for answers, at random times like independent devices.
 * @param rate number of reports per second
 * @returns milliseconds from each report's due time to its answer; infinite without an answer
 */
export async function paced(
  send: Send,
  bodies: readonly Uint8Array[],
  rate: number,
  random: Random,
): Promise<number[]> {
  let due = performance.now()
  const answers: Promise<number>[] = []
  for (const [i, body] of bodies.entries()) {
    due += (-Math.log(1 - random.next()) * 1000) / rate
    await wait(due - performance.now())
    const since = due
    const took = (isCounted: boolean) => (isCounted ? performance.now() - since : Infinity)
    answers.push(send(body, i).then(took))
  }
  return Promise.all(answers)
}

/**
 * Holds `count` half-open connections: each has sent half an HTTP header. They come from a hundred addresses.
 * @returns function that closes all connections
 */
export async function hostile(url: string, count: number): Promise<() => void> {
  const { hostname, port } = new URL(url)
  const sockets = new Map<number, Socket>()
  let isOver = false
  const hold = (i: number) => {
    if (isOver) return
    const localAddress = `127.0.2.${1 + (i % 100)}`
    const socket = connect({ host: hostname, port: Number(port), localAddress })
    sockets.set(i, socket)
    socket.on('error', () => {})
    socket.once('connect', () =>
      socket.write(`POST ${ROUTES.reports} HTTP/1.1\r\nHost: x\r\nX-A: `),
    )
    socket.once('close', () => setTimeout(hold, 100, i))
  }
  for (let i = 0; i < count; i++) hold(i)
  const areOpen = () => [...sockets.values()].every(({ readyState }) => readyState === 'open')
  for (let tries = 0; !areOpen() && tries < 50; tries++) await wait(100)
  return () => {
    isOver = true
    for (const socket of sockets.values()) socket.destroy()
  }
}
