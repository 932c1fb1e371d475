/** @module Lets the page answer the shopper in the middle of long work. */

interface Scheduler {
  readonly yield?: () => Promise<void>
}

/** Resolves in a task of its own: what was clicked, typed or is to be drawn comes first. */
export function breathe(): Promise<void> {
  const { scheduler } = globalThis as { scheduler?: Scheduler }
  if (scheduler?.yield) return scheduler.yield()
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(null)
  })
}

/**
 * For work that is cut finer than it must be: breathes when it has gone on for this long.
 * @param most milliseconds
 */
export function breatheAfter(most: number): () => Promise<void> {
  let last = performance.now()
  return async () => {
    if (performance.now() - last < most) return
    await breathe()
    last = performance.now()
  }
}

/** Resolves when the page has nothing better to do, and soon in any case. */
export function rest(): Promise<void> {
  if (!('requestIdleCallback' in globalThis)) return breathe()
  return new Promise((resolve) => requestIdleCallback(() => resolve(), { timeout: 50 }))
}

/** Runs it when nothing else is to be done, at the latest after some seconds. */
export function whenIdle(task: () => void): void {
  if ('requestIdleCallback' in globalThis) requestIdleCallback(task, { timeout: 5000 })
  else setTimeout(task, 1500)
}
