/**
 * @module The engine that learns: loaded when first needed, after the first lists were answered, and
 * replaced when the shopper wants another one or it fails.
 */

import { NearsideError } from '../../core/error.ts'
import { FIT_CANDIDATES, FIT_CASES, PARAMETERS } from '../../core/personal/fitProblem.ts'
import type { CalibrationMemory, ProblemSize } from '../../engine/calibrate.ts'
import type { EngineChoice } from '../../engine/choose.ts'
import type { EnginePreference, PersonalizerSnapshot } from '../api.ts'
import type { LoadedModel } from '../learning/modelSource.ts'
import type { Store } from '../storage/store.ts'
import type { Notices } from './notices.ts'

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
  readonly loaded: () => LoadedModel | null
  /** Runs a write with all that is done about a failing store. */
  readonly attempt: <T>(write: (store: Store) => Promise<T>) => Promise<T>
  readonly read: <T>(read: (store: Store) => Promise<T>) => Promise<T>
  readonly notices: Notices
  /** Another engine is shown. */
  readonly changed: () => void
}

export class EngineInUse {
  readonly #deps: EngineInUseDeps
  #preference: EnginePreference
  #choosing: ReturnType<ChooseEngine> | null = null
  #shown: PersonalizerSnapshot['engine'] = null

  constructor(deps: EngineInUseDeps, preference: EnginePreference) {
    this.#deps = deps
    this.#preference = preference
  }

  /** What is shown of it; null before it was needed. */
  get shown(): PersonalizerSnapshot['engine'] {
    return this.#shown
  }

  /** @throws NearsideError `engine-failed` where no engine can be had; the next call tries again */
  async chosen() {
    this.#choosing ??= this.#deps.chooseEngine(
      this.#preference,
      (choice) => {
        this.#show(choice)
        this.#deps.notices.add(new NearsideError('engine-failed', choice.reason))
      },
      this.#trial(),
    )
    try {
      const choice = await this.#choosing
      // A resilient engine answers for whichever it has switched to.
      this.#show({ engine: choice.engine, reason: this.#shown?.reason ?? choice.reason })
      return choice
    } catch (error) {
      this.#choosing = null
      throw error
    }
  }

  async prefer(preference: EnginePreference): Promise<void> {
    this.#preference = preference
    this.dispose()
    this.#choosing = null
    this.#shown = null
    await this.chosen()
  }

  dispose(): void {
    this.#choosing?.then(({ engine }) => engine.dispose()).catch(() => undefined)
  }

  #trial(): EngineTrial {
    const { attempt, loaded, read } = this.#deps
    return {
      size: {
        cases: FIT_CASES,
        candidates: FIT_CANDIDATES,
        parameters: PARAMETERS,
        steps: loaded()?.model.prior.steps ?? 0,
      },
      memory: {
        read: () => read((from) => from.setting('calibration')),
        write: (calibration) => attempt((to) => to.putSetting('calibration', calibration)),
      },
    }
  }

  #show({ engine, reason }: EngineChoice): void {
    this.#shown = { name: engine.name, device: engine.device, reason }
    this.#deps.changed()
  }
}
