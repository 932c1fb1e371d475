/** @module Checks in a page the results that ENGINE.md guarantees to be bit-identical everywhere. */
import { expect, test } from 'vitest'
import {
  GOLDEN_ENCODER,
  GOLDEN_FITS,
  GOLDEN_NETWORK,
  GOLDEN_SCAN,
  hashesOfFits,
  hashOfEncoder,
  hashOfNetwork,
  hashOfScan,
} from './testGolden.ts'
import { wasmItemScan } from './topk/itemScan.ts'
import { createWasmEngine } from './wasm/wasmEngine.ts'

test('fits by WebAssembly match the stored (golden) hashes', async () => {
  expect(await hashesOfFits(await createWasmEngine())).toEqual(GOLDEN_FITS)
})

test('encoded histories and the network learner match the stored (golden) hashes', async () => {
  expect(await hashOfEncoder()).toBe(GOLDEN_ENCODER)
  expect(await hashOfNetwork()).toBe(GOLDEN_NETWORK)
})

test('the item scan matches its stored (golden) hash', async () => {
  expect(await hashOfScan(wasmItemScan)).toBe(GOLDEN_SCAN)
})
