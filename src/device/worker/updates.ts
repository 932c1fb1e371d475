/** @module Newer catalogues and base models: looked for by the leader while somebody looks. */

import type { Timers } from '../learning/scheduler.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Learner } from './learner.ts'
import type { Notices } from './notices.ts'
import type { Shop } from './shop.ts'
import type { Bus, DeviceState } from './state.ts'
import type { Tabs } from './tabs.ts'

const INTERVAL = 5 * 60_000
/** While there is no base model at all. */
const RETRY_INTERVAL = 30_000
/** What was kept is answered from at once; whether there is newer comes after the first lists. */
const AFTER_START = 1000

export interface UpdatesDeps {
  readonly shop: Shop
  readonly tabs: Tabs
  readonly ledger: Ledger
  readonly notices: Notices
  readonly timers: Timers
  readonly state: DeviceState
  readonly bus: Bus
  readonly learner: Pick<Learner, 'reload'>
}

export interface Updates {
  /**
   * Starts looking.
   * @param given `logged`: the log has the model in use since last time; `soon`: whether there is a
   * newer one was not asked yet
   */
  start(given: { readonly logged: boolean; readonly soon: boolean }): Promise<void>
  check(): Promise<{ readonly adopted: boolean; readonly version: string }>
  stop(): void
}

export function createUpdates(deps: UpdatesDeps): Updates {
  const { bus, learner, shop, state, tabs, ledger, notices, timers } = deps
  let timer: number | null = null
  let stopped = false

  const interval = () => (shop.ranker ? INTERVAL : RETRY_INTERVAL)

  function look(delay: number): void {
    if (timer !== null) timers.clear(timer)
    if (stopped) return
    timer = timers.set(async () => {
      timer = null
      if (state.conditions.visible && state.leads)
        await check().catch((error) => notices.add(error))
      // Somebody may have set the next look meanwhile.
      if (timer === null) look(interval())
    }, delay)
  }

  async function check() {
    const adopted = await tabs.alone('update', async () => {
      const result = await shop.update()
      if (result.model) await log()
      if (result.model || result.catalog) {
        bus.emit('stored', 'model')
        await learner.reload()
        bus.emit('lists', null)
      }
      return result.model
    })
    return { adopted, version: shop.loaded?.model.manifest.version ?? '' }
  }

  async function log(): Promise<void> {
    if (!shop.loaded) return
    const { version, parent } = shop.loaded.model.manifest
    const detail = { version, parent: parent ?? '', manifest: shop.loaded.hash }
    await ledger.append({ kind: 'model', detail })
  }

  bus.on('conditions', (before) => {
    if (state.conditions.visible && !before.visible) look(0)
  })

  return {
    async start(given) {
      if (shop.loaded && !given.logged) await log()
      look(given.soon ? AFTER_START : interval())
    },
    check,
    stop() {
      stopped = true
      if (timer !== null) timers.clear(timer)
    },
  }
}
