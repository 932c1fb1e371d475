/** @module Starts the threaded search of TensorFlow.js in its worker, and asks it for searches. */
import type { ScanPeer } from './bestRows.ts'
import type { TfjsTable } from './plainTfjs.ts'
import type { FromThreads, ToThreads } from './tfjsThreadsWorker.ts'

export interface TfjsThreads extends ScanPeer {
  readonly threads: number
  close(): void
}

/** @throws Error if the browser allows no threads, because the page isn't isolated */
export async function startTfjsThreads(
  table: TfjsTable,
  query: Float32Array,
  places: number,
): Promise<TfjsThreads> {
  const worker = new Worker(new URL('./tfjsThreadsWorker.ts', import.meta.url), { type: 'module' })
  const ask = (what: ToThreads) =>
    new Promise<Exclude<FromThreads, { error: string }>>((resolve, reject) => {
      worker.onerror = ({ message }) => reject(new Error(message))
      worker.onmessage = ({ data }: MessageEvent<FromThreads>) => {
        if ('error' in data) reject(new Error(data.error))
        else resolve(data)
      }
      worker.postMessage(what)
    })
  const search = async (times: number) => {
    const answer = await ask({ times })
    if (!('best' in answer)) throw new Error('The worker answered without rows')
    return answer.best
  }
  try {
    const started = await ask({ table, query, places })
    return {
      engine: 'tfjs-wasm-threads',
      threads: 'threads' in started ? started.threads : 0,
      best: () => search(1),
      repeat: search,
      close: () => worker.terminate(),
    }
  } catch (error) {
    worker.terminate()
    throw error
  }
}
