/**
 * @module The search of TensorFlow.js' WASM backend with threads. It has a worker of its own, because one worker has
 * only one WASM backend, with threads or without.
 */
import * as tf from '@tensorflow/tfjs'
import { getThreadsCount, setThreadsCount } from '@tensorflow/tfjs-backend-wasm'
import type { Best } from './bestRows.ts'
import { locateWasm } from './firstList/tfjsWasm.ts'
import { type TfjsTable, tfjsSearch } from './plainTfjs.ts'

export type ToThreads =
  | { readonly table: TfjsTable; readonly query: Float32Array; readonly places: number }
  | { readonly times: number }

export type FromThreads =
  | { readonly threads: number }
  | { readonly best: Best }
  | { readonly error: string }

let search: (() => Promise<Best>) | undefined

/** @returns the number of threads @throws Error if the backend has no threads */
async function start({ table, query, places }: Exclude<ToThreads, { times: number }>) {
  const cores = navigator.hardwareConcurrency
  // The backend uses at most half of the reported cores, so the script reports twice as many as there are.
  Object.defineProperty(navigator, 'hardwareConcurrency', { value: 2 * cores })
  locateWasm()
  setThreadsCount(cores)
  search = await tfjsSearch('wasm', table, query, places)
  const supported = await tf.env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT')
  const threads = getThreadsCount()
  if (!supported || threads < 2)
    throw new Error(`WASM_HAS_MULTITHREAD_SUPPORT is ${supported}, threads: ${threads}`)
  return threads
}

async function answer(data: ToThreads): Promise<FromThreads> {
  if ('table' in data) return { threads: await start(data) }
  let best: Best | undefined
  for (let i = 0; i < data.times; i++) best = await search?.()
  if (!best) throw new Error('No search has started')
  return { best }
}

addEventListener('message', ({ data }: MessageEvent<ToThreads>) => {
  answer(data).then(
    (found) => postMessage(found),
    (error) => postMessage({ error: String(error) } satisfies FromThreads),
  )
})
