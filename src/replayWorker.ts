/**
 * @module A worker for replaying a log, with the device's own code: `nearside/worker` but for four
 * things. It keeps everything in its own memory, so that no shopper's store or log is touched; the
 * time is what the page says; nothing happens by itself; it learns only when it is asked to.
 *
 * The page sets the time by `worker.postMessage({ kind: 'clock', now })` before the call it is for.
 */
import type { ToWorker } from './personalizer/messages.ts'
import { type Scope, serve, workerEnvironment } from './personalizer/worker/serve.ts'

const global = self as unknown as Scope
let now = 0

const scope: Scope = {
  postMessage: (message) => global.postMessage(message),
  onmessage: null,
  close: () => global.close(),
}

global.onmessage = (event: MessageEvent<ToWorker | { kind: 'clock'; now: number }>) => {
  const { data } = event
  if (data.kind === 'clock') now = data.now
  else scope.onmessage?.(event as MessageEvent<ToWorker>)
}

serve(scope, {
  ...workerEnvironment,
  now: () => now,
  indexedDb: () => undefined,
  timers: { set: () => 0, clear: () => {} },
})
