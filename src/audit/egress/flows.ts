/** @module From packets to what the browser sent: streams of TCP put together, datagrams, all else. */
import type { Packet } from './pcap.ts'

export interface Sent {
  /** Milliseconds since the epoch, of the first packet. */
  readonly time: number
  /** `name`: only an address that was asked for is known of it. */
  readonly protocol: 'tcp' | 'udp' | 'name' | 'other'
  /** `address:port`, the address alone, or a URL. */
  readonly to: string
  /** All that went that way: of TCP the whole stream, of UDP one datagram. */
  readonly bytes: Buffer
  /** Bytes of the stream are missing from the capture: it can't be judged. */
  readonly torn: boolean
}

interface Flow {
  readonly first: Packet
  readonly pieces: { readonly at: number; readonly bytes: Buffer }[]
}

/** Whoever speaks first sends; what goes the other way is an answer, and none of the browser's doing. */
export function sentBy(packets: readonly Packet[]): Sent[] {
  const flows = new Map<string, Flow>()
  const streams: Flow[] = []
  const sent: Sent[] = []
  const speakers = new Set<string>()
  for (const packet of packets) {
    const { protocol, from, to, time, payload, sequence } = packet
    const way = `${protocol} ${from} ${to}`
    const back = `${protocol} ${to} ${from}`
    if (protocol === 'kernel') continue
    if (protocol === 'tcp') {
      let flow = flows.get(way)
      if (packet.opens ? flow?.first.sequence !== sequence : !flow && !flows.has(back)) {
        flow = { first: packet, pieces: [] }
        flows.set(way, flow)
        streams.push(flow)
      }
      // After its SYN, or from the middle of a stream whose beginning the capture missed.
      const { opens, sequence: start = 0 } = flow?.first ?? {}
      if (flow && payload.length > 0)
        flow.pieces.push({ at: (sequence - start - (opens ? 1 : 0)) >>> 0, bytes: payload })
    } else if (!speakers.has(back)) {
      speakers.add(way)
      sent.push({ time, protocol, to, bytes: payload, torn: false })
    }
  }
  return [...sent, ...streams.map(joined)].sort((a, b) => a.time - b.time)
}

function joined({ first, pieces }: Flow): Sent {
  const parts: Buffer[] = []
  let end = 0
  let torn = !first.opens
  for (const { at, bytes } of pieces.sort((a, b) => a.at - b.at)) {
    if (at + bytes.length <= end) continue
    torn ||= at > end
    parts.push(bytes.subarray(Math.max(0, end - at)))
    end = at + bytes.length
  }
  return { time: first.time, protocol: 'tcp', to: first.to, bytes: Buffer.concat(parts), torn }
}
