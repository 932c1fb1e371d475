/** @module Threads of Node, for what runs on a server or a developer's machine. */
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { ThreadStart, Threads } from './threads.ts'

/** In the package these files are JavaScript; in a checkout a thread has to be told how to read them. */
function startWorker(workerData: ThreadStart): Worker {
  if (!import.meta.url.endsWith('.ts'))
    return new Worker(new URL('./nodeThread.js', import.meta.url), { workerData })
  const { href } = new URL('./nodeThread.ts', import.meta.url)
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx'))
  const reader = new URL('./esm/api/index.mjs', tsx).href
  const script = `import(${JSON.stringify(reader)}).then(({ register }) => {
    register()
    return import(${JSON.stringify(href)})
  })`
  return new Worker(script, { eval: true, workerData })
}

/** Null on a machine with one core. */
export function nodeThreads(
  count = availableParallelism(),
  onFallback?: Threads['onFallback'],
): Threads | null {
  if (count < 2) return null
  return {
    count,
    onFallback,
    spawn(start, failed) {
      const worker = startWorker(start)
      worker.once('error', (error) => failed(error.message))
      // It sleeps for ever and must not keep the process from ending.
      worker.unref()
      return worker
    },
  }
}
