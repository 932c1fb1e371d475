/**
 * @module Where threads come from: workers beside the one that asks, all on one shared memory. A
 * browser gives shared memory to pages that are isolated from other origins, and to no others.
 */
import type { Control } from './control.ts'

/** What a thread is started with; `job` is for the entry that it runs. */
export interface ThreadStart {
  readonly control: Control
  readonly tiles: number
  /** From 1; the thread that asks is 0. */
  readonly thread: number
  readonly job: ThreadJob
}

export interface ThreadJob {
  readonly kind: string
  readonly module: WebAssembly.Module
  /** Shared. */
  readonly memory: WebAssembly.Memory
}

export interface StartedThread {
  /** May promise its end. */
  terminate(): unknown
}

export interface Threads {
  /** Including the one that asks, ≥ 2. */
  readonly count: number
  /**
   * Starts one, which is never awaited: it joins in when it is ready.
   * @param failed called with the reason in words
   */
  spawn(start: ThreadStart, failed: (why: string) => void): StartedThread
  /** Told, in words, why work goes on with one thread. */
  readonly onFallback?: (reason: string) => void
}

/** Threads that end with what they were made for, whoever has forgotten to dispose of a job. */
export function ownedThreads(threads: Threads): { readonly threads: Threads; end(): void } {
  const running = new Set<StartedThread>()
  return {
    threads: {
      ...threads,
      spawn(start, failed) {
        const thread = threads.spawn(start, failed)
        running.add(thread)
        return {
          terminate() {
            running.delete(thread)
            return thread.terminate()
          },
        }
      },
    },
    end() {
      for (const thread of running) thread.terminate()
      running.clear()
    },
  }
}

/** @param shared so that other threads can have it */
export function createMemory(pages: number, shared: boolean): WebAssembly.Memory {
  return new WebAssembly.Memory(
    shared ? { initial: pages, maximum: pages, shared } : { initial: pages },
  )
}

/** More would heat a shopper's phone for little: searches are bound by memory, not by cores. */
const MOST = 4

/** Threads of this page or worker; null, the usual case, where there are none. */
export function threadsHere(onFallback?: Threads['onFallback']): Threads | null {
  const count = Math.min(MOST, globalThis.navigator?.hardwareConcurrency ?? 1)
  if (globalThis.crossOriginIsolated !== true || typeof Worker !== 'function' || count < 2)
    return null
  return {
    count,
    onFallback,
    spawn(start, failed) {
      // A file, not a blob: a shop with worker-src 'self' allows no other.
      const worker = new Worker(new URL('./thread.ts', import.meta.url), {
        type: 'module',
        name: `nearside-thread-${start.thread}`,
      })
      worker.onerror = (event) => {
        event.preventDefault()
        failed(event.message || 'its script could not be loaded')
      }
      worker.postMessage(start)
      return worker
    },
  }
}
