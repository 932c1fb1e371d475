/**
 * @module Worker that replays a log with the device's own code. It differs from `nearside/worker` in four points:
 *
 * - It stores everything in its own memory, so it changes no shopper's store or log.
 * - The page sets its clock.
 * - It has no timers, so nothing runs automatically.
 * - It learns only on request.
 *
 * It reads the device's stored base model, which is the same for everybody, so it needs no network.
 *
 * The page sets the time with `worker.postMessage({ kind: 'clock', now })` before each call.
 */

import { answerOf, readDownload } from '@nearside/browser/learning/modelSource.ts'
import type { ToWorker } from '@nearside/browser/messages.ts'
import { openIndexedDb } from '@nearside/browser/storage/indexedDb.ts'
import { createStore, type Download } from '@nearside/browser/storage/store.ts'
import { type Scope, serve, workerEnvironment } from '@nearside/browser/worker/serve.ts'

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
    // With 'never', a missing database isn't created: the shopper may have refused storage.
    const store = createStore(await openIndexedDb(database, indexedDB, 'never'))
    try {
      const kept = await store.download('model')
      if (kept) await readDownload(kept)
      return kept
    } finally {
      store.close()
    }
  } catch {
    // The stored model is damaged or out of reach, so it is fetched, as on a device without a stored model.
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
