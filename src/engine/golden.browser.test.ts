/** @module The bits that ENGINE.md calls the same everywhere, in a page. */
import { expect, test } from 'vitest'
import { jsJobs, wasmJobs } from './processorJobs.ts'
import {
  GOLDEN_FITS,
  GOLDEN_JOBS,
  GOLDEN_TOP,
  hashesOfFits,
  hashesOfJobs,
  hashOfTop,
} from './testGolden.ts'
import { createWasmEngine } from './wasm/wasmEngine.ts'

test('fits by WebAssembly', async () => {
  expect(await hashesOfFits(await createWasmEngine())).toEqual(GOLDEN_FITS)
})

test('jobs by WebAssembly', async () => {
  expect(await hashesOfJobs(wasmJobs(null))).toEqual(GOLDEN_JOBS)
})

test('top k of int8 rows, in plain loops and by WebAssembly', async () => {
  for (const jobs of [jsJobs, wasmJobs(null)]) expect(await hashOfTop(jobs)).toBe(GOLDEN_TOP)
})
