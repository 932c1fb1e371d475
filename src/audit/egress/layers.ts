/**
 * @module Takes encodings off: a leak may be written in base64 of a compressed text in hex. Decoding what
 * left is cheaper than searching for a thousand marks in each spelling of each spelling.
 */
import { brotliDecompressSync, constants, inflateRawSync, inflateSync, unzipSync } from 'node:zlib'

/** How many encodings may lie over one another. */
const DEPTH = 3
const LONGEST = 1 << 20
/** Shorter runs hold no mark. */
const SHORTEST_RUN = 8

const OPTIONS = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: LONGEST }
const BROTLI = { finishFlush: constants.BROTLI_OPERATION_FLUSH, maxOutputLength: LONGEST }

/** `bytes` itself, and all that lies under at most `depth` encodings. */
export function* layersOf(bytes: Buffer, depth = DEPTH): Generator<Buffer> {
  yield bytes
  if (depth > 0) for (const under of decodings(bytes)) yield* layersOf(under, depth - 1)
}

function* decodings(bytes: Buffer): Generator<Buffer> {
  const text = bytes.toString('latin1')
  if (/%[\da-f]{2}/i.test(text)) yield fromLatin1(text.replace(/%([\da-f]{2})/gi, byCode))
  if (/\\u[\da-f]{4}/i.test(text)) yield fromLatin1(text.replace(/\\u([\da-f]{4})/gi, byCode))
  if (/\\["\\/]/.test(text)) yield fromLatin1(text.replace(/\\(["\\/])/g, '$1'))
  // UTF-16, either way around, of anything that Latin-1 can write.
  if (/(\0[\s\S]){4}|([\s\S]\0){4}/.test(text))
    for (const phase of [0, 1]) yield bytes.filter((_, at) => at % 2 === phase) as Buffer
  // In a path or between dashes nobody knows where it begins: four phases are all there are.
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

/** Gzip and zlib tell themselves by their first bytes, wherever those stand; raw deflate and brotli are tried. */
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
    // It was something else.
  }
}
