/** @module A page that is not isolated, as most shops are: no threads, and the same answers. */
import { expect, test, vi } from 'vitest'
import { chooseEngine } from '../choose.ts'
import { quantized, sortOracle, testTable } from '../topk/testTable.ts'
import { threadsHere } from './threads.ts'

test('no thread is started, and nothing is said', async () => {
  expect(globalThis.crossOriginIsolated).toBe(false)
  expect(threadsHere()).toBeNull()
  const { vectors, query } = testTable({ rows: 70_001, columns: 30, seed: 2 })
  const table = quantized(vectors, 30)
  const workers = vi.spyOn(globalThis, 'Worker')
  const said = vi.fn()
  const { engine } = await chooseEngine('wasm', undefined, said)
  const search = await engine.topK(table)
  expect(await search.top(query, 20)).toEqual(sortOracle(table, query, 20))
  expect(workers).not.toHaveBeenCalled()
  expect(said).not.toHaveBeenCalled()
  engine.dispose()
})
