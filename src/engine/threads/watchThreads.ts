/** @module Threads that a test can look at, and threads that fail in the ways that threads can. */
import type { ThreadStart, Threads } from './threads.ts'

export interface WatchedThreads {
  readonly threads: Threads
  readonly starts: ThreadStart[]
  /** What `terminate` of each came to. */
  readonly ends: unknown[]
  /** What was said when they were given up. */
  readonly reasons: string[]
}

export function watchThreads(real: Pick<Threads, 'count' | 'spawn'>): WatchedThreads {
  const starts: ThreadStart[] = []
  const ends: unknown[] = []
  const reasons: string[] = []
  return {
    starts,
    ends,
    reasons,
    threads: {
      count: real.count,
      onFallback: (reason) => reasons.push(reason),
      spawn(start, failed) {
        starts.push(start)
        const thread = real.spawn(start, failed)
        return { terminate: () => void ends.push(thread.terminate()) }
      },
    },
  }
}
