/** @module The bits that ENGINE.md calls the same everywhere, in Node; `golden.browser.test.ts` in a page. */
import { afterEach, expect, test, vi } from 'vitest'
import { jsJobs, wasmJobs } from './processorJobs.ts'
import {
  GOLDEN_FITS,
  GOLDEN_JOBS,
  GOLDEN_TOP,
  hashesOfFits,
  hashesOfJobs,
  hashOfTop,
} from './testGolden.ts'
import { nodeAdapter } from './testGpu.ts'
import { createWasmEngine } from './wasm/wasmEngine.ts'
import { webgpuJobs } from './webgpuJobs.ts'

afterEach(() => vi.restoreAllMocks())

test('fits by WebAssembly', async () => {
  expect(await hashesOfFits(await createWasmEngine())).toEqual(GOLDEN_FITS)
})

/** What the language leaves to each browser; of roots all take the nearest. */
const APPROXIMATE = ['cos', 'exp', 'expm1', 'log', 'log1p', 'log2', 'pow', 'sin', 'tanh'] as const

test('whatever a browser’s Math gives in its last bits', async () => {
  const engine = await createWasmEngine()
  for (const name of APPROXIMATE) {
    const original: (...of: number[]) => number = Math[name]
    vi.spyOn(Math, name).mockImplementation((...of: number[]) => original(...of) * (1 + 2 ** -50))
  }
  expect(await hashesOfFits(engine)).toEqual(GOLDEN_FITS)
  expect(await hashOfTop(wasmJobs(null))).toBe(GOLDEN_TOP)
  expect(await hashesOfJobs(wasmJobs(null))).toEqual(GOLDEN_JOBS)
})

const device = await (await nodeAdapter('software'))?.requestDevice()

test('top k of int8 rows, in plain loops and by WebAssembly', async () => {
  expect(await hashOfTop(jsJobs)).toBe(GOLDEN_TOP)
  expect(await hashOfTop(wasmJobs(null))).toBe(GOLDEN_TOP)
})

test('jobs by WebAssembly', async () => {
  expect(await hashesOfJobs(wasmJobs(null))).toEqual(GOLDEN_JOBS)
})

test.skipIf(!device)('top k of int8 rows on llvmpipe', async () => {
  expect(await hashOfTop(webgpuJobs(device as GPUDevice))).toBe(GOLDEN_TOP)
})
