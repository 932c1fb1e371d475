/**
 * @module Newer catalogs and base models: looked for while somebody looks at the page, in whichever
 * tab that is. When it was done last is stored, so that neither tabs nor page loads add up.
 */

import type { Parts } from './parts.ts'

const INTERVAL = 5 * 60_000
/** While there is no base model at all. */
const RETRY_INTERVAL = 30_000
/** What was kept is answered from at once; whether there is newer comes after the first lists. */
const AFTER_START = 1000
/** A page that is opened, or shown again, looks if none has for so long. */
const LEAST_INTERVAL = 60_000

type Deps = Pick<Parts, 'bus' | 'learner' | 'ledger' | 'notices' | 'now' | 'shop' | 'state'> &
  Pick<Parts, 'store' | 'tabs' | 'timers'>

export function createUpdates(deps: Deps) {
  const { bus, learner, shop, state, store, tabs, ledger, notices, now, timers } = deps
  let timer: number | null = null
  let stopped = false

  const interval = () => (shop.ranker ? INTERVAL : RETRY_INTERVAL)

  /** @param age how long ago the last look of any tab must be */
  function look(delay: number, age: number): void {
    if (timer !== null) timers.clear(timer)
    if (stopped) return
    timer = timers.set(async () => {
      timer = null
      if (state.conditions.visible) await lookIfOlder(age).catch((error) => notices.add(error))
      // Somebody may have set the next look meanwhile.
      if (timer === null) look(interval(), interval())
    }, delay)
  }

  const lookIfOlder = (age: number) =>
    tabs.alone('update', async () => {
      const passed = now() - ((await store.setting('looked')) ?? Number.NEGATIVE_INFINITY)
      // A clock that was set back must not keep it from looking.
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

  /** Alone: another tab may have found the same model at the same time. */
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
     * Starts looking.
     * @param given `logged`: the log has the model in use since last time; `soon`: whether there is a
     * newer one was not asked yet
     */
    async start(given: { readonly logged: boolean; readonly soon: boolean }): Promise<void> {
      if (!given.logged) await tabs.alone('update', log)
      if (given.soon) return look(AFTER_START, LEAST_INTERVAL)
      // It was asked for just now.
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
