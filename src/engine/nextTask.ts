/** @module Yields to the event loop during a fit, so that an abort can arrive and the page can paint. */
import { NearsideError } from '@nearside/core/error.ts'

/** Resolves in the next task. Browsers delay a nested `setTimeout` by 4 ms, which is longer than a step of a fit. */
export function nextTask(): Promise<void> {
  if (typeof setImmediate === 'function') return new Promise((resolve) => setImmediate(resolve))
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(null)
  })
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted)
    throw new NearsideError('aborted', 'The fit was stopped', { cause: signal.reason })
}
