/**
 * @module What learning by itself may cost the shopper's device, and when it waits. What the shop
 * asks for by `fineTune` is always done.
 */

/** What learning by itself may cost. `fineTune` is done whatever it says. */
export interface TrainingBudget {
  /** Milliseconds after which a fit is stopped. */
  readonly perFit: number
  /** Milliseconds that all fits of one page may take together. */
  readonly perPage: number
  /** Share of the battery below which, unplugged, nothing is learned. */
  readonly battery: number
}

/** A fit takes tens of milliseconds where all is well; these bound what takes a hundred times as long. */
export const DEFAULT_BUDGET: TrainingBudget = { perFit: 5000, perPage: 60_000, battery: 0.15 }

/** What the page knows of the device. */
export interface DeviceConditions {
  readonly visible: boolean
  /** The shopper asks sites to save data: engines are not downloaded for a better order. */
  readonly savesData: boolean
  /** 0 to 1; null when plugged in or unknown. */
  readonly battery: number | null
  /** The browser asks sites not to share: nothing is sent. @see https://w3c.github.io/gpc/ */
  readonly globalPrivacyControl: boolean
}

/** Why what there is to learn waits. */
export type Deferral = 'hidden' | 'battery' | 'save-data' | 'spent'

/**
 * @param spent milliseconds of fits so far
 * @param asked whether a shopper's own doing asks for it, in this tab or another; background work
 * such as learning anew on a new base model can wait until somebody looks
 */
export function deferralOf(
  budget: TrainingBudget,
  conditions: DeviceConditions,
  spent: number,
  asked: boolean,
): Deferral | null {
  const { visible, savesData, battery } = conditions
  if (savesData) return 'save-data'
  if (battery !== null && battery < budget.battery) return 'battery'
  if (spent >= budget.perPage) return 'spent'
  return !visible && !asked ? 'hidden' : null
}
