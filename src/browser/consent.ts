/**
 * @module Takes a consent that the shop's page collects as the answer to `persist: 'ask'`: from Google's Consent Mode
 * (the page's calls of `gtag('consent', …)`, found in its `dataLayer`), or from the consent platform in `__tcfapi` (IAB
 * Europe's Transparency and Consent Framework).
 * @see https://developers.google.com/tag-platform/security/guides/consent
 * @see
 * https://github.com/InteractiveAdvertisingBureau/GDPR-Transparency-and-Consent-Framework/blob/master/TCFv2/IAB%20Tech%20Lab%20-%20CMP%20API%20v2.md
 */
import { fieldsOf, watchPushes } from './adapters/read.ts'
import type { Personalizer } from './api.ts'

/**
 * Stores this visit's data after a yes and erases them after a no. Until an answer, the device uses the data that an
 * earlier yes stored, or works in memory.
 * @param failed called if the browser could not store or erase the data. Default: logs the failure to the console
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
 * Calls `listener` with each answer of the shopper. If the shopper has already answered, `listener` is also called at
 * once.
 * @returns function that stops the calls
 */
export type ConsentSource = (listener: (allowed: boolean) => void) => () => void

/**
 * Allows storage while all of `types` are granted. The last value of each type counts.
 *
 * - A default that denies storage is no answer, because pages set it before the shopper chooses.
 * - An update of types other than `types` is no answer.
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

/** Default purposes: store on the device (1), create profiles for content (5), use such profiles (6). */
const PURPOSES: readonly number[] = [1, 5, 6]

/**
 * Allows storage once the shopper has consented to each purpose. If the platform stores a consent to the shop itself
 * (`publisher`), that consent counts; otherwise the general one counts. Storage is also allowed if the platform
 * reports that the GDPR does not apply.
 * @param api the page's `__tcfapi`
 * @example fromTcf(window.__tcfapi)
 */
export function fromTcf(
  api: (
    command: 'addEventListener' | 'removeEventListener',
    version: 2,
    callback: (data: unknown, success: boolean) => void,
    listenerId?: unknown,
  ) => void,
  purposes: readonly number[] = PURPOSES,
): ConsentSource {
  return (listener) => {
    let id: unknown
    let ended = false
    const end = () => api('removeEventListener', 2, () => undefined, id)
    api('addEventListener', 2, (data, success) => {
      const { listenerId, eventStatus, gdprApplies, purpose, publisher } = fieldsOf(data)
      id = listenerId
      if (ended) return end()
      // While the consent platform's window is open, there is no answer yet.
      if (!success || (eventStatus !== 'tcloaded' && eventStatus !== 'useractioncomplete')) return
      const [own, all] = [publisher, purpose].map((one) => fieldsOf(fieldsOf(one).consents))
      listener(gdprApplies === false || purposes.every((one) => (own[one] ?? all[one]) === true))
    })
    return () => {
      ended = true
      if (id !== undefined) end()
    }
  }
}
