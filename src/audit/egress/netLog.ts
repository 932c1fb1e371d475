/**
 * @module Sent data according to Chromium's own network log, for users without root. The log is the browser's own
 * statement. It lacks names that only WebRTC or a resource hint requests.
 * @see https://www.chromium.org/developers/design-documents/network-stack/netlog/
 */
import type { Sent } from './flows.ts'

interface Event {
  readonly type: number
  readonly source: { readonly id: number }
  readonly time: string
  readonly params?: Readonly<Record<string, unknown>>
}

interface Log {
  readonly constants: {
    readonly logEventTypes: Readonly<Record<string, number>>
    readonly timeTickOffset: number | string
  }
  readonly events: readonly Event[]
}

/**
 * @param text the log, perhaps still incomplete
 * @param isShop whether a URL is the shop's; the bytes of such requests are judged
 */
export function readNetLog(text: string, isShop: (url: string) => boolean): Sent[] {
  const { constants, events } = parse(text)
  const names = new Map(Object.entries(constants.logEventTypes).map(([name, type]) => [type, name]))
  const sockets = new Map<number, { to: string; secure: Buffer[]; plain: Buffer[]; time: number }>()
  const sent: Sent[] = []
  for (const { type, source, time: tick, params = {} } of events) {
    const time = Number(constants.timeTickOffset) + Number(tick)
    const name = names.get(type) ?? ''
    const bytes = Buffer.from(String(params.bytes ?? ''), 'base64')
    const to = String(params.address ?? '')
    const socket = sockets.get(source.id)
    if (name === 'TCP_CONNECT_ATTEMPT' && to !== '')
      sockets.set(source.id, { to, secure: [], plain: [], time })
    else if (name === 'UDP_CONNECT' && to !== '')
      sockets.set(source.id, { to, secure: [], plain: [], time })
    else if (name === 'SOCKET_BYTES_SENT') socket?.plain.push(bytes)
    else if (name === 'SSL_SOCKET_BYTES_SENT') socket?.secure.push(bytes)
    else if (name === 'UDP_BYTES_SENT')
      sent.push({ time, protocol: 'udp', to: to || (socket?.to ?? ''), bytes, torn: false })
    else if (/^(URL_REQUEST_START_JOB|HTTP_STREAM_JOB_CONTROLLER)$/.test(name) && params.url) {
      const url = String(params.url)
      if (/^(https?|wss?):/.test(url) && !isShop(url))
        sent.push({ time, protocol: 'name', to: url, bytes: Buffer.from(url), torn: false })
    }
  }
  for (const { to, secure, plain, time } of sockets.values())
    if (secure.length + plain.length > 0) {
      const bytes = Buffer.concat(secure.length > 0 ? secure : plain)
      sent.push({ time, protocol: 'tcp', to, bytes, torn: false })
    }
  return sent.sort((a, b) => a.time - b.time)
}

/** Parses the log: one event per line; the end appears when the browser closes. */
function parse(text: string): Log {
  try {
    return JSON.parse(text)
  } catch {
    const whole = text.slice(0, text.lastIndexOf(',\n'))
    return whole.includes('"events"')
      ? JSON.parse(`${whole}]}`)
      : { constants: { logEventTypes: {}, timeTickOffset: 0 }, events: [] }
  }
}
