/**
 * @module Storage consent from IAB Europe's Transparency and Consent Framework: the answers of the page's consent
 * platform in `__tcfapi`.
 * @see
 * https://github.com/InteractiveAdvertisingBureau/GDPR-Transparency-and-Consent-Framework/blob/master/TCFv2/IAB%20Tech%20Lab%20-%20CMP%20API%20v2.md
 */
import { fieldsOf } from '../adapters/read.ts'
import type { ConsentSource } from './withConsent.ts'

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
      // While the platform's window is open, there is no answer yet.
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
