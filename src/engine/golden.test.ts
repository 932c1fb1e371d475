/**
 * @module Checks in Node the results that ENGINE.md guarantees to be bit-identical everywhere; `golden.browser.test.ts`
 * checks them in a page.
 */
import { afterEach, expect, test, vi } from 'vitest'
import {
  GOLDEN_ENCODER,
  GOLDEN_FITS,
  GOLDEN_NETWORK,
  hashesOfFits,
  hashOfEncoder,
  hashOfNetwork,
} from './testGolden.ts'
import { createWasmEngine } from './wasm/wasmEngine.ts'

afterEach(() => vi.restoreAllMocks())

async function expectGolden() {
  expect(await hashesOfFits(await createWasmEngine())).toEqual(GOLDEN_FITS)
  expect(await hashOfEncoder()).toBe(GOLDEN_ENCODER)
  expect(await hashOfNetwork()).toBe(GOLDEN_NETWORK)
}

test('fits, encoded histories and the network learner match the golden hashes', expectGolden)

/**
 * Functions whose last bits differ between browsers. `sqrt` is not among them, because every browser rounds it to the
 * nearest number.
 */
const APPROXIMATE = ['cos', 'exp', 'expm1', 'log', 'log1p', 'log2', 'pow', 'sin', 'tanh'] as const

test('the results still match the stored (golden) hashes if the last bits of Math’s functions change', async () => {
  for (const name of APPROXIMATE) {
    const original: (...of: number[]) => number = Math[name]
    vi.spyOn(Math, name).mockImplementation((...of: number[]) => original(...of) * (1 + 2 ** -50))
  }
  await expectGolden()
})
