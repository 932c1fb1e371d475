/** @module Checks for newer catalogs and base models, and more often for live changes of the catalog. */

import type { Learner } from './learner.ts'
import { Polling } from './polling.ts'
import type { Services } from './services.ts'
import type { Shop } from './shop.ts'

const INTERVAL = 5 * 60_000
/** Milliseconds between two checks while there is no base model. */
const RETRY_INTERVAL = 30_000
/** Minimum milliseconds since the last check; a page that is opened or shown again earlier doesn't check. */
const LEAST_INTERVAL = 60_000

export class Updates {
  readonly #services: Services
  readonly #shop: Shop
  readonly #learner: Learner
  readonly #all: Polling<boolean>
  /** Null if the shop has no live file. */
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
    const { files, model } = await this.#shop.update()
    if (model) await this.#log()
    if (model || files) await this.#announce()
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
