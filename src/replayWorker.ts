/**
 * @module A worker for replaying a log, with the device's own code: `nearside/worker` but for four
 * things. It keeps everything in its own memory, so that no shopper's store or log is touched; the
 * time is what the page says; nothing happens by itself; it learns only when it is asked to. Of what
 * the device keeps it reads the base model alone, which is everybody's, and so needs no network.
 *
 * The page sets the time by `worker.postMessage({ kind: 'clock', now })` before the call it is for.
 */

import { answerOf, readDownload } from './device/learning/modelSource.ts'
import type { ToWorker } from './device/messages.ts'
import type { Download } from './device/storage/downloadRows.ts'
import { openIndexedDb } from './device/storage/indexedDb.ts'
import { createStore } from './device/storage/store.ts'
import { type Scope, serve, workerEnvironment } from './device/worker/serve.ts'

const global = self as unknown as Scope
let now = 0
let model: Promise<Download | null> = Promise.resolve(null)

const scope: Scope = {
  postMessage: (message) => global.postMessage(message),
  onmessage: null,
  close: () => global.close(),
}

global.onmessage = (event: MessageEvent<ToWorker | { kind: 'clock'; now: number }>) => {
  const { data } = event
  if (data.kind === 'clock') {
    now = data.now
    return
  }
  if (data.kind === 'call' && data.name === 'start') model = keptModel(data.args[0].database)
  scope.onmessage?.(event as MessageEvent<ToWorker>)
}

async function keptModel(database: string): Promise<Download | null> {
  try {
    // Where the shopper has said no to storing anything, there is none, and none is made.
    const store = createStore(await openIndexedDb(database, indexedDB, 'never'))
    try {
      const kept = await store.download('model')
      if (kept) await readDownload(kept)
      return kept
    } finally {
      store.close()
    }
  } catch {
    // Damaged or out of reach: it is fetched, as by a device that keeps none.
    return null
  }
}

const keptFirst: typeof workerEnvironment.fetch = async (resource, options) => {
  const kept = await model
  const answer = kept && answerOf(kept, String(resource))
  return answer ? new Response(new Uint8Array(answer)) : workerEnvironment.fetch(resource, options)
}

serve(scope, {
  ...workerEnvironment,
  now: () => now,
  fetch: keptFirst,
  indexedDb: () => undefined,
  timers: { set: () => 0, clear: () => {} },
})
