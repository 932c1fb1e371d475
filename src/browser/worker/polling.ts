/**
 * @module Repeats a check while a tab of the shop is visible. The time of the last check is stored, so that more tabs
 * or page loads don't add checks.
 */
import type { Services } from './services.ts'

/** Milliseconds from the start to the first check, so that the first lists come first. */
const AFTER_START = 1000

interface Check<T> {
  /** Setting with the time of the last check. */
  readonly setting: 'looked' | 'lookedLive'
  /** Milliseconds between two checks. */
  readonly interval: () => number
  /** Minimum milliseconds since the last check; a page that is opened or shown again earlier doesn't check. */
  readonly least: () => number
  readonly run: () => Promise<T>
}

export class Polling<T> {
  readonly #services: Services
  readonly #check: Check<T>
  #timer: number | null = null
  #stopped = false

  constructor(services: Services, check: Check<T>) {
    this.#services = services
    this.#check = check
    const { bus, state } = services
    bus.on('conditions', (before) => {
      if (state.conditions.visible && !before.visible) this.#schedule(0, check.least())
    })
  }

  /** @param soon whether the first check is still to come; else the start has just checked */
  async start(soon: boolean): Promise<void> {
    const { interval, least, setting } = this.#check
    if (soon) return this.#schedule(AFTER_START, least())
    const { now, store } = this.#services
    await store.putSetting(setting, now(), 'relaxed')
    this.#schedule(interval(), interval())
  }

  now(): Promise<T> {
    return this.#services.tabs.alone('update', () => this.#run())
  }

  stop(): void {
    this.#stopped = true
    if (this.#timer !== null) this.#services.timers.clear(this.#timer)
  }

  /**
   * Schedules a check.
   * @param age minimum milliseconds since the last check of any tab
   */
  #schedule(delay: number, age: number): void {
    const { notices, state, timers } = this.#services
    if (this.#timer !== null) timers.clear(this.#timer)
    if (this.#stopped) return
    this.#timer = timers.set(async () => {
      this.#timer = null
      if (state.conditions.visible)
        await this.#checkIfOlder(age).catch((error) => notices.add(error))
      // Another call may have scheduled the next check in the meantime.
      const interval = this.#check.interval()
      if (this.#timer === null) this.#schedule(interval, interval)
    }, delay)
  }

  #checkIfOlder(age: number): Promise<void> {
    const { now, store, tabs } = this.#services
    return tabs.alone('update', async () => {
      const last = (await store.setting(this.#check.setting)) ?? Number.NEGATIVE_INFINITY
      // A clock that was set back must not prevent the check.
      const passed = now() - last
      if (passed < 0 || passed >= age) await this.#run()
    })
  }

  async #run(): Promise<T> {
    const { now, store } = this.#services
    await store.putSetting(this.#check.setting, now(), 'relaxed')
    return this.#check.run()
  }
}
