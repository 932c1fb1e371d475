/**
 * @module Runs one task at a time, after a quiet period. A request before the start restarts the delay, except while
 * an urgent run (delay 0) waits. A request during a run causes one more run.
 */

export interface Timers {
  set(callback: () => void, milliseconds: number): number
  clear(timer: number): void
}

export type Scheduler = ReturnType<typeof createScheduler>

/** @param failed called with the task's error; the next run is not affected */
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
    /** Requests a run after `delay` milliseconds without a further request. */
    ask(delay: number): void {
      if (stopped) return
      if (running) again = Math.min(again ?? delay, delay)
      else if (!(timer !== null && urgent)) start(delay)
    },
    /** Runs a requested task now, if it has not started. */
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
