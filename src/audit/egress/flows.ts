/**
 * @module Extracts the data that a browser sent (reassembled TCP streams, datagrams and other packets) from a capture
 * of `tcpdump -i any` (little-endian pcap, Linux cooked headers, version 2).
 * @see https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html
 */

import { invalidInput } from '@nearside/core/error.ts'

export interface Sent {
  /** Time of the first packet, milliseconds since the epoch. */
  readonly time: number
  /** Kind of data; `name`: only the requested URL is known. */
  readonly protocol: 'tcp' | 'udp' | 'name' | 'other'
  /** Destination: `address:port`, the address alone, or a URL. */
  readonly to: string
  /** Bytes sent: the whole stream for TCP, one datagram for UDP. */
  readonly bytes: Buffer
  /** Whether the capture lacks bytes of the stream. */
  readonly torn: boolean
}

interface Flow {
  readonly first: Packet
  readonly pieces: { readonly at: number; readonly bytes: Buffer }[]
}

/** Data that the browser sent. The side that sends first in a flow counts as the browser. */
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
      // Sequence numbers count from the SYN, or from the first captured packet if the capture lacks the SYN.
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

export interface Packet {
  readonly time: number
  /** Protocol. `kernel`: ARP, ICMP and group membership; no page can choose their bytes. */
  readonly protocol: 'tcp' | 'udp' | 'kernel' | 'other'
  readonly from: string
  readonly to: string
  readonly sequence: number
  /** Whether the packet is a SYN without an ACK. */
  readonly opens: boolean
  readonly payload: Buffer
}

const LINUX_SLL2 = 276
const IPV4 = 0x0800
const IPV6 = 0x86dd
const ARP = 0x0806
const KERNEL = [1, 2, 58]

/** @throws NearsideError `input-invalid` for another kind of file, or a truncated packet */
export function readPackets(file: Buffer): Packet[] {
  if (
    file.length < 24 ||
    file.readUInt32LE(0) !== 0xa1b2c3d4 ||
    file.readUInt32LE(20) !== LINUX_SLL2
  )
    throw invalidInput('not a capture of `tcpdump -i any`')
  const packets: Packet[] = []
  for (let at = 24; at + 16 <= file.length; ) {
    const [seconds, micros, kept, length] = [0, 4, 8, 12].map((field) =>
      file.readUInt32LE(at + field),
    )
    // The last packet may still be incomplete on disk.
    if (at + 16 + kept > file.length) break
    if (kept < length) throw invalidInput('the capture has truncated packets')
    const frame = file.subarray(at + 16, at + 16 + kept)
    packets.push({ ...readFrame(frame), time: seconds * 1000 + micros / 1000 })
    at += 16 + kept
  }
  return packets
}

function readFrame(frame: Buffer): Omit<Packet, 'time'> {
  const type = frame.readUInt16BE(0)
  const bytes = frame.subarray(20)
  if (type === IPV4) {
    const header = (bytes[0] & 15) * 4
    const fragment = bytes.readUInt16BE(6) & 0x3fff
    const [from, to] = [12, 16].map((at) => bytes.subarray(at, at + 4).join('.'))
    // On loopback, a packet can be too long for the length field, which is then 0: take all captured bytes.
    const rest = bytes.subarray(header, bytes.readUInt16BE(2) || bytes.length)
    return readSegment(fragment ? -1 : bytes[9], from, to, rest)
  }
  if (type === IPV6) {
    const [from, to] = [8, 24].map((at) => `[${ipv6(bytes.subarray(at, at + 16))}]`)
    const rest = bytes.subarray(40, 40 + (bytes.readUInt16BE(4) || bytes.length))
    // The kernel's group messages follow a header of hop-by-hop options. Packets with other extension headers count as
    // `other`.
    return readSegment(bytes[6] === 0 && rest[0] === 58 ? 58 : bytes[6], from, to, rest)
  }
  const protocol = type === ARP ? 'kernel' : 'other'
  const to = `ethertype ${type.toString(16)}`
  return { protocol, from: '', to, sequence: 0, opens: false, payload: bytes }
}

function ipv6(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, at) => bytes.readUInt16BE(at * 2).toString(16))
  return groups.join(':').replace(/(^|:)(0:)+(?=\w+$)/, '::')
}

function readSegment(
  number: number,
  from: string,
  to: string,
  bytes: Buffer,
): Omit<Packet, 'time'> {
  const plain = { from, to, sequence: 0, opens: false, payload: bytes }
  if (KERNEL.includes(number)) return { ...plain, protocol: 'kernel' }
  if (number !== 6 && number !== 17) return { ...plain, protocol: 'other' }
  const ports = {
    from: `${from}:${bytes.readUInt16BE(0)}`,
    to: `${to}:${bytes.readUInt16BE(2)}`,
  }
  if (number === 17)
    return {
      ...plain,
      ...ports,
      protocol: 'udp',
      payload: bytes.subarray(8, bytes.readUInt16BE(4)),
    }
  const payload = bytes.subarray((bytes[12] >> 4) * 4)
  const opens = (bytes[13] & 0x12) === 0x02
  return { ...ports, protocol: 'tcp', sequence: bytes.readUInt32BE(4), opens, payload }
}
