/**
 * @module Decides when learning runs: one task at a time, after a quiet period, unless the device should not learn now.
 */
import type { PersonalizerSnapshot } from '../apiSnapshot.ts'

export interface Timers {
  set(callback: () => void, milliseconds: number): number
  clear(timer: number): void
}

export type Scheduler = ReturnType<typeof createScheduler>

/**
 * Runs one task at a time. A request before the task starts restarts the delay, except if an urgent run (delay 0) is
 * waiting. A request during a run causes one more run.
 * @param failed called with the task's error; later runs go on
 */
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

/**
 * Limits of automatic learning: milliseconds per fit, milliseconds of all fits of one page, and the battery level, 0 to
 * 1, below which an unplugged device doesn't learn. A normal fit takes only tens of milliseconds.
 */
export const BUDGET = { perFit: 5000, perPage: 60_000, battery: 0.15 } as const

export interface DeviceConditions {
  readonly visible: boolean
  /** Whether the shopper asks sites to save data. If so, the device downloads no engine just to rank better. */
  readonly savesData: boolean
  /** Battery level, 0 to 1; null when plugged in or unknown. */
  readonly battery: number | null
  /** Whether the browser signals Global Privacy Control; if so, no update is sent. @see https://w3c.github.io/gpc/ */
  readonly globalPrivacyControl: boolean
  readonly offline?: boolean
}

export type Deferral = NonNullable<PersonalizerSnapshot['deferred']>

/**
 * Reason to defer automatic learning, or null. A fit that the shop requests with `fineTune` always runs.
 * @param spent milliseconds of the page's fits so far
 * @param asked whether the shopper's own action, in this tab or another, led to this fit. Other fits, such as those for
 *   a new base model, wait until the page is visible
 */
export function deferralOf(
  conditions: DeviceConditions,
  spent: number,
  asked: boolean,
): Deferral | null {
  const { visible, savesData, battery } = conditions
  if (savesData) return 'save-data'
  if (battery !== null && battery < BUDGET.battery) return 'battery'
  if (spent >= BUDGET.perPage) return 'spent'
  return !visible && !asked ? 'hidden' : null
}
