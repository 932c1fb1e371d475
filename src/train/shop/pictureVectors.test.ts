import { DIMENSION } from '@nearside/core/model/baseModel.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { packPictures, readPictureVector } from './pictureVectors.ts'

const read = (value: unknown) => readPictureVector(value, 'catalog.jsonl line 7')
const numbers = (count: number, of = (k: number) => k - 20) =>
  Array.from({ length: count }, (_, k) => of(k))

function base64(values: readonly number[]): string {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [k, value] of values.entries()) bytes.writeFloatLE(value, 4 * k)
  return bytes.toString('base64')
}

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [dot, aa, bb] = [0, 0, 0]
  for (let j = 0; j < a.length; j++) {
    dot += a[j] * b[j]
    aa += a[j] * a[j]
    bb += b[j] * b[j]
  }
  return dot / Math.sqrt(aa * bb)
}

const finite = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), {
  minLength: DIMENSION,
  maxLength: DIMENSION,
})

test('every vector of 64 finite numbers, not all zero, becomes a vector of length 1 in the same direction', () => {
  fc.assert(
    fc.property(finite, (values) => {
      fc.pre(values.some((value) => value !== 0))
      const vector = read(values)
      expect(Math.hypot(...vector)).toBeCloseTo(1, 5)
      const largest = Math.max(...values.map(Math.abs))
      const scaled = values.map((value) => value / largest)
      expect(cosine(vector, scaled)).toBeGreaterThan(1 - 1e-9)
      expect(read(vector)).toHaveLength(DIMENSION)
    }),
  )
})

test('an array, its JSON text and its base64 give the same vector', () => {
  const values = numbers(64, (k) => (k - 31) / 4)
  expect(read(JSON.stringify(values))).toEqual(read(values))
  expect(read(` ${base64(values)}\n`)).toEqual(read(values))
})

test.each<[string, unknown, RegExp]>([
  ['63 numbers', numbers(63), /has 63 numbers, not 64/],
  ['65 numbers', numbers(65), /has 65 numbers, not 64/],
  ['no numbers', [], /has 0 numbers, not 64/],
  ['a million numbers', numbers(1e6), /has 1000000 numbers, not 64/],
  ['NaN', numbers(64).with(3, Number.NaN), /not a finite number/],
  ['infinity', numbers(64).with(3, Number.POSITIVE_INFINITY), /not a finite number/],
  ['JSON beyond the range of numbers', `[${numbers(63)},1e999]`, /not a finite number/],
  ['text instead of a number', [...numbers(63), '1'], /not a finite number/],
  ['null instead of a number', [...numbers(63), null], /not a finite number/],
  ['zeros', numbers(64, () => 0), /has only zeros/],
  ['negative zeros', numbers(64, () => -0), /has only zeros/],
  ['half of a JSON text', '[1, 2', /neither/],
  ['an object', { 0: 1 }, /neither/],
  ['a number', 7, /neither/],
  ['other text', 'not a vector', /neither/],
  ['base64 of 63 numbers', base64(numbers(63)), /has 63 numbers, not 64/],
  ['base64 of NaN', base64(numbers(64).with(0, Number.NaN)), /not a finite number/],
  ['base64 of a part of a number', Buffer.alloc(255, 1).toString('base64'), /neither/],
  ['base64 with foreign characters', base64(numbers(64)).replace(/A/, '*'), /neither/],
])('a picture vector is refused with line and reason: %s', (_, value, reason) => {
  const refusal = (() => {
    try {
      return read(value)
    } catch (error) {
      return error
    }
  })()
  expect(refusal).toMatchObject({ code: 'catalog-invalid', message: expect.stringMatching(reason) })
  expect(String(refusal)).toContain('catalog.jsonl line 7')
})

/** Vectors before they are packed, less four fifths of the mean of all vectors. */
function centred(vectors: readonly (readonly number[])[]): number[][] {
  const mean = numbers(
    64,
    (j) => (0.8 * vectors.reduce((sum, vector) => sum + vector[j], 0)) / vectors.length,
  )
  return vectors.map((vector) => vector.map((value, j) => value - mean[j]))
}

/**
 * Largest angle between a vector and its packed form. Rounding moves each of the 64 values by at most half a step, and
 * the largest value is 127 steps.
 */
