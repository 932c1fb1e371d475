/**
 * @module Budget of automatic learning on the shopper's device, and when learning is deferred. A fit that the shop
 * requests with `fineTune` always runs.
 */
import type { PersonalizerSnapshot } from '../apiSnapshot.ts'

/**
 * Limits of automatic learning: milliseconds of one fit, milliseconds of all fits of one page, and the battery level,
 * 0 to 1, below which an unplugged device doesn't learn. A normal fit takes tens of milliseconds.
 */
export const BUDGET = { perFit: 5000, perPage: 60_000, battery: 0.15 } as const

/** Conditions of the device, as the page sees them. */
export interface DeviceConditions {
  readonly visible: boolean
  /** Whether the shopper asks sites to save data. If so, the device downloads no engine just for a better order. */
  readonly savesData: boolean
  /** Battery level, 0 to 1; null when plugged in or unknown. */
  readonly battery: number | null
  /** Whether the browser sends Global Privacy Control; nothing is then sent. @see https://w3c.github.io/gpc/ */
  readonly globalPrivacyControl: boolean
}

/** Reason why learning is deferred. */
export type Deferral = NonNullable<PersonalizerSnapshot['deferred']>

/**
 * Returns the reason to defer learning, or null.
 * @param spent milliseconds of fits so far
 * @param asked whether the shopper's own action led to this fit, in this tab or another. Background work, such as
 * learning anew on a new base model, can wait until the page is visible
 */
export function deferralOf(
  conditions: DeviceConditions,
  spent: number,
  asked: boolean,
): Deferral | null {
  const { visible, savesData, battery } = conditions
  if (savesData) return 'save-data'
  if (battery !== null && battery < BUDGET.battery) return 'battery'
  if (spent >= BUDGET.perPage) return 'spent'
  return !visible && !asked ? 'hidden' : null
}
