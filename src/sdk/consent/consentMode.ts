/**
 * @module Google's Consent Mode: what a page says by `gtag('consent', …)`, which lies in its `dataLayer`.
 * @see https://developers.google.com/tag-platform/security/guides/consent
 */
import { fieldsOf } from '../adapters/read.ts'
import { watchPushes } from '../adapters/watchPushes.ts'
import type { ConsentSource } from './source.ts'

/**
 * Allowed while each of the types was granted, the last word on each counting. A default that denies is no answer
 * yet: pages set it before they say what the shopper chose. Nor is an update of other types. A default for some regions only never grants: a page
 * doesn't know where it is read.
 * @param types by Google's names
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
