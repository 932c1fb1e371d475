/**
 * @module Runs one task at a time, after a quiet period. Asking again before it has begun moves it
 * (a later wish never delays an urgent one); asking while it runs makes it run once more.
 */

export interface Timers {
  set(callback: () => void, milliseconds: number): number
  clear(timer: number): void
}

export type Scheduler = ReturnType<typeof createScheduler>

/** @param failed called with what the task was rejected with; the next run is not affected */
export function createScheduler(
  timers: Timers,
  task: () => Promise<void>,
  failed: (error: unknown) => void,
) {
  let timer: number | null = null
  let urgent = false
  let running = false
  let again: number | null = null
  let stopped = false

  function start(delay: number): void {
    if (timer !== null) timers.clear(timer)
    urgent = delay === 0
    timer = timers.set(run, delay)
  }

  function run(): void {
    timer = null
    urgent = false
    running = true
    task()
      .catch(failed)
      .finally(() => {
        running = false
        const next = again
        again = null
        if (next !== null && !stopped) start(next)
      })
  }

  return {
    /** Runs the task after `delay` ms of quiet. */
    ask(delay: number): void {
      if (stopped) return
      if (running) again = Math.min(again ?? delay, delay)
      else if (!(timer !== null && urgent)) start(delay)
    },
    /** Runs it now if it was asked for and hasn't begun. */
    flush(): void {
      if (timer === null || running || stopped) return
      timers.clear(timer)
      run()
    },
    stop(): void {
      stopped = true
      if (timer !== null) timers.clear(timer)
      timer = null
    },
  }
}
