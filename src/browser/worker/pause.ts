/** @module The shopper's pause. While it holds, no event is stored, and nothing is learned or sent. */
import { NearsideError } from '@nearside/core/error.ts'
import type { Contribution } from './contribution.ts'
import type { Learner } from './learner.ts'
import type { Services } from './services.ts'

export class Pause {
  readonly #services: Services
  readonly #learner: Learner
  readonly #contribution: Contribution
  /** Pause that could not be stored; it applies to this tab only. */
  #unstored: boolean | null = null

  constructor(services: Services, learner: Learner, contribution: Contribution) {
    this.#services = services
    this.#learner = learner
    this.#contribution = contribution
  }

  async read(): Promise<void> {
    this.#apply(this.#unstored ?? (await this.#services.store.setting('paused')) ?? false)
  }

  /** @throws NearsideError `storage-…` if the pause can't be stored; it then applies to this tab only */
  async set(wanted: boolean): Promise<void> {
    const { bus, store } = this.#services
    this.#unstored = wanted
    this.#apply(wanted)
    try {
      await store.changeSettings(() => ({ paused: wanted }))
      this.#unstored = null
    } catch (error) {
      const why = 'The browser can’t store this choice; it holds in this tab until it closes'
      const { code } = NearsideError.from(error, 'storage-unavailable', why)
      throw new NearsideError(code, why, { cause: error })
    } finally {
      bus.emit('stored', 'settings')
      bus.emit('shown', null)
    }
  }

  #apply(paused: boolean): void {
    const { state } = this.#services
    const before = state.paused
    state.paused = paused
    if (paused) {
      this.#learner.abort()
      this.#contribution.stop()
    } else if (before) this.#contribution.start()
  }
}
