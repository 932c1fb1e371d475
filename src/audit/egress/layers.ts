/**
 * @module Removes encodings: a leak may be base64 of compressed text in hex. Decoding the traffic is cheaper than
 * searching for a thousand marks in all nested spellings.
 */
import { brotliDecompressSync, constants, inflateRawSync, inflateSync, unzipSync } from 'node:zlib'

/** Maximum number of nested encodings. */
const DEPTH = 3
const LONGEST = 1 << 20
/** Shortest run that can contain a mark. */
const SHORTEST_RUN = 8

const OPTIONS = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: LONGEST }
const BROTLI = { finishFlush: constants.BROTLI_OPERATION_FLUSH, maxOutputLength: LONGEST }

/** `bytes` itself, and everything under at most `depth` encodings. */
export function* layersOf(bytes: Buffer, depth = DEPTH): Generator<Buffer> {
  yield bytes
  if (depth > 0) for (const under of decodings(bytes)) yield* layersOf(under, depth - 1)
}

function* decodings(bytes: Buffer): Generator<Buffer> {
  const text = bytes.toString('latin1')
  if (/%[\da-f]{2}/i.test(text)) yield fromLatin1(text.replace(/%([\da-f]{2})/gi, byCode))
  if (/\\u[\da-f]{4}/i.test(text)) yield fromLatin1(text.replace(/\\u([\da-f]{4})/gi, byCode))
  if (/\\["\\/]/.test(text)) yield fromLatin1(text.replace(/\\(["\\/])/g, '$1'))
  // UTF-16 text that Latin-1 can write, in either byte order.
  if (/(\0[\s\S]){4}|([\s\S]\0){4}/.test(text))
    for (const phase of [0, 1]) yield bytes.filter((_, at) => at % 2 === phase) as Buffer
  // In a path or between dashes the start of base64 is unknown, so all four phases are tried.
  for (const [run] of text.matchAll(/[\w+/-]{8,}/g))
    for (let phase = 0; phase < 4 && run.length - phase >= SHORTEST_RUN; phase++)
      yield Buffer.from(run.slice(phase), 'base64')
  for (const [run] of text.matchAll(/[\da-f]{8,}/gi))
    for (const phase of [0, 1]) yield Buffer.from(run.slice(phase), 'hex')
  yield* inflated(bytes)
  yield Buffer.from(bytes).reverse()
}

const byCode = (_: string, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))
const fromLatin1 = (text: string) => Buffer.from(text, 'latin1')

/** Recognises gzip and zlib by their first bytes, at any position; tries raw deflate and brotli. */
function* inflated(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at + SHORTEST_RUN < bytes.length; at++) {
    const two = bytes.readUInt16BE(at)
    if (two === 0x1f8b) yield* tried(() => unzipSync(bytes.subarray(at), OPTIONS))
    else if ((two & 0x0f00) === 0x0800 && two % 31 === 0 && bytes[at] === 0x78)
      yield* tried(() => inflateSync(bytes.subarray(at), OPTIONS))
  }
  yield* tried(() => inflateRawSync(bytes, OPTIONS))
  yield* tried(() => brotliDecompressSync(bytes, BROTLI))
}

function* tried(decode: () => Buffer): Generator<Buffer> {
  try {
    const bytes = decode()
    if (bytes.length >= SHORTEST_RUN / 2) yield bytes
  } catch {
    // These bytes weren't compressed.
  }
}
