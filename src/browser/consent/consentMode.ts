/**
 * @module Storage consent from Google's Consent Mode: the page's calls of `gtag('consent', …)`, found in its
 * `dataLayer`.
 * @see https://developers.google.com/tag-platform/security/guides/consent
 */
import { fieldsOf, watchPushes } from '../adapters/read.ts'
import type { ConsentSource } from './withConsent.ts'

/**
 * Allows storage while each of the types is granted; each type's last value counts.
 *
 * - A default that denies is not an answer: pages set it before the shopper chooses.
 * - An update of other types is not an answer.
 * - A default for some regions never grants, because the page doesn't know its own region.
 *
 * @param types Google's names of the types
 * @example fromConsentMode((window.dataLayer ??= []))
 */
export function fromConsentMode(
  dataLayer: unknown[],
  types: readonly string[] = ['personalization_storage'],
): ConsentSource {
  return (listener) => {
    const granted = new Map<string, boolean>()
    return watchPushes(dataLayer, (entry) => {
      const { 0: command, 1: about, 2: given } = fieldsOf(entry)
      if (command !== 'consent' || (about !== 'default' && about !== 'update')) return
      const said = fieldsOf(given)
      const isPartial = about === 'default' && said.region !== undefined
      const named = types.filter((type) => said[type] !== undefined)
      if (named.length === 0) return
      for (const type of named) granted.set(type, said[type] === 'granted' && !isPartial)
      const allowed = types.every((type) => granted.get(type) === true)
      if (allowed || about === 'update') listener(allowed)
    })
  }
}
