/** @module A dedicated worker that searches with threads of its own, as the shop's worker would. */
import { quantized, testTable } from '../topk/testTable.ts'
import { createWasmTopK } from '../topk/wasm.ts'
import { readyThreads } from './control.ts'
import { threadsHere } from './threads.ts'
import { watchThreads } from './watchThreads.ts'

export interface SearchReply {
  readonly ids: readonly number[]
  readonly started: number
  readonly reasons: readonly string[]
}

/** Until threads have started, or have been given up. */
async function search(): Promise<SearchReply> {
  // On a machine with one core, too.
  Object.defineProperty(navigator, 'hardwareConcurrency', { value: 3 })
  const here = threadsHere()
  if (!here) throw new Error('No threads in this worker')
  const { threads, starts, reasons } = watchThreads(here)
  const { vectors, query } = testTable({ rows: 70_001, columns: 30, seed: 2 })
  const made = await createWasmTopK(quantized(vectors, 30), threads)
  await made.top(query, 20)
  const waiting = () => readyThreads(starts[0].control) < starts.length && reasons.length === 0
  while (waiting()) await new Promise((resolve) => setTimeout(resolve, 5))
  const { ids } = await made.top(query, 20)
  made.dispose()
  return { ids: [...ids], started: starts.length, reasons }
}

addEventListener('message', () => void search().then(postMessage))
