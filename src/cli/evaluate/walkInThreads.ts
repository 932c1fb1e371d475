/** @module Spreads the shoppers over threads; the numbers don't depend on how many there are. */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { TunedBaselines } from '../../evaluation/prepare.ts'
import type { CaseResult } from '../../evaluation/walk.ts'
import { NearsideError } from '../../protocol/error.ts'
import type { Question } from './load.ts'
import type { WalkMessage, WalkOrder } from './worker.ts'

/** Each holds its own model and log, so more threads cost memory. */
const MOST_THREADS = 8

export interface WalkInThreads {
  readonly question: Question
  readonly tuned: TunedBaselines
  readonly shoppers: number
  readonly signal: AbortSignal
  /** Called with the number of shoppers walked. */
  readonly onProgress: (done: number) => void
}

/** Results in the order of the shoppers. */
export async function walkInThreads(options: WalkInThreads): Promise<CaseResult[]> {
  const { question, tuned, shoppers, signal, onProgress } = options
  const threads = Math.max(1, Math.min(availableParallelism(), MOST_THREADS, shoppers))
  const walked: (readonly CaseResult[])[] = new Array(shoppers).fill([])
  let done = 0
  const workers: Worker[] = []
  const stop = () => Promise.all(workers.map((worker) => worker.terminate()))
  try {
    await Promise.all(
      Array.from({ length: threads }, (_, thread) => {
        const worker = startWorker({ question, tuned, thread, threads })
        workers.push(worker)
        return finished(worker, signal, (shopper, results) => {
          walked[shopper] = results
          onProgress(++done)
        })
      }),
    )
  } finally {
    await stop()
  }
  return walked.flat()
}

function startWorker(order: WalkOrder): Worker {
  // In a checkout this file is TypeScript under a loader, in the package plain JavaScript.
  const file = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js'
  return new Worker(new URL(file, import.meta.url), { workerData: order })
}

function finished(
  worker: Worker,
  signal: AbortSignal,
  take: (shopper: number, results: readonly CaseResult[]) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(new NearsideError('aborted', 'stopped'))
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    worker.on('message', (message: WalkMessage) => {
      if (message.kind === 'walked') take(message.shopper, message.results)
      else if (message.kind === 'done') resolve()
      else reject(NearsideError.fromWire(message.error))
    })
    worker.on('error', (error) =>
      reject(NearsideError.from(error, 'worker-failed', 'a thread of the evaluation failed')),
    )
    worker.on('exit', () =>
      reject(new NearsideError('worker-failed', 'a thread of the evaluation ended early')),
    )
  })
}
