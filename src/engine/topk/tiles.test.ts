/** @module Tiles in the hands of several threads, in any order that threads can take them. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { assembleInt8Scan, BLOCK_ROWS, writeBlocks } from './blocks.ts'
import type { Scan } from './module.ts'
import { quantizeQuery } from './table.ts'
import { quantized, sortOracle, testTable } from './testTable.ts'
import { createTileSearch, mergeSlots, planScan, requested, shareTiles } from './tiles.ts'

const COLUMNS = 8
const THREADS = 3
/** Two steps, 64 rows, in four places. */
const TILE_BYTES = 512

const cases = fc.record({
  rows: fc.integer({ min: 1, max: 1200 }),
  // A small range of values: ties across tiles.
  range: fc.integer({ min: 0, max: 3 }),
  seed: fc.integer({ min: 1, max: 1e6 }),
  k: fc.integer({ min: 0, max: 40 }),
  /** Who claims which tile, tiles being claimed in their order. */
  claims: fc.array(fc.nat(THREADS - 1), { minLength: 40, maxLength: 40 }),
})

test('whoever takes which tile, the best of the bests are those of a full sort', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ rows, range, seed, k, claims }) => {
      const { vectors, query } = testTable({ rows, columns: COLUMNS, seed })
      const table = quantized(
        vectors.map((value) => Math.round(value * range)),
        COLUMNS,
      )
      const plan = planScan(rows, COLUMNS, true, THREADS, TILE_BYTES)
      const memory = new WebAssembly.Memory({ initial: plan.pages })
      const bytes = assembleInt8Scan(COLUMNS, plan.stepsPerTile * BLOCK_ROWS, plan.pages)
      const { instance } = await WebAssembly.instantiate(bytes, { topk: { memory } })
      const { values, scale } = table.vectors as { values: Int8Array; scale: Float32Array }
      writeBlocks(values, COLUMNS, new Int16Array(memory.buffer, plan.rows), plan.width)
      new Float32Array(memory.buffer, plan.scales).set(scale)
      const shares = Array.from({ length: THREADS }, (_, thread) => {
        const search = createTileSearch(instance.exports.scan as Scan, memory.buffer, plan, thread)
        return shareTiles(search, memory.buffer, thread)
      })
      // Of two runs, so that nothing of the first may be left in the second.
      for (const [run, asked] of [query.map((value) => -value), query].entries()) {
        const { levels, scale: by } = quantizeQuery(asked)
        new Int16Array(memory.buffer, plan.query, COLUMNS).set(levels)
        const most = Math.min(k, rows)
        requested(memory.buffer)[0] = most
        for (let tile = 0; tile < plan.tiles; tile++)
          shares[claims[(tile + 7 * run) % claims.length]](tile, run + 1)
        const { ids, scores } = mergeSlots(memory.buffer, THREADS, run + 1, most)
        expect({ ids, scores: scores.map((score) => score * by) }).toEqual(
          sortOracle(table, asked, k),
        )
      }
    }),
    { numRuns: 150 },
  )
})
