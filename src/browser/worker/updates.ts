/** @module Checks for newer catalogs and base models, and more often for live changes of the catalog. */

import type { DeviceConditions } from '../learning/scheduler.ts'
import type { Learner } from './learner.ts'
import type { Services } from './services.ts'
import type { Shop } from './shop.ts'

const INTERVAL = 5 * 60_000
/** Milliseconds between two checks if there is no base model yet. */
const RETRY_INTERVAL = 30_000
/** Minimum milliseconds since the last check. A page that is opened or shown again before that time doesn't check. */
const LEAST_INTERVAL = 60_000

export class Updates {
  readonly #services: Services
  readonly #shop: Shop
  readonly #learner: Learner
  readonly #all: Polling<boolean>
  /** Checks of the live file; null if the shop has no live file. */
  readonly #live: Polling<void> | null

  constructor(services: Services, shop: Shop, learner: Learner) {
    this.#services = services
    this.#shop = shop
    this.#learner = learner
    this.#all = new Polling(services, {
      setting: 'looked',
      interval: () => (shop.ranker ? INTERVAL : RETRY_INTERVAL),
      least: () => LEAST_INTERVAL,
      run: () => this.#update(),
    })
    const interval = () => shop.live?.interval ?? INTERVAL
    const live = {
      setting: 'lookedLive',
      ...{ interval, least: interval },
      run: () => this.#updateLive(),
    } as const
    this.#live = services.config.live ? new Polling(services, live) : null
  }

  /**
   * Starts checking.
   * @param given `logged`: whether the log already has the model in use; `soon`: whether the first check is still
   * to come
   */
  async start(given: { readonly logged: boolean; readonly soon: boolean }): Promise<void> {
    if (!given.logged) await this.#services.tabs.alone('update', () => this.#log())
    await this.#live?.start(this.#shop.live?.isStored ?? false)
    await this.#all.start(given.soon)
  }

  async check(): Promise<{ readonly adopted: boolean; readonly version: string }> {
    await this.#live?.now()
    const adopted = await this.#all.now()
    return { adopted, version: this.#shop.loaded?.model.manifest.version ?? '' }
  }

  stop(): void {
    this.#all.stop()
    this.#live?.stop()
  }

  async #update(): Promise<boolean> {
    const { files, model, refused } = await this.#shop.update()
    if (model) await this.#log()
    // Newer files apply even if the device refuses the model or can't reach it.
    if (model || files) await this.#announce()
    if (refused) throw refused.error
    return model
  }

  async #updateLive(): Promise<void> {
    if (await this.#shop.updateLive()) await this.#announce()
  }

  async #announce(): Promise<void> {
    const { bus } = this.#services
    bus.emit('stored', 'model')
    await this.#learner.reload()
    bus.emit('lists', null)
  }

  /** Logs the model once. Call this in one tab at a time, because another tab could log the same model. */
  async #log(): Promise<void> {
    const { ledger } = this.#services
    const { loaded, signed } = this.#shop
    const last = (await ledger.entries()).findLast(({ kind }) => kind === 'model')
    if (!loaded || last?.detail.manifest === loaded.hash) return
    const { version, parent } = loaded.model.manifest
    const detail = {
      ...{ version, parent: parent ?? '', manifest: loaded.hash },
      ...(signed && { release: signed.release }),
    }
    await ledger.append({ kind: 'model', detail })
  }
}

/** Milliseconds to wait after the start before the first check, so that the first lists come first. */
const AFTER_START = 1000

interface Check<T> {
  /** Setting with the time of the last check. */
  readonly setting: 'looked' | 'lookedLive'
  /** Milliseconds between two checks. */
  readonly interval: () => number
  /** Minimum milliseconds since the last check. A page that is opened or shown again before that time doesn't check. */
  readonly least: () => number
  readonly run: () => Promise<T>
}

const mayAsk = ({ visible, offline }: DeviceConditions) => visible && !offline

/**
 * Repeats a check while a tab of the shop is visible. The time of the last check is stored, so that further tabs or
 * page loads cause no further checks.
 */
class Polling<T> {
  readonly #services: Services
  readonly #check: Check<T>
  #timer: number | null = null
  #stopped = false

  constructor(services: Services, check: Check<T>) {
    this.#services = services
    this.#check = check
    const { bus, state } = services
    bus.on('conditions', (before) => {
      if (mayAsk(state.conditions) && !mayAsk(before)) this.#schedule(0, check.least())
    })
  }

  /** @param soon true: the first check follows soon; false: the device has just checked while starting */
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
   * @param age minimum milliseconds since the last check by any tab
   */
  #schedule(delay: number, age: number): void {
    const { notices, state, timers } = this.#services
    if (this.#timer !== null) timers.clear(this.#timer)
    if (this.#stopped) return
    this.#timer = timers.set(async () => {
      this.#timer = null
      if (mayAsk(state.conditions))
        await this.#checkIfOlder(age).catch((error) => notices.add(error))
      // Another call could have scheduled the next check in the meantime.
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
