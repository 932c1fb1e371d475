/**
 * @module From packets to the data that the browser sent: reassembled TCP streams, datagrams, and other packets.
 */
import type { Packet } from './pcap.ts'

export interface Sent {
  /** Time of the first packet, milliseconds since the epoch. */
  readonly time: number
  /** Kind of data; `name`: only the requested URL is known. */
  readonly protocol: 'tcp' | 'udp' | 'name' | 'other'
  /** Destination: `address:port`, the address alone, or a URL. */
  readonly to: string
  /** Bytes sent: the whole stream for TCP, one datagram for UDP. */
  readonly bytes: Buffer
  /** Whether the capture misses bytes of the stream, so that it can't be judged. */
  readonly torn: boolean
}

interface Flow {
  readonly first: Packet
  readonly pieces: { readonly at: number; readonly bytes: Buffer }[]
}

/** Extracts what the browser sent. The side that speaks first is the sender; the other side only answers. */
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
      // Sequence relative to the SYN, or to the first captured packet if the capture missed the beginning.
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
