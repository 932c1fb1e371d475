import { createHash } from 'node:crypto'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createMarkFinder, makeMarks, makeProbeMark } from './marks.ts'

const random = (seed: number) => () => {
  seed = (seed * 16807) % 2147483647
  return seed / 2147483647
}
const marks = makeMarks(12, random(7), Date.UTC(2026, 10, 1))
const all = [marks.ids, marks.titles, marks.queries, marks.prices, marks.times].flat()
const find = createMarkFinder(all)

const escaped = (bytes: Buffer) =>
  Buffer.from([...bytes].map((byte) => `\\u${byte.toString(16).padStart(4, '0')}`).join(''))
const ENCODINGS: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  percent: (bytes) =>
    Buffer.from([...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')),
  base64: (bytes) => Buffer.from(bytes.toString('base64')),
  base64url: (bytes) => Buffer.from(bytes.toString('base64url')),
  hex: (bytes) => Buffer.from(bytes.toString('hex')),
  HEX: (bytes) => Buffer.from(bytes.toString('hex').toUpperCase()),
  'JSON escapes': escaped,
  'UTF-16LE': (bytes) => Buffer.from(bytes.toString('latin1'), 'utf16le'),
  'UTF-16BE': (bytes) => Buffer.from(bytes.toString('latin1'), 'utf16le').swap16(),
  reversed: (bytes) => Buffer.from(bytes).reverse(),
  gzip: (bytes) => gzipSync(bytes),
  zlib: (bytes) => deflateSync(bytes),
  deflate: (bytes) => deflateRawSync(bytes),
  brotli: (bytes) => brotliCompressSync(bytes),
}
const names = Object.keys(ENCODINGS)

it.each(names)('the search finds a mark in %s, at every offset', (name) => {
  for (const [at, mark] of all.entries()) {
    const padded = Buffer.from(`${'.'.repeat(at % 7)}${mark}${'-'.repeat(at % 5)}`)
    expect(find(ENCODINGS[name](padded)), String(mark)).toContain(String(mark))
  }
})

it('the search finds a mark under any three nested encodings', () => {
  const three = fc.tuple(...[1, 2, 3].map(() => fc.constantFrom(...names)))
  fc.assert(
    fc.property(
      three,
      fc.constantFrom(...all),
      fc.string({ maxLength: 5 }),
      (order, mark, around) => {
        // Keeps only characters that a string represents as one byte each and that need no escaping.
        const text = around.replace(/[^\w .]/g, '')
        let coded: Buffer = Buffer.from(`${text}${mark}${text}`)
        for (const name of order) coded = ENCODINGS[name](coded)
        expect(find(coded)).toContain(String(mark))
      },
    ),
    { numRuns: 150, seed: 17 },
  )
})

it('the search finds digests of marks, binary numbers and formatted times', () => {
  const [id] = marks.ids
  for (const hash of ['md5', 'sha1', 'sha256'])
    for (const form of ['hex', 'base64', 'base64url'] as const)
      expect(find(Buffer.from(`v=${createHash(hash).update(id).digest(form)}`))).toContain(id)
  const [price] = marks.prices
  const [time] = marks.times
  const floats = Buffer.alloc(21)
  floats.writeFloatLE(price, 1)
  floats.writeDoubleBE(time, 5)
  expect(find(floats)).toEqual(new Set([String(price), String(time)]))
  expect(find(Buffer.from(new Date(time).toISOString()))).toContain(String(time))
})

it('the search finds no mark in plain headers or random bytes', () => {
  const headers =
    'user-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0'
  expect(find(Buffer.from(headers)).size).toBe(0)
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 200, maxLength: 400 }), (bytes) => {
      expect(find(Buffer.from(bytes)).size).toBe(0)
    }),
    { numRuns: 100, seed: 3 },
  )
})

it('no half of a probe’s mark occurs in another mark, so that half a mark identifies its probe', () => {
  const from = random(11)
  const halves = Array.from({ length: 500 }, () => makeProbeMark(from)).flatMap((mark) => [
    mark.slice(0, 6),
    mark.slice(6),
  ])
  expect(new Set(halves).size).toBe(1000)
})
