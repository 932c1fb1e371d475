/** @module Threads in a page that is isolated from other origins: in the page itself and in a worker. */
import { beforeAll, expect, test, vi } from 'vitest'
import { softmaxTest } from '../softmax/testFit.ts'
import { createWasmSoftmax } from '../softmax/wasm.ts'
import { quantized, sortOracle, testTable } from '../topk/testTable.ts'
import { createWasmTopK } from '../topk/wasm.ts'
import { readyThreads } from './control.ts'
import type { SearchReply } from './testSearchWorker.ts'
import { type Threads, threadsHere } from './threads.ts'
import { watchThreads } from './watchThreads.ts'

const ROWS = 70_001
const COLUMNS = 30
const { vectors, query } = testTable({ rows: ROWS, columns: COLUMNS, seed: 2 })
const table = quantized(vectors, COLUMNS)
const oracle = sortOracle(table, query, 20)

let here: Threads
beforeAll(() => {
  // On a machine with one core, too.
  vi.spyOn(navigator, 'hardwareConcurrency', 'get').mockReturnValue(3)
  const found = threadsHere()
  if (!found) throw new Error('This page is not isolated: what does its server send?')
  here = found
})

test('top-k in the page: the answer of one thread, with all threads started', async () => {
  const { threads, starts, reasons } = watchThreads(here)
  const search = await createWasmTopK(table, threads)
  expect(await search.top(query, 20)).toEqual(oracle)
  await vi.waitFor(() => expect(readyThreads(starts[0].control)).toBe(2), 60_000)
  for (let i = 0; i < 50; i++) expect(await search.top(query, 20)).toEqual(oracle)
  search.dispose()
  expect(await search.top(query, 20)).toEqual(oracle)
  expect(reasons).toEqual([])
})

test('the softmax in the page: a fit to the bit that of one thread', async () => {
  const shape = { seed: 4, items: 6000, columns: 24, cases: 70, steps: 4, int8: true }
  const { catalog, problem } = softmaxTest(shape)
  const { threads, starts } = watchThreads(here)
  const softmax = await createWasmSoftmax(catalog, threads)
  const alone = await (await createWasmSoftmax(catalog)).fit(problem)
  expect(await softmax.fit(problem)).toEqual(alone)
  await vi.waitFor(() => expect(readyThreads(starts[0].control)).toBe(2), 60_000)
  expect(await softmax.fit(problem)).toEqual(alone)
  softmax.dispose()
})

test('a worker starts threads of its own', async () => {
  const worker = new Worker(new URL('./testSearchWorker.ts', import.meta.url), { type: 'module' })
  try {
    const reply = await new Promise<SearchReply>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<SearchReply>) => resolve(data)
      worker.onerror = ({ message }) => reject(new Error(message))
      worker.postMessage(null)
    })
    expect(reply.ids).toEqual([...oracle.ids])
    expect(reply.started).toBe(2)
    expect(reply.reasons).toEqual([])
  } finally {
    worker.terminate()
  }
})

test('a script that is missing: one thread, and it is said', async () => {
  const { threads, reasons } = watchThreads({
    count: 2,
    spawn(_, failed) {
      const worker = new Worker('/no/such/thread.js', { type: 'module' })
      worker.onerror = () => failed('its script could not be loaded')
      return worker
    },
  })
  const search = await createWasmTopK(table, threads)
  await vi.waitFor(async () => {
    expect(await search.top(query, 20)).toEqual(oracle)
    expect(reasons).toEqual([
      'WebAssembly goes on with one thread: a thread failed: its script could not be loaded',
    ])
  }, 60_000)
  expect(await search.top(query, 20)).toEqual(oracle)
})
