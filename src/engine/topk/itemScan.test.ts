/** @module Compares the item scan of int8 rows with a plain scan: it must find every row that scores above a floor. */

import { plainItemScan } from '@nearside/core/learning/shortlist.ts'
import { createRandom } from '@nearside/core/model/random.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { GOLDEN_SCAN, hashOfScan } from '../testGolden.ts'
import { wasmItemScan } from './itemScan.ts'

const COLUMNS = 64

function table(rows: number, seed: number) {
  const random = createRandom(seed)
  const some = (length: number, size: number) =>
    Float32Array.from({ length }, () => size * random.normal())
  return {
    vectors: some(rows * COLUMNS, 0.2),
    popularity: some(rows, 1).map(Math.abs),
    fixed: some(rows, 1),
    query: some(COLUMNS, 0.5),
  }
}

test('the item scan finds every row whose score is above the floor, and few other rows', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 300 }),
      fc.integer({ min: 1, max: 1e6 }),
      fc.constantFrom(0, 0.3, -2),
      fc.double({ min: -3, max: 3, noNaN: true }),
      fc.constantFrom(0, 1e-6, 1, 1e4),
      fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 1, maxLength: 5 }),
      (rows, seed, cold, floor, size, gains) => {
        const { vectors, popularity, fixed, query } = table(rows, seed)
        const sized = vectors.map((value) => size * value)
        const scan = wasmItemScan(sized, COLUMNS, popularity)
        const plain = plainItemScan(sized, popularity)
        const gain = {
          most: size * Math.max(...gains),
          of: (row: number) => size * gains[row % gains.length],
        }
        const found = scan(fixed, cold, query, size * floor, gain)
        for (const row of plain(fixed, cold, query, size * floor + 1e-5, gain))
          expect(found).toContain(row)
        const near = new Set(plain(fixed, cold, query, size * floor - 0.1 * size - 1e-5, gain))
        for (const row of found) expect(near).toContain(row)
        expect(new Set(found).size).toBe(found.length)
      },
    ),
    { numRuns: 300 },
  )
})

test('an item scan uses the scores of its own call, not those of an earlier call', () => {
  const { vectors, popularity, fixed, query } = table(5000, 3)
  const scan = wasmItemScan(vectors, COLUMNS, popularity)
  const plain = plainItemScan(vectors, popularity)
  const sorted = (rows: number[]) => rows.sort((a, b) => a - b)
  for (const part of [fixed, fixed.map((value) => -value), fixed])
    expect(sorted(scan(part, 0.5, query, 2.001)).length).toBeGreaterThanOrEqual(
      plain(part, 0.5, query, 2.002).length,
    )
  const none = fixed.map(() => Number.NEGATIVE_INFINITY)
  expect(scan(none, 0.5, query, -1e30)).toEqual([])
  expect(scan(fixed, 0, new Float32Array(COLUMNS), -1e30)).toHaveLength(5000)
})

test('the item scan matches its stored (golden) hash', async () => {
  expect(await hashOfScan(wasmItemScan)).toBe(GOLDEN_SCAN)
})
