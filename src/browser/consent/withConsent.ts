/** @module Uses the consent that the shop's page collects (TCF, Consent Mode) as the answer to `persist: 'ask'`. */
import type { Personalizer } from '../api.ts'

/**
 * Stores this visit's data after a yes and erases them after a no. Until an answer, the device uses the data that an
 * earlier yes stored, or works in memory.
 * @param failed called if the browser could not store or erase the data. Default: logs to the console
 * @returns function that stops following the source
 * @example withConsent(fromTcf(window.__tcfapi), personalizer)
 */
export function withConsent(
  source: ConsentSource,
  personalizer: Pick<Personalizer, 'setPersist'>,
  failed: (error: unknown) => void = (error) => console.error(error),
): () => void {
  return source((allowed) => {
    personalizer.setPersist(allowed).catch(failed)
  })
}

/**
 * Calls `listener` with each answer of the shopper, and at once if the shopper has already answered. @returns function
 * that stops it
 */
export type ConsentSource = (listener: (allowed: boolean) => void) => () => void
