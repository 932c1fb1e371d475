/**
 * @module The engine that computes fits (JavaScript, WebAssembly or WebGPU). The engine is loaded on first use, after
 * the first lists, and replaced if it fails or the shopper chooses another engine.
 */

import { NearsideError } from '@nearside/core/error.ts'
import type { EngineChoice } from '@nearside/engine/resilient.ts'
import type { EnginePreference } from '../apiSnapshot.ts'
import type { Services } from './services.ts'

/** @param onSwitch called when the next engine replaces a failing one */
export type ChooseEngine = (
  preference: EnginePreference,
  onSwitch: (choice: EngineChoice) => void,
) => Promise<EngineChoice>

export function createEngineInUse({ bus, chooseEngine, notices, state }: Services) {
  let choosing: Promise<EngineChoice> | null = null
  /** Last preferred engine that worked. */
  let working = state.enginePreference

  const isReplaced = (choice: Promise<EngineChoice>) => choosing !== null && choosing !== choice

  function show({ engine, reason }: EngineChoice): void {
    state.engine = { name: engine.name, device: engine.device, reason }
    bus.emit('shown', null)
  }

  function choose(): Promise<EngineChoice> {
    return chooseEngine(state.enginePreference, (choice) => {
      show(choice)
      notices.add(new NearsideError('engine-failed', choice.reason))
    })
  }

  /** The engine in use. If the preference changes in the meantime, waits for the newly preferred engine. */
  async function chosen(): Promise<EngineChoice> {
    choosing ??= choose()
    const mine = choosing
    try {
      const choice = await mine
      if (isReplaced(mine)) return chosen()
      // If the chosen engine failed and was replaced, keep the reason for the replacement.
      show({ engine: choice.engine, reason: state.engine?.reason ?? choice.reason })
      return choice
    } catch (error) {
      if (isReplaced(mine)) return chosen()
      choosing = null
      throw error
    }
  }

  function dispose(): void {
    choosing?.then(({ engine }) => engine.dispose()).catch(() => undefined)
  }

  function set(enginePreference: EnginePreference): void {
    dispose()
    choosing = null
    Object.assign(state, { enginePreference, engine: null })
    bus.emit('shown', null)
  }

  /**
   * @throws NearsideError `engine-unavailable` if the engine can't be used; the previous preference then applies again
   */
  async function prefer(preference: EnginePreference): Promise<void> {
    set(preference)
    const mine = choose()
    choosing = mine
    try {
      await mine
    } catch (error) {
      if (!isReplaced(mine)) set(working)
      throw error
    }
    if (isReplaced(mine)) return
    working = preference
    await chosen()
  }

  return { chosen, prefer, dispose }
}
