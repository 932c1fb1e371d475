/** @module Top-k in JavaScript and WASM against a full sort. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assembleInt8Scan } from './blocks.ts'
import { createJsTopK } from './js.ts'
import { assembleScan } from './module.ts'
import { selectTop } from './selectTop.ts'
import { type ItemTable, quantizeQuery, type TopKSearch } from './table.ts'
import { quantized, sortOracle, testTable } from './testTable.ts'
import { createWasmTopK } from './wasm.ts'

const MAKERS: Readonly<Record<string, (table: ItemTable) => Promise<TopKSearch>>> = {
  js: async (table) => createJsTopK(table),
  wasm: createWasmTopK,
}

/** Whole numbers of a small range: every sum is exact in any order, and ties abound. */
const exact = fc
  .record({
    rows: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1000, max: 2600 })),
    columns: fc.integer({ min: 1, max: 40 }),
    range: fc.integer({ min: 0, max: 3 }),
    seed: fc.integer({ min: 1, max: 1e6 }),
    k: fc.integer({ min: 0, max: 60 }),
  })
  .map(({ rows, columns, range, seed, k }) => {
    const { vectors, query } = testTable({ rows, columns, seed })
    const whole = (value: number) => Math.round(value * range)
    return { columns, vectors: vectors.map(whole), query: query.map(whole), k }
  })

describe('selectTop', () => {
  test('is a sort by falling score and rising id, cut off', () => {
    const score = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.float({ noNaN: true }))
    fc.assert(
      fc.property(fc.array(score, { maxLength: 300 }), fc.nat(320), (list, k) => {
        const scores = Float32Array.from(list)
        const ids = list.map((_, id) => id)
        // By comparison, as the difference of two infinities is none.
        const order = (a: number, b: number) =>
          scores[a] > scores[b] ? -1 : scores[a] < scores[b] ? 1 : a - b
        expect([...selectTop(scores, k).ids]).toEqual(ids.sort(order).slice(0, k))
      }),
    )
  })

  test.each([0, 5, 9])('refuses NaN at place %i instead of losing it', (place) => {
    const scores = Float32Array.from({ length: 10 }, (_, i) => i)
    scores[place] = Number.NaN
    expect(() => selectTop(scores, 3)).toThrow(/not a number/)
  })

  test.each([-1, 1.5, Number.NaN])('refuses k = %d', (k) => {
    expect(() => selectTop(new Float32Array(3), k)).toThrow(/whole number/)
  })
})

describe.each(Object.keys(MAKERS))('%s', (name) => {
  const make = MAKERS[name]

  test('float32: ids and scores of a full sort', async () => {
    await fc.assert(
      fc.asyncProperty(exact, async ({ columns, vectors, query, k }) => {
        const table = { columns, vectors }
        expect(await (await make(table)).top(query, k)).toEqual(sortOracle(table, query, k))
      }),
      { numRuns: 60 },
    )
  })

  test('int8: bit for bit the oracle, with ties and with any numbers', async () => {
    await fc.assert(
      fc.asyncProperty(exact, fc.boolean(), async ({ columns, vectors, query, k }, smooth) => {
        const rows = vectors.length / columns
        const given = smooth ? testTable({ rows, columns, seed: k + 1 }) : { vectors, query }
        const table = quantized(given.vectors, columns)
        const search = await make(table)
        expect(await search.top(given.query, k)).toEqual(sortOracle(table, given.query, k))
        // Nothing of one query is left for the next.
        expect(await search.top(query, 3)).toEqual(sortOracle(table, query, 3))
      }),
      { numRuns: 60 },
    )
  })

  test('int8 keeps at least 18 of the 20 best of float32', async () => {
    const { vectors, query } = testTable({ rows: 20_000, columns: 32, seed: 3 })
    const best = sortOracle({ columns: 32, vectors }, query, 20).ids
    const { ids } = await (await make(quantized(vectors, 32))).top(query, 20)
    expect(ids.filter((id) => best.includes(id)).length).toBeGreaterThanOrEqual(18)
  })

  test('refuses what has no order', async () => {
    const { vectors, query } = testTable({ rows: 6, columns: 4, seed: 1 })
    const refused = { code: 'input-invalid' }
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, 1e30]) {
      const spoilt = vectors.with(7, bad)
      await expect(async () => make({ columns: 4, vectors: spoilt })).rejects.toMatchObject(refused)
      const search = await make({ columns: 4, vectors })
      await expect(search.top(query.with(2, bad), 3)).rejects.toMatchObject(refused)
    }
    const search = await make({ columns: 4, vectors })
    await expect(search.top(query.subarray(1), 3)).rejects.toMatchObject(refused)
    await expect(search.top(query, -1)).rejects.toMatchObject(refused)
    await expect(async () => make({ columns: 5, vectors })).rejects.toMatchObject(refused)
    const scale = Float32Array.of(1, 1, -1)
    const negative = { columns: 2, vectors: { values: new Int8Array(6), scale } }
    await expect(async () => make(negative)).rejects.toMatchObject(refused)
  })
})

test('the query has as many levels as single precision can sum exactly', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 512 }),
      fc.float({ noNaN: true, min: 1, max: 9 }),
      (columns, top) => {
        const { levels, scale } = quantizeQuery(new Float32Array(columns).fill(top))
        const sum = levels.reduce((total, level) => total + 127 * Math.abs(level), 0)
        expect(sum).toBeLessThan(2 ** 24)
        expect(levels[0] * scale).toBeCloseTo(top, 5)
      },
    ),
  )
})

test('the scan is valid and small for any width', () => {
  for (const columns of [8, 32, 64, 512]) {
    expect(WebAssembly.validate(assembleScan(columns, 2))).toBe(true)
    expect(WebAssembly.validate(assembleInt8Scan(columns, 1024, 2))).toBe(true)
  }
  expect(assembleInt8Scan(64, 1024, 1).length).toBeLessThan(1000)
})
