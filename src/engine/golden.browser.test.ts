/** @module The bits that ENGINE.md calls the same everywhere, in a page. */
import { expect, test } from 'vitest'
import {
  GOLDEN_ENCODER,
  GOLDEN_FITS,
  GOLDEN_NETWORK,
  hashesOfFits,
  hashOfEncoder,
  hashOfNetwork,
} from './testGolden.ts'
import { createWasmEngine } from './wasm/wasmEngine.ts'

test('fits by WebAssembly', async () => {
  expect(await hashesOfFits(await createWasmEngine())).toEqual(GOLDEN_FITS)
})

test('encoded histories and the network', async () => {
  expect(await hashOfEncoder()).toBe(GOLDEN_ENCODER)
  expect(await hashOfNetwork()).toBe(GOLDEN_NETWORK)
})
