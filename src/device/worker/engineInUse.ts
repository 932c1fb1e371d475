/**
 * @module The engine that learns: loaded when first needed, after the first lists were answered, and
 * replaced when the shopper wants another one or it fails.
 */

import { NearsideError } from '../../core/error.ts'
import { descentOf, FIT_CANDIDATES, FIT_CASES, PARAMETERS } from '../../core/personal/fitProblem.ts'
import type { CalibrationMemory, ProblemSize } from '../../engine/calibrate.ts'
import type { EngineChoice } from '../../engine/choose.ts'
import type { EnginePreference } from '../api.ts'
import type { Store } from '../storage/store.ts'
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

  /** @throws NearsideError `engine-unavailable` where no engine can be had; the next call tries again */
  async chosen() {
    this.#choosing ??= this.#deps.chooseEngine(
      this.#deps.state.enginePreference,
      (choice) => {
        this.#show(choice)
        this.#deps.notices.add(new NearsideError('engine-failed', choice.reason))
      },
      this.#trial(),
    )
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

  /** @throws NearsideError `engine-unavailable` where none can be had so; the preference before holds again */
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

  #trial(): EngineTrial {
    const { shop, store } = this.#deps
    const prior = shop.loaded?.model.prior
    const moving = prior && descentOf(prior).stepSize.filter((step) => step > 0).length
    return {
      size: {
        cases: FIT_CASES,
        candidates: FIT_CANDIDATES,
        parameters: moving || PARAMETERS,
        steps: prior?.steps ?? 0,
      },
      memory: {
        read: () => store.setting('calibration'),
        write: (calibration) => store.putSetting('calibration', calibration),
      },
    }
  }

  #show({ engine, reason }: EngineChoice): void {
    const { bus, state } = this.#deps
    state.engine = { name: engine.name, device: engine.device, reason }
    bus.emit('shown', null)
  }
}
