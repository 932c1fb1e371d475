/** @module Makes marks, values of a shopper's data that occur nowhere else, and searches for them in sent data. */
import { createHash } from 'node:crypto'
import {
  brotliDecompressSync,
  constants,
  crc32,
  inflateRawSync,
  inflateSync,
  unzipSync,
} from 'node:zlib'
import { DAY } from '@nearside/core/time.ts'

export interface Marks {
  readonly ids: readonly string[]
  readonly titles: readonly string[]
  readonly queries: readonly string[]
  readonly prices: readonly number[]
  /** Times in milliseconds since the epoch. */
  readonly times: readonly number[]
}

const LETTERS = 'bcdfghjklmnpqrstvwxz'

const word = (length: number, random: () => number) =>
  Array.from({ length }, () => LETTERS[Math.floor(random() * LETTERS.length)]).join('')

/**
 * Mark of one probe, 12 capital letters. All are random, because half a mark must also identify its probe.
 * @param random uniform in [0, 1)
 */
export const makeProbeMark = (random: () => number): string => word(12, random).toUpperCase()

/**
 * @param count number of marks of each kind
 * @param random uniform in [0, 1)
 * @param now end of the 60 days that times fall in
 */
export function makeMarks(count: number, random: () => number, now: number): Marks {
  const whole = (below: number) => Math.floor(random() * below)
  const made = <T>(make: () => T) => {
    const all = new Set<T>()
    while (all.size < count) all.add(make())
    return [...all]
  }
  return {
    ids: made(() => `${word(9, random)}${whole(10)}`.toUpperCase()),
    titles: made(() => word(11, random)),
    queries: made(() => word(10, random)),
    // Prices are never whole numbers, because `shapesOf` treats whole numbers as times.
    prices: made(() => (10 * (100_000 + whole(900_000)) + 1 + whole(9)) / 100),
    times: made(() => now - DAY - whole(60 * DAY)),
  }
}

/** Forms in which a mark can appear after decoding: text in lower case, and bytes. */
function* shapesOf(mark: string | number): Generator<{ text?: string; bytes?: Buffer }> {
  const text = String(mark)
  yield { text: text.toLowerCase() }
  for (const name of ['md5', 'sha1', 'sha256']) {
    for (const spelled of new Set([text, text.toLowerCase()]))
      yield { bytes: createHash(name).update(spelled).digest() }
  }
  yield { text: crc32(text).toString(16).padStart(8, '0') }
  if (typeof mark === 'string') return
  if (Number.isInteger(mark)) {
    yield { text: String(Math.floor(mark / 1000)) }
    yield { text: new Date(mark).toISOString().slice(0, 19).toLowerCase() }
    yield { bytes: varint(mark) }
  } else yield { text: String(Math.round(mark * 100)) }
  for (const method of [
    'writeDoubleLE',
    'writeDoubleBE',
    'writeFloatLE',
    'writeFloatBE',
  ] as const) {
    const bytes = Buffer.alloc(method.startsWith('writeD') ? 8 : 4)
    bytes[method](mark)
    // Leaves out the four-byte form of a time, which is the same for two minutes and can occur by chance.
    if (bytes.length === 8 || !Number.isInteger(mark)) yield { bytes }
  }
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = BigInt(value)
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
  return Buffer.from([...bytes, Number(rest)])
}

/** Search terms, indexed by their first four bytes. */
class Needles {
  readonly #byStart = new Map<number, { needle: Buffer; mark: string }[]>()

  add(needle: Buffer, mark: string): void {
    const start = needle.readUInt32BE(0)
    const others = this.#byStart.get(start)
    if (others) others.push({ needle, mark })
    else this.#byStart.set(start, [{ needle, mark }])
  }

  search(bytes: Buffer, found: Set<string>): void {
    for (let at = 0; at + 4 <= bytes.length; at++)
      for (const { needle, mark } of this.#byStart.get(bytes.readUInt32BE(at)) ?? [])
        if (bytes.subarray(at, at + needle.length).equals(needle)) found.add(mark)
  }
}

export type MarkFinder = (bytes: Buffer) => ReadonlySet<string>

export function createMarkFinder(marks: Iterable<string | number>): MarkFinder {
  const texts = new Needles()
  const binary = new Needles()
  for (const mark of marks)
    for (const { text, bytes } of shapesOf(mark)) {
      if (text !== undefined) texts.add(Buffer.from(text), String(mark))
      if (bytes !== undefined) binary.add(bytes, String(mark))
    }
  // A browser mostly repeats what it sends, so results are cached by content.
  const known = new Map<string, ReadonlySet<string>>()
  return (bytes) => {
    const key = bytes.toString('latin1')
    const before = known.get(key)
    if (before) return before
    const found = new Set<string>()
    for (const layer of layersOf(bytes)) {
      binary.search(layer, found)
      texts.search(Buffer.from(layer.toString('latin1').toLowerCase(), 'latin1'), found)
    }
    known.set(key, found)
    return found
  }
}

const DEPTH = 3
const LONGEST = 1 << 20
/** Least number of encoded characters in a row that can contain a mark. */
const SHORTEST_RUN = 8

const OPTIONS = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: LONGEST }
const BROTLI = { finishFlush: constants.BROTLI_OPERATION_FLUSH, maxOutputLength: LONGEST }

/** The bytes themselves, and everything that up to `depth` nested encodings hide in them. */
function* layersOf(bytes: Buffer, depth = DEPTH): Generator<Buffer> {
  yield bytes
  if (depth > 0) for (const under of decodings(bytes)) yield* layersOf(under, depth - 1)
}

function* decodings(bytes: Buffer): Generator<Buffer> {
  const text = bytes.toString('latin1')
  if (/%[\da-f]{2}/i.test(text)) yield fromLatin1(text.replace(/%([\da-f]{2})/gi, byCode))
  if (/\\u[\da-f]{4}/i.test(text)) yield fromLatin1(text.replace(/\\u([\da-f]{4})/gi, byCode))
  if (/\\["\\/]/.test(text)) yield fromLatin1(text.replace(/\\(["\\/])/g, '$1'))
  // Reads UTF-16 text, in either byte order, if Latin-1 has its characters, too: takes every second byte.
  if (/(\0[\s\S]){4}|([\s\S]\0){4}/.test(text))
    for (const phase of [0, 1]) yield bytes.filter((_, at) => at % 2 === phase) as Buffer
  // Base64 may start anywhere in a path or between dashes, so all four offsets are tried.
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

/** Recognises gzip and zlib by their first bytes, at any position; tries raw deflate and brotli on all of `bytes`. */
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
    // The bytes aren't compressed in this format, so there is nothing to search in.
  }
}
