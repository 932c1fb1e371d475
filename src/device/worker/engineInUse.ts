/**
 * @module The engine that learns: loaded when first needed, after the first lists were answered, and
 * replaced when the shopper wants another one or it fails.
 */

import { NearsideError } from '../../core/error.ts'
import type { CalibrationMemory, ProblemSize } from '../../engine/calibrate.ts'
import type { EngineChoice } from '../../engine/resilient.ts'
import type { EnginePreference } from '../apiSnapshot.ts'
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
  /** The last preference that was not refused. */
  #held: EnginePreference

  constructor(deps: EngineInUseDeps) {
    this.#deps = deps
    this.#held = deps.state.enginePreference
  }

  /**
   * Where another one is preferred meanwhile, waits for that.
   * @throws NearsideError `engine-unavailable` where no engine can be had, `engine-failed` where the code
   * can't be loaded; the next call tries again
   */
  async chosen(): Promise<EngineChoice> {
    this.#choosing ??= this.#choose()
    const choosing = this.#choosing
    try {
      const choice = await choosing
      if (this.#isReplaced(choosing)) return this.chosen()
      // A resilient engine answers for whichever it has switched to.
      const reason = this.#deps.state.engine?.reason ?? choice.reason
      this.#show({ engine: choice.engine, reason })
      return choice
    } catch (error) {
      if (this.#isReplaced(choosing)) return this.chosen()
      this.#choosing = null
      throw error
    }
  }

  /** @throws NearsideError as `chosen`; the preference that held before does so again then */
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

  /** Another one was asked for meanwhile. */
  #isReplaced(choosing: ReturnType<ChooseEngine>): boolean {
    return this.#choosing !== null && this.#choosing !== choosing
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
