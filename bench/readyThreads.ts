/** @module Threads that a benchmark can wait for: nothing else does. */
import { type Control, readyThreads } from '../src/engine/threads/control.ts'
import type { Threads } from '../src/engine/threads/threads.ts'

const PATIENCE = 20_000

/** `ready` resolves when all that were started are; throws if they never are, or have failed. */
export function watchReady(threads: Threads): { threads: Threads; ready(): Promise<void> } {
  const started = new Map<Control, number>()
  let failure: string | null = null
  return {
    threads: {
      ...threads,
      onFallback: (reason) => {
        failure = reason
      },
      spawn(start, failed) {
        started.set(start.control, (started.get(start.control) ?? 0) + 1)
        return threads.spawn(start, failed)
      },
    },
    async ready() {
      const until = performance.now() + PATIENCE
      for (const [control, count] of started)
        while (readyThreads(control) < count) {
          if (failure !== null || performance.now() > until)
            throw new Error(failure ?? 'Threads did not start')
          await new Promise((resolve) => setTimeout(resolve, 10))
        }
    },
  }
}
