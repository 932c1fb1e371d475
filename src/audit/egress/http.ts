/** @module Parses HTTP/1.1 requests and DNS questions in the data that a browser sent. */

export interface HttpRequest {
  readonly method: string
  readonly target: string
  /** Headers in their original spelling and sequence. The value is everything after `: `, including spaces. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Body as sent, including chunk headers. */
  readonly body: Buffer
}

const REQUEST_LINE = /^([A-Z]+) (\S+) HTTP\/1\.1$/

/** Requests of one connection; null if the stream isn't HTTP. */
export function readRequests(stream: Buffer): HttpRequest[] | null {
  const requests: HttpRequest[] = []
  for (let at = 0; at < stream.length; ) {
    const end = stream.indexOf('\r\n\r\n', at)
    if (end < 0) return null
    const [line, ...lines] = stream.toString('latin1', at, end).split('\r\n')
    const [, method, target] = REQUEST_LINE.exec(line) ?? []
    if (method === undefined) return null
    const headers = lines.map((text) => {
      const colon = text.indexOf(':')
      return [text.slice(0, colon), text.slice(colon + 1).replace(/^ /, '')] as const
    })
    const value = (name: string) =>
      headers.find(([other]) => other.toLowerCase() === name)?.[1].trim()
    // After a request with one of these headers, which a page that only reads never sends, all bytes count as body.
    const open = value('transfer-encoding') ?? value('upgrade')
    const length = open === undefined ? Number(value('content-length') ?? 0) : Infinity
    const body = stream.subarray(end + 4, Math.min(end + 4 + length, stream.length))
    requests.push({ method, target, headers, body })
    at = end + 4 + body.length
  }
  return requests
}

/** Name that a DNS query asks for; null if the datagram isn't a query. */
export function readQuestion(datagram: Buffer): string | null {
  if (datagram.length < 17 || datagram.readUInt16BE(4) !== 1) return null
  const labels: string[] = []
  let at = 12
  while (at < datagram.length && datagram[at] > 0) {
    labels.push(datagram.toString('latin1', at + 1, at + 1 + datagram[at]))
    at += datagram[at] + 1
  }
  return at + 4 < datagram.length ? labels.join('.').toLowerCase() : null
}
