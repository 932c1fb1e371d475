/**
 * @module Conditions of the device that the page can read: visible or hidden, battery, data saving, privacy control.
 */
import type { DeviceConditions } from '../device/learning/budget.ts'

export interface ConditionsSource {
  read(): DeviceConditions
  /** Calls `changed` after each change; returns a function that stops it. */
  listen(changed: () => void): () => void
}

/** Chromium only, and not in TypeScript's library. @see https://w3c.github.io/battery/ */
interface Battery extends EventTarget {
  readonly charging: boolean
  readonly level: number
}

/** @see https://wicg.github.io/savedata/, https://w3c.github.io/gpc/ */
interface Platform {
  readonly globalPrivacyControl?: boolean
  readonly connection?: EventTarget & { readonly saveData?: boolean }
  readonly getBattery?: () => Promise<Battery>
}

export function browserConditions(): ConditionsSource {
  const platform = navigator as Platform
  let battery: Battery | null = null
  return {
    read: () => ({
      visible: document.visibilityState === 'visible',
      savesData: platform.connection?.saveData === true,
      battery: battery && !battery.charging ? battery.level : null,
      globalPrivacyControl: platform.globalPrivacyControl === true,
    }),
    listen(changed) {
      const stop = new AbortController()
      const { signal } = stop
      document.addEventListener('visibilitychange', changed, { signal })
      platform.connection?.addEventListener('change', changed, { signal })
      // A policy may forbid the battery API. Then the level is unknown, and learning doesn't wait.
      platform.getBattery?.().then(
        (known) => {
          if (signal.aborted) return
          battery = known
          known.addEventListener('chargingchange', changed, { signal })
          known.addEventListener('levelchange', changed, { signal })
          changed()
        },
        () => undefined,
      )
      return () => stop.abort()
    },
  }
}
