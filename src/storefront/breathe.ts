/** @module Lets the page respond to the shopper during long work. */

interface Scheduler {
  readonly yield?: () => Promise<void>
}

/** Resolves in a new task, after pending clicks, typing and painting. */
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
 * Milliseconds of work between two pauses. With more pauses the work would end later, because each pause can take a
 * whole frame.
 */
const MOST_MS = 8

/** Creates a function to await between small slices of work. It pauses only once MOST_MS have passed. */
export function breathing(): () => Promise<void> {
  let last = performance.now()
  return async () => {
    if (performance.now() - last < MOST_MS) return
    await breathe()
    last = performance.now()
  }
}

/** Resolves when the page is idle, but after 50 ms at the latest. */
export function rest(): Promise<void> {
  if (!('requestIdleCallback' in globalThis)) return breathe()
  return new Promise((resolve) => requestIdleCallback(() => resolve(), { timeout: 50 }))
}

/** Runs a task when the page is idle, but after some seconds at the latest. */
export function whenIdle(task: () => void): void {
  if ('requestIdleCallback' in globalThis) requestIdleCallback(task, { timeout: 5000 })
  else setTimeout(task, 1500)
}
