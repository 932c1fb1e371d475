/**
 * @module The engine that computes fits (JavaScript, WebAssembly or WebGPU). The engine is loaded on first use, after
 * the first lists, and replaced if it fails or the shopper chooses another engine.
 */

import { NearsideError } from '@nearside/core/error.ts'
import type { EngineChoice } from '@nearside/engine/resilient.ts'
import type { EnginePreference } from '../apiSnapshot.ts'
import type { Services } from './services.ts'
import type { Shop } from './shop.ts'

/**
 * Chooses an engine for fits of the given work (cases × candidates × free parameters). `onSwitch` is called when the
 * next engine replaces a failing one.
 */
export type ChooseEngine = (
  preference: EnginePreference,
  work: number,
  onSwitch: (choice: EngineChoice) => void,
) => Promise<EngineChoice>

export class EngineInUse {
  readonly #services: Services
  readonly #shop: Pick<Shop, 'loaded'>
  #choosing: Promise<EngineChoice> | null = null
  /** Last preferred engine that worked. */
  #held: EnginePreference

  constructor(services: Services, shop: Pick<Shop, 'loaded'>) {
    this.#services = services
    this.#shop = shop
    this.#held = services.state.enginePreference
  }

  /** The engine in use. If the preference changes in the meantime, waits for the newly preferred engine. */
  async chosen(): Promise<EngineChoice> {
    this.#choosing ??= this.#choose()
    const choosing = this.#choosing
    try {
      const choice = await choosing
      if (this.#isReplaced(choosing)) return this.chosen()
      // If the chosen engine failed and was replaced, keep the reason for the replacement.
      const reason = this.#services.state.engine?.reason ?? choice.reason
      this.#show({ engine: choice.engine, reason })
      return choice
    } catch (error) {
      if (this.#isReplaced(choosing)) return this.chosen()
      this.#choosing = null
      throw error
    }
  }

  /**
   * @throws NearsideError `engine-unavailable` if the engine can't be used; the previous preference then applies again
   */
  async prefer(preference: EnginePreference): Promise<void> {
    this.#set(preference)
    const choosing = this.#choose()
    this.#choosing = choosing
    try {
      await choosing
    } catch (error) {
      if (!this.#isReplaced(choosing)) this.#set(this.#held)
      throw error
    }
    if (this.#isReplaced(choosing)) return
    this.#held = preference
    await this.chosen()
  }

  #isReplaced(choosing: Promise<EngineChoice>): boolean {
    return this.#choosing !== null && this.#choosing !== choosing
  }

  #set(preference: EnginePreference): void {
    this.dispose()
    this.#choosing = null
    Object.assign(this.#services.state, { enginePreference: preference, engine: null })
    this.#services.bus.emit('shown', null)
  }

  dispose(): void {
    this.#choosing?.then(({ engine }) => engine.dispose()).catch(() => undefined)
  }

  async #choose(): Promise<EngineChoice> {
    const { chooseEngine, notices, onDemand, state } = this.#services
    const { enginePreference } = state
    const { fitWork } = await onDemand()
    return chooseEngine(enginePreference, fitWork(this.#shop.loaded), (choice) => {
      this.#show(choice)
      notices.add(new NearsideError('engine-failed', choice.reason))
    })
  }

  #show({ engine, reason }: EngineChoice): void {
    const { bus, state } = this.#services
    state.engine = { name: engine.name, device: engine.device, reason }
    bus.emit('shown', null)
  }
}
