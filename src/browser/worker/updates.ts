/** @module Checks for newer catalogs and base models, and more often for new prices and stock in `live.json`. */

import type { DeviceConditions } from '../learning/scheduler.ts'
import type { Learner } from './learner.ts'
import type { Services } from './services.ts'
import type { Shop } from './shop.ts'

const INTERVAL = 5 * 60_000
/** Milliseconds between two checks if there is no base model yet. */
const RETRY_INTERVAL = 30_000
/** Minimum milliseconds between the last check and that of a page that is opened or shown again. */
const LEAST_INTERVAL = 60_000

export function createUpdates(services: Services, shop: Shop, learner: Learner) {
  const { bus, config, ledger, tabs } = services
  const interval = () => (shop.ranker ? INTERVAL : RETRY_INTERVAL)
  const all = createPolling(services, 'looked', interval, update, () => LEAST_INTERVAL)
  /** Repeated check of the live file (prices and stock between models); null if the shop has none. */
  const live = config.live
    ? createPolling(services, 'lookedLive', () => shop.live?.interval ?? INTERVAL, updateLive)
    : null

  async function update(): Promise<boolean> {
    const { files, model, refused } = await shop.update()
    if (model) await log()
    // A newer catalog and newer rules apply even if the device refuses the newer model or can't reach it.
    if (model || files) await announce()
    if (refused) throw refused.error
    return model
  }

  async function updateLive(): Promise<void> {
    if (await shop.updateLive()) await announce()
  }

  async function announce(): Promise<void> {
    bus.emit('stored', 'model')
    await learner.reload()
    bus.emit('lists', null)
  }

  /** Adds the model in use to the device's log, once. Call this in one tab at a time: another tab could add it, too. */
  async function log(): Promise<void> {
    const { loaded, signed } = shop
    const last = (await ledger.entries()).findLast(({ kind }) => kind === 'model')
    if (!loaded || last?.detail.manifest === loaded.hash) return
    const { version, parent } = loaded.model.manifest
    const detail = {
      ...{ version, parent: parent ?? '', manifest: loaded.hash },
      ...(signed && { release: signed.release }),
    }
    await ledger.append({ kind: 'model', detail })
  }

  return {
    /** Checks the live file (new prices and stock), unless a tab has checked it within its interval. */
    checkLive: (): Promise<void> | undefined => live?.ifOlder(),
    /**
     * Starts checking.
     * @param logged whether the device's log already has the model in use
     * @param soon whether the first check is still to come
     */
    async start(logged: boolean, soon: boolean): Promise<void> {
      if (!logged) await tabs.alone('update', log)
      await live?.start(shop.live?.isStored ?? false)
      await all.start(soon)
    },
    async check(): Promise<{ readonly adopted: boolean; readonly version: string }> {
      await live?.now()
      const adopted = await all.now()
      return { adopted, version: shop.loaded?.model.manifest.version ?? '' }
    },
    stop(): void {
      all.stop()
      live?.stop()
    },
  }
}

/** Milliseconds between the start and the first check, so that the check doesn't delay the page's first lists. */
const AFTER_START = 1000

const mayAsk = ({ visible, offline }: DeviceConditions) => visible && !offline

/**
 * Repeats a check while a tab of the shop is visible. The time of the last check is stored, so that further tabs or
 * page loads cause no further checks.
 * @param interval returns the milliseconds between two checks
 * @param least returns the minimum milliseconds since the last check, for a page that is opened or shown again
 */
function createPolling<T>(
  { bus, notices, now, state, store, tabs, timers }: Services,
  setting: 'looked' | 'lookedLive',
  interval: () => number,
  check: () => Promise<T>,
  least = interval,
) {
  let timer: number | null = null
  let isStopped = false
  bus.on('conditions', (before) => {
    if (mayAsk(state.conditions) && !mayAsk(before)) schedule(0, least())
  })

  const note = (time = now()) => store.putSetting(setting, time, 'relaxed')

  function run(): Promise<T> {
    const begun = now()
    // If the page is left before the answer, the next page checks prices again. A check for a model counts from its
    // start, so that the next page doesn't begin the download again.
    return setting === 'looked' ? note().then(check) : check().finally(() => note(begun))
  }

  /** Checks if the last check by any tab is at least `age` milliseconds old. A failure adds a notice. */
  function ifOlder(age = least()): Promise<void> {
    const look = async () => {
      const last = (await store.setting(setting)) ?? Number.NEGATIVE_INFINITY
      // A clock that was set back must not prevent the check.
      const passed = now() - last
      if (passed < 0 || passed >= age) await run()
    }
    return tabs.alone('update', look).catch((error) => notices.add(error))
  }

  /** @param age minimum milliseconds since the last check by any tab */
  function schedule(delay: number, age: number): void {
    if (timer !== null) timers.clear(timer)
    if (isStopped) return
    timer = timers.set(async () => {
      timer = null
      if (mayAsk(state.conditions)) await ifOlder(age)
      // Another call could have scheduled the next check in the meantime.
      if (timer === null) schedule(interval(), interval())
    }, delay)
  }

  return {
    ifOlder,
    /** @param soon true: the first check follows soon; false: the device has just checked while starting */
    async start(soon: boolean): Promise<void> {
      if (soon) return schedule(AFTER_START, least())
      await note()
      schedule(interval(), interval())
    },
    now: () => tabs.alone('update', run),
    stop() {
      isStopped = true
      if (timer !== null) timers.clear(timer)
    },
  }
}
