/**
 * @module The engine that learns: loaded when first needed, after the first lists were answered, and
 * replaced when the shopper wants another one or it fails.
 */

import { NearsideError } from '../../core/error.ts'
import type { CalibrationMemory, ProblemSize } from '../../engine/calibrate.ts'
import type { EngineChoice } from '../../engine/choose.ts'
import type { EnginePreference } from '../api.ts'
import type { Store } from '../storage/store.ts'
import type { OnDemand } from './device.ts'
import type { Notices } from './notices.ts'
import type { Shop } from './shop.ts'
import type { Bus, DeviceState } from './state.ts'

/** What is measured on the device, once, to tell its engines apart. */
interface EngineTrial {
  /** Of this shop's fits. */
  readonly size: ProblemSize
  readonly memory: CalibrationMemory
}

/** `onSwitch` hears of a later change: an engine that fails is replaced by the next one. */
export type ChooseEngine = (
  preference: EnginePreference,
  onSwitch: (choice: EngineChoice) => void,
  trial: EngineTrial,
) => Promise<EngineChoice>

export interface EngineInUseDeps {
  readonly chooseEngine: ChooseEngine
  readonly onDemand: OnDemand
  readonly shop: Pick<Shop, 'loaded'>
  readonly store: Pick<Store, 'setting' | 'putSetting'>
  readonly state: Pick<DeviceState, 'engine' | 'enginePreference'>
  readonly bus: Bus
  readonly notices: Notices
}

export class EngineInUse {
  readonly #deps: EngineInUseDeps
  #choosing: ReturnType<ChooseEngine> | null = null

  constructor(deps: EngineInUseDeps) {
    this.#deps = deps
  }

  /**
   * @throws NearsideError `engine-unavailable` where no engine can be had, `engine-failed` where the code
   * can't be loaded; the next call tries again
   */
  async chosen() {
    this.#choosing ??= this.#choose()
    try {
      const choice = await this.#choosing
      // A resilient engine answers for whichever it has switched to.
      this.#show({
        engine: choice.engine,
        reason: this.#deps.state.engine?.reason ?? choice.reason,
      })
      return choice
    } catch (error) {
      this.#choosing = null
      throw error
    }
  }

  /** @throws NearsideError as `chosen`; the preference before holds again then */
  async prefer(preference: EnginePreference): Promise<void> {
    const { state } = this.#deps
    const before = state.enginePreference
    this.#set(preference)
    try {
      await this.chosen()
    } catch (error) {
      // Unless another was asked for meanwhile.
      if (state.enginePreference === preference) this.#set(before)
      throw error
    }
  }

  #set(preference: EnginePreference): void {
    this.dispose()
    this.#choosing = null
    Object.assign(this.#deps.state, { enginePreference: preference, engine: null })
    this.#deps.bus.emit('shown', null)
  }

  dispose(): void {
    this.#choosing?.then(({ engine }) => engine.dispose()).catch(() => undefined)
  }

  async #choose(): Promise<EngineChoice> {
    const { chooseEngine, notices, onDemand, shop, state, store } = this.#deps
    const { enginePreference } = state
    const { fitSize } = await onDemand()
    const switched = (choice: EngineChoice) => {
      this.#show(choice)
      notices.add(new NearsideError('engine-failed', choice.reason))
    }
    const memory: CalibrationMemory = {
      read: () => store.setting('calibration'),
      write: (calibration) => store.putSetting('calibration', calibration),
    }
    return chooseEngine(enginePreference, switched, { size: fitSize(shop.loaded), memory })
  }

  #show({ engine, reason }: EngineChoice): void {
    const { bus, state } = this.#deps
    state.engine = { name: engine.name, device: engine.device, reason }
    bus.emit('shown', null)
  }
}
