/**
 * @module Checks for newer catalogs and base models while a tab of the shop is visible. The time of the last check is
 * stored, so that more tabs or page loads don't add checks.
 */

import type { Parts } from './parts.ts'

const INTERVAL = 5 * 60_000
/** Milliseconds between two checks while there is no base model. */
const RETRY_INTERVAL = 30_000
/** Milliseconds after the start: stored files answer first, and the check comes after the first lists. */
const AFTER_START = 1000
/** Minimum milliseconds since the last check before a page that is opened or shown again checks. */
const LEAST_INTERVAL = 60_000

type Deps = Pick<Parts, 'bus' | 'learner' | 'ledger' | 'notices' | 'now' | 'shop' | 'state'> &
  Pick<Parts, 'store' | 'tabs' | 'timers'>

export function createUpdates(deps: Deps) {
  const { bus, learner, shop, state, store, tabs, ledger, notices, now, timers } = deps
  let timer: number | null = null
  let stopped = false

  const interval = () => (shop.ranker ? INTERVAL : RETRY_INTERVAL)

  /**
   * Schedules a check.
   * @param age minimum milliseconds since the last check of any tab
   */
  function look(delay: number, age: number): void {
    if (timer !== null) timers.clear(timer)
    if (stopped) return
    timer = timers.set(async () => {
      timer = null
      if (state.conditions.visible) await lookIfOlder(age).catch((error) => notices.add(error))
      // Another call may have scheduled the next check in the meantime.
      if (timer === null) look(interval(), interval())
    }, delay)
  }

  const lookIfOlder = (age: number) =>
    tabs.alone('update', async () => {
      const passed = now() - ((await store.setting('looked')) ?? Number.NEGATIVE_INFINITY)
      // A clock that was set back must not prevent the check.
      if (passed >= 0 && passed < age) return
      await update()
    })

  async function update(): Promise<boolean> {
    await store.putSetting('looked', now(), 'relaxed')
    const { files, model } = await shop.update()
    if (model) await log()
    if (model || files) {
      bus.emit('stored', 'model')
      await learner.reload()
      bus.emit('lists', null)
    }
    return model
  }

  async function check() {
    const adopted = await tabs.alone('update', update)
    return { adopted, version: shop.loaded?.model.manifest.version ?? '' }
  }

  /** Logs the model once. Call this in one tab at a time: another tab may find the same model. */
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

  bus.on('conditions', (before) => {
    if (state.conditions.visible && !before.visible) look(0, LEAST_INTERVAL)
  })

  return {
    /**
     * Starts checking.
     * @param given `logged`: whether the log already has the model in use; `soon`: whether the first check is still
     * to come
     */
    async start(given: { readonly logged: boolean; readonly soon: boolean }): Promise<void> {
      if (!given.logged) await tabs.alone('update', log)
      if (given.soon) return look(AFTER_START, LEAST_INTERVAL)
      // The start has just checked.
      await store.putSetting('looked', now(), 'relaxed')
      look(interval(), interval())
    },
    check,
    stop() {
      stopped = true
      if (timer !== null) timers.clear(timer)
    },
  }
}
