/** @module Reads what the page sends to the worker: the state of page and browser, and the shop's context. */
import type { PersonalizerOptions } from '../api.ts'
import type { DeviceConditions } from '../learning/scheduler.ts'

export interface ConditionsSource {
  read(): DeviceConditions
  listen(changed: () => void): () => void
}

/** The Battery API, which only Chromium has; TypeScript's library lacks it. @see https://w3c.github.io/battery/ */
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
      // The promise rejects if a policy forbids the Battery API; the battery's level then stays unknown.
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

export type ShopContextSource = ReturnType<typeof createShopContext>

/**
 * Reads the shop's context, so that the page can send only changes. The worker checks the value.
 * @param ask the shop's own function; it may throw
 * @param failed called for the first failure after a success, not for repeated failures
 */
export function createShopContext(
  ask: NonNullable<PersonalizerOptions['context']>,
  now: () => number,
  failed: (error: unknown) => void,
) {
  let broken = false
  const read = (): string => {
    try {
      // JSON text can be compared with the last context, and its value can be cloned to the worker.
      const given = JSON.stringify(ask(now()) ?? {})
      broken = false
      return given
    } catch (error) {
      if (!broken) failed(error)
      broken = true
      return '{}'
    }
  }
  let text = read()
  return {
    /** Asks the shop for its context; returns whether the context changed. */
    changed(): boolean {
      const before = text
      text = read()
      return text !== before
    },
    given: (): unknown => JSON.parse(text),
  }
}
