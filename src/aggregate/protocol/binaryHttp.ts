/** @module HTTP messages as bytes (RFC 9292, known-length form only). An oblivious relay carries them sealed. */
import { type Bytes, concat, ownBytes, utf8 } from '@nearside/core/bytes.ts'

type Fields = Readonly<Record<string, string>>

export interface RequestMessage {
  readonly method: string
  readonly path: string
  readonly headers: Fields
  readonly body: Bytes
}

interface ResponseMessage {
  readonly status: number
  readonly headers: Fields
  readonly body: Bytes
}

const [REQUEST, RESPONSE] = [0, 1]
/** Name of a header field: a token (RFC 9110 §5.6.2) in lower case. */
const NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/
const VALUE = /^[^\p{Cc}]*$/u

/** Encodes a variable-length integer (RFC 9000 §16). @param n below 2³⁰ */
function integer(n: number): Bytes {
  if (n < 2 ** 6) return Uint8Array.of(n)
  if (n < 2 ** 14) return Uint8Array.of(0x40 | (n >> 8), n & 0xff)
  return Uint8Array.of(0x80 | (n >> 24), (n >> 16) & 0xff, (n >> 8) & 0xff, n & 0xff)
}

const sized = (bytes: Uint8Array): Bytes => concat(integer(bytes.length), bytes)
const sizedText = (text: string): Bytes => sized(utf8(text))

/** Encodes header fields and content. Trailer fields are left out, as RFC 9292 allows. */
function encodeRest(headers: Fields, body: Uint8Array): Bytes {
  const lines = Object.entries(headers).flatMap(([name, value]) => [name, value].map(sizedText))
  return concat(sized(concat(...lines)), sized(body))
}

/** @param authority host and port of the URL that the message is for */
export function encodeRequest(message: RequestMessage & { readonly authority: string }): Bytes {
  const { method, authority, path, headers, body } = message
  const control = [method, 'https', authority, path].map(sizedText)
  return concat(Uint8Array.of(REQUEST), ...control, encodeRest(headers, body))
}

export function encodeResponse({ status, headers, body }: ResponseMessage): Bytes {
  return concat(Uint8Array.of(RESPONSE), integer(status), encodeRest(headers, body))
}

/** @throws RangeError for bytes that aren't a known-length request of RFC 9292 */
export function decodeRequest(bytes: Uint8Array): RequestMessage {
  const read = createReader(bytes, REQUEST)
  const [method, , , path] = [read.text(), read.text(), read.text(), read.text()]
  return { method, path, ...read.rest() }
}

/** @throws RangeError for an informational response, and for bytes that aren't a known-length response of RFC 9292 */
export function decodeResponse(bytes: Uint8Array): ResponseMessage {
  const read = createReader(bytes, RESPONSE)
  const status = read.integer()
  if (status < 200 || status > 599) throw new RangeError(`not a final status: ${status}`)
  return { status, ...read.rest() }
}

function createReader(bytes: Uint8Array, kind: number) {
  let at = 0
  // Parts that are missing at a message's end count as empty (RFC 9292 §3.8).
  const isOver = () => at >= bytes.length

  function take(length: number): Bytes {
    if (length > bytes.length - at) throw new RangeError('it is cut short')
    at += length
    return ownBytes(bytes.slice(at - length, at))
  }

  function integer(): number {
    const [first] = take(1)
    const more = take((1 << (first >> 6)) - 1)
    const n = more.reduce((sum, byte) => 256 * sum + byte, first & 0x3f)
    if (!Number.isSafeInteger(n)) throw new RangeError('a length is too large')
    return n
  }

  const text = () => new TextDecoder('utf-8', { fatal: true }).decode(take(integer()))

  function fields(): Fields {
    const end = integer() + at
    if (end > bytes.length) throw new RangeError('it is cut short')
    const found = new Map<string, string>()
    while (at < end) {
      const [name, value] = [text(), text()]
      if (!NAME.test(name) || !VALUE.test(value) || found.has(name))
        throw new RangeError('a header is malformed or repeated')
      found.set(name, value)
    }
    if (at !== end) throw new RangeError('the headers’ length is wrong')
    return Object.fromEntries(found)
  }

  if (integer() !== kind) throw new RangeError('the message is of another kind')
  return {
    integer,
    text,
    rest() {
      const headers = isOver() ? {} : fields()
      const body = isOver() ? new Uint8Array(0) : take(integer())
      if (!isOver()) fields()
      if (bytes.slice(at).some((byte) => byte !== 0)) throw new RangeError('bytes follow it')
      return { headers, body }
    },
  }
}
