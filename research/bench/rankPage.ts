/** @module The page of `bench rank`. The measurement runs in a dedicated worker, like a shop's lists. */
import type { Measured } from './measured.ts'

type FromWorker =
  | { readonly what: string; readonly done: number; readonly total: number }
  | { readonly measured: Measured }
  | { readonly error: string }

function benchmark(blocks: number, _models: string, most: number): Promise<Measured> {
  const worker = new Worker(new URL('./rankWorker.ts', import.meta.url), { type: 'module' })
  return new Promise((resolve, reject) => {
    worker.onerror = ({ message }) => reject(new Error(message))
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if ('what' in data) globalThis.reportProgress(data.what, data.done, data.total)
      else if ('error' in data) reject(new Error(data.error))
      else
        resolve({
          ...data.measured,
          notes: [
            'S-N-64, in a dedicated worker: nearside-wasm gives the best 20 as a list takes them, features and all, exactly; nearside-wasm-scan is the scan of the int8 table in it, memory-read only reads as many bytes. Peers take the best 20 of products with the float32 table, uploaded before, plus a bias. A peer is timed only if rows and scores (±0.00001) are those that the scan finds. tfjs-wasm has no threads; tfjs-wasm-threads runs in its own worker and takes one message per block.',
            'list-N: a whole list after one more event: encoding, features, search, ranks, reasons; plain-js scores everything, which is what a shop of up to 20,000 items does.',
            ...data.measured.notes,
          ],
        })
    }
    worker.postMessage({ blocks, most })
  })
}

Object.assign(globalThis, { benchmark })
