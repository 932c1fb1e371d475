/**
 * @module Checks for newer catalogs and base models while a tab of the shop is visible. The time of the last check is
 * stored, so that more tabs or page loads don't add checks.
 */

import type { Learner } from './learner.ts'
import type { Services } from './services.ts'
import type { Shop } from './shop.ts'

const INTERVAL = 5 * 60_000
/** Milliseconds between two checks while there is no base model. */
const RETRY_INTERVAL = 30_000
/** Milliseconds from the start to the first check, so that the first lists come first. */
const AFTER_START = 1000
/** Minimum milliseconds since the last check; a page that is opened or shown again earlier doesn't check. */
const LEAST_INTERVAL = 60_000

export class Updates {
  readonly #services: Services
  readonly #shop: Shop
  readonly #learner: Learner
  #timer: number | null = null
  #stopped = false

  constructor(services: Services, shop: Shop, learner: Learner) {
    this.#services = services
    this.#shop = shop
    this.#learner = learner
    const { bus, state } = services
    bus.on('conditions', (before) => {
      if (state.conditions.visible && !before.visible) this.#schedule(0, LEAST_INTERVAL)
    })
  }

  /**
   * Starts checking.
   * @param given `logged`: whether the log already has the model in use; `soon`: whether the first check is still
   * to come
   */
  async start(given: { readonly logged: boolean; readonly soon: boolean }): Promise<void> {
    const { now, store, tabs } = this.#services
    if (!given.logged) await tabs.alone('update', () => this.#log())
    if (given.soon) return this.#schedule(AFTER_START, LEAST_INTERVAL)
    // The device's start was a check.
    await store.putSetting('looked', now(), 'relaxed')
    this.#schedule(this.#interval, this.#interval)
  }

  async check(): Promise<{ readonly adopted: boolean; readonly version: string }> {
    const adopted = await this.#services.tabs.alone('update', () => this.#update())
    return { adopted, version: this.#shop.loaded?.model.manifest.version ?? '' }
  }

  stop(): void {
    this.#stopped = true
    if (this.#timer !== null) this.#services.timers.clear(this.#timer)
  }

  get #interval(): number {
    return this.#shop.ranker ? INTERVAL : RETRY_INTERVAL
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
      if (this.#timer === null) this.#schedule(this.#interval, this.#interval)
    }, delay)
  }

  #checkIfOlder(age: number): Promise<void> {
    const { now, store, tabs } = this.#services
    return tabs.alone('update', async () => {
      const passed = now() - ((await store.setting('looked')) ?? Number.NEGATIVE_INFINITY)
      // A clock that was set back must not prevent the check.
      if (passed >= 0 && passed < age) return
      await this.#update()
    })
  }

  async #update(): Promise<boolean> {
    const { bus, now, store } = this.#services
    await store.putSetting('looked', now(), 'relaxed')
    const { files, model } = await this.#shop.update()
    if (model) await this.#log()
    if (model || files) {
      bus.emit('stored', 'model')
      await this.#learner.reload()
      bus.emit('lists', null)
    }
    return model
  }

  /** Logs the model once. Call this in one tab at a time: another tab may find the same model. */
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
