/**
 * @module Threads that share the runs of one job. They are started at the first run and not waited
 * for: until they are ready, and for ever if they never are, the caller computes all tiles itself.
 */
import { nextTask } from '../pause.ts'
import {
  allDone,
  beginRun,
  type Control,
  createControl,
  readyThreads,
  type Work,
  workThrough,
} from './control.ts'
import type { StartedThread, ThreadJob, Threads } from './threads.ts'

const ALONE = 'WebAssembly goes on with one thread'
/** For a tile that another thread has claimed; a tile takes a millisecond or two. */
const RUN_PATIENCE = 3000
/** For a thread's script to load. */
const START_PATIENCE = 30_000

/** Work that threads can share; the result must be the same alone. */
export interface SharedTask<T> {
  /** Writes what the threads read. */
  prepare(): void
  /** This thread's part. */
  readonly work: Work
  /** Reads what the threads wrote. */
  collect(run: number): T
  /** Reads nothing that another thread may write, even one that has been given up. */
  alone(): T
}

export class ThreadPool {
  readonly #tiles: number
  readonly #job: ThreadJob
  readonly #control: Control
  #threads: Threads | null
  #started: StartedThread[] = []
  #startedAt: number | null = null
  /** Runs are one after the other: they share memory. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(threads: Threads, job: ThreadJob, tiles: number) {
    this.#threads = threads
    this.#job = job
    this.#tiles = tiles
    this.#control = createControl(tiles)
  }

  /** @param few not worth waking threads for */
  run<T>(task: SharedTask<T>, few = false): Promise<T> {
    const turn = this.#last.then(async () => {
      if (few || !this.#ready()) return task.alone()
      task.prepare()
      const run = beginRun(this.#control)
      workThrough(this.#control, this.#tiles, task.work)
      if (await allDone(this.#control, this.#tiles, RUN_PATIENCE, nextTask))
        return task.collect(run)
      this.#giveUp('a thread did not finish its part')
      return task.alone()
    })
    this.#last = turn.catch(() => undefined)
    return turn
  }

  dispose(): void {
    this.#threads = null
    for (const thread of this.#started) thread.terminate()
    this.#started = []
  }

  /** False once they are given up. */
  #ready(): boolean {
    if (!this.#threads) return false
    if (this.#startedAt === null) this.#start(this.#threads)
    else if (
      readyThreads(this.#control) < this.#started.length &&
      performance.now() - this.#startedAt > START_PATIENCE
    )
      this.#giveUp('a thread did not start')
    return this.#threads !== null
  }

  #start(threads: Threads): void {
    this.#startedAt = performance.now()
    const { count } = threads
    try {
      for (let thread = 1; thread < count && this.#threads; thread++) {
        const start = {
          control: this.#control,
          tiles: this.#tiles,
          thread,
          job: this.#job,
        }
        this.#started.push(threads.spawn(start, (why) => this.#giveUp(`a thread failed: ${why}`)))
      }
    } catch (error) {
      this.#giveUp(`a thread could not be started: ${wordsOf(error)}`)
    }
  }

  #giveUp(why: string): void {
    const threads = this.#threads
    if (!threads) return
    this.dispose()
    threads.onFallback?.(`${ALONE}: ${why}`)
  }
}

const wordsOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

/** Makes what takes threads, and without them where that fails, as where memory can't be shared. */
export async function withThreads<T>(
  threads: Threads | null,
  make: (threads: Threads | null) => Promise<T>,
): Promise<T> {
  if (!threads) return make(null)
  try {
    return await make(threads)
  } catch (error) {
    const alone = await make(null)
    threads.onFallback?.(`${ALONE}: ${wordsOf(error)}`)
    return alone
  }
}