function angleLost(vector: readonly number[]): number {
  const largest = Math.max(...vector.map(Math.abs))
  return Math.asin(4 / (127 * Math.hypot(...vector.map((value) => value / largest))))
}

const rowOf = (packed: Int8Array, row: number) =>
  packed.subarray(row * DIMENSION, (row + 1) * DIMENSION)
const pack = (vectors: readonly (readonly number[] | null)[]) =>
  packPictures(
    vectors.map((vector, k) => ({ id: `${k}`, ...(vector && { pictureVector: vector }) })),
  ) ?? new Int8Array()

test('packing changes a cosine by at most a rounding error, and keeps the order of pairs whose cosines differ by more than that', () => {
  const vectors = fc.array(
    fc
      .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 64, maxLength: 64 })
      .filter((values) => Math.hypot(...values) > 0.5)
      .map(read),
    { minLength: 4, maxLength: 12 },
  )
  fc.assert(
    fc.property(vectors, (given) => {
      const exact = centred(given)
      fc.pre(exact.every((vector) => Math.hypot(...vector) > 0.01))
      const packed = pack(given)
      const lost = exact.map(angleLost)
      expect(Math.max(...lost)).toBeLessThan(0.032)
      const others = exact.map((vector, row) => ({
        exact: cosine(exact[0], vector),
        packed: cosine(rowOf(packed, 0), rowOf(packed, row)),
        bound: lost[0] + lost[row] + 1e-9,
      }))
      for (const one of others) {
        expect(Math.abs(one.packed - one.exact)).toBeLessThanOrEqual(one.bound)
        for (const other of others)
          if (one.exact - other.exact > one.bound + other.bound)
            expect(one.packed).toBeGreaterThan(other.packed)
      }
    }),
    { numRuns: 60 },
  )
})

test('products without a vector get zeros, and identical vectors remain identical', () => {
  const same = read(numbers(64, (k) => Math.sin(k)))
  const packed = pack([same, null, same])
  expect(rowOf(packed, 1).every((value) => value === 0)).toBe(true)
  expect(cosine(rowOf(packed, 0), same)).toBeGreaterThan(0.999)
  expect(rowOf(packed, 2)).toEqual(rowOf(packed, 0))
  expect(packPictures([{ id: 'a' }, { id: 'b' }])).toBeUndefined()
})

/** Vectors of one direction, each changed by random values. */
function around(count: number, deviation: number, seed: number): readonly (readonly number[])[] {
  const random = createRandom(seed)
  const about = numbers(64, () => random.normal())
  return Array.from({ length: count }, () =>
    read(about.map((value) => value + deviation * random.normal())),
  )
}

test.each([2, 3, 5, 8, 100])(
  '%d products with nearly the same picture have similar packed vectors',
  (count) => {
    const vectors = around(count, 0.05, count)
    expect(cosine(vectors[0], vectors[1])).toBeGreaterThan(0.99)
    const packed = pack([null, ...vectors])
    for (let row = 2; row <= count; row++)
      expect(cosine(rowOf(packed, 1), rowOf(packed, row))).toBeGreaterThan(0.5)
  },
)

test.each([2, 3, 5, 8, 100])('%d products of the same style have unlike vectors', (count) => {
  const vectors = around(count, 0.5, count)
  expect(cosine(vectors[0], vectors[1])).toBeGreaterThan(0.7)
  const packed = pack(vectors)
  for (let row = 1; row < count; row++)
    expect(cosine(rowOf(packed, 0), rowOf(packed, row))).toBeLessThan(0.5)
})

test('vectors that share a direction, as those of picture models do, are told apart', () => {
  // The two groups are at 26 degrees from each other, so their plain cosine is 0.9.
  const group = (sign: number) => (turn: number) =>
    read(numbers(64, (k) => (k === 0 ? 4 : k === 1 ? sign : k === 2 + turn ? 0.2 : 0)))
  const [red, blue] = [[0, 1, 2].map(group(1)), [3, 4, 5].map(group(-1))]
  expect(cosine(red[0], blue[0])).toBeGreaterThan(0.85)
  const packed = pack([...red, ...blue])
  expect(cosine(rowOf(packed, 0), rowOf(packed, 1))).toBeGreaterThan(0.9)
  expect(cosine(rowOf(packed, 0), rowOf(packed, 3))).toBeLessThan(0)
})
